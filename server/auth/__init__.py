"""Staff sign-in and who may call what. `blueprint` carries the pages and the guard of every request."""

from server.auth import own_pages, provider_pages
from server.auth.pages import blueprint

__all__ = ["blueprint", "own_pages", "provider_pages"]
