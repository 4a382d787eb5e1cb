"""Pages of collections: who may be cut today and why not, and which notices are due."""

from server.pages.collections import (
    agency,
    cuts,
    late_fees,
    liens,
    notices,
    periods,
    returned_mail,
    schedule,
    undone_tags,
)
from server.pages.collections.blueprint import blueprint

__all__ = [
    "agency",
    "blueprint",
    "cuts",
    "late_fees",
    "liens",
    "notices",
    "periods",
    "returned_mail",
    "schedule",
    "undone_tags",
]
