"""The dispatcher's board: open orders, the map, technicians and their tablets."""

from server.dispatch import actions, pages, tablets
from server.dispatch.blueprint import blueprint

__all__ = ["actions", "blueprint", "pages", "tablets"]
