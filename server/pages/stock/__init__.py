"""Pages of the storekeeper: where meters are, how they get there, and counts."""

from server.pages.stock import counts, receipts, rooms
from server.pages.stock.blueprint import blueprint

__all__ = ["blueprint", "counts", "receipts", "rooms"]
