"""Meters in stock and in vans."""
