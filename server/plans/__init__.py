"""Planning a day: a dispatcher asks, the worker computes, the dispatcher compares and decides."""

from server.plans.pages import blueprint

__all__ = ["blueprint"]
