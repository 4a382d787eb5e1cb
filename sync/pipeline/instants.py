"""Instants as documents on the wire write them."""

from datetime import UTC, datetime


def instant(at: datetime | None) -> str | None:
    """UTC with milliseconds and Z, as docs/documents.md shows; None stays None."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
