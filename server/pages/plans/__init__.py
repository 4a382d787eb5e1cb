"""Planning a day: a dispatcher asks, the worker computes, the dispatcher compares and decides."""

from server.pages.plans import capacity_pages, closure_pages, compare_pages, late_pages, pages, today_pages
from server.pages.plans.blueprint import blueprint

__all__ = [
    "blueprint",
    "capacity_pages",
    "closure_pages",
    "compare_pages",
    "late_pages",
    "pages",
    "today_pages",
]
