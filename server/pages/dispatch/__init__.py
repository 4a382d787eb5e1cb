"""The dispatcher's board: open orders, the map, technicians and their tablets."""

from server.pages.dispatch import actions, messages, moves, pages, pickups, remote, tablets, timeline, views
from server.pages.dispatch.blueprint import blueprint
from server.pages.dispatch.live import changes, stream

__all__ = [
    "actions",
    "blueprint",
    "changes",
    "messages",
    "moves",
    "pages",
    "pickups",
    "remote",
    "stream",
    "tablets",
    "timeline",
    "views",
]
