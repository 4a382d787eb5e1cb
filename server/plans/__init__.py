"""Planning a day: a dispatcher asks, the worker computes, the dispatcher compares and decides."""

from server.plans import pages, today_pages
from server.plans.blueprint import blueprint

__all__ = ["blueprint", "pages", "today_pages"]
