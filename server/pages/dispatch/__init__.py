"""The dispatcher's board: open orders, the map, technicians and their tablets."""

from server.pages.dispatch import actions, pages, tablets
from server.pages.dispatch.blueprint import blueprint

__all__ = ["actions", "blueprint", "pages", "tablets"]
