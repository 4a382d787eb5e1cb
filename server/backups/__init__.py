"""Backups: taken while the district works, checked after writing, put back as a new incarnation."""
