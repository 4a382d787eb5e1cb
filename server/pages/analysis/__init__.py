"""Charts a manager reads: driving, punctuality, minutes by type, where open work lies."""

from server.pages.analysis.pages import blueprint

__all__ = ["blueprint"]
