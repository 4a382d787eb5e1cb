"""Texts and formats, by language and locale."""
