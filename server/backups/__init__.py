"""Backups: taken while the district works, checked after writing, and put back as a new life of the database."""
