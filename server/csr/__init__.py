"""The pages of a customer service representative: search, account, premise, order, raising an order."""

from server.csr import accounts, evidence, orders, premises, raising, searching
from server.csr.blueprint import blueprint

__all__ = ["accounts", "blueprint", "evidence", "orders", "premises", "raising", "searching"]
