"""The pages of a customer service representative: search, account, premise, order, raising an order."""

from server.pages.csr import (
    accounts,
    backflow,
    bills,
    care,
    construction,
    evidence,
    final_bills,
    holds,
    landlords,
    meters,
    orders,
    premises,
    raising,
    searching,
    starting,
    stopping,
    worklists,
)
from server.pages.csr.blueprint import blueprint

__all__ = [
    "accounts",
    "backflow",
    "bills",
    "blueprint",
    "care",
    "construction",
    "evidence",
    "final_bills",
    "holds",
    "landlords",
    "meters",
    "orders",
    "premises",
    "raising",
    "searching",
    "starting",
    "stopping",
    "worklists",
]
