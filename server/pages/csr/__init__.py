"""The pages of a customer service representative: search, account, premise, order, raising an order."""

from server.pages.csr import accounts, evidence, orders, premises, raising, searching
from server.pages.csr.blueprint import blueprint

__all__ = ["accounts", "blueprint", "evidence", "orders", "premises", "raising", "searching"]
