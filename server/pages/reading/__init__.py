"""The reading desk: findings, unread meters, read files, courtesy calls, letters about meters."""

from server.pages.reading import calls, files, findings, letters, unread
from server.pages.reading.blueprint import blueprint

__all__ = ["blueprint", "calls", "files", "findings", "letters", "unread"]
