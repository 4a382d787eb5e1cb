"""Dated rules as pure functions."""
