"""Staff sign-in and who may call what. `blueprint` carries the pages and the guard of every request."""

from server.auth.pages import blueprint

__all__ = ["blueprint"]
