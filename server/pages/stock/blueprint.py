"""The blueprint that the views of this folder join, and who may do what there."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("stock", __name__, url_prefix="/stock")

reads = allow("storekeeper", "dispatcher", "supervisor")
moves = allow("storekeeper", "dispatcher", "supervisor")
"""Dispatchers load vans too, when the day changes."""
KEEPERS = ("storekeeper", "supervisor")
keeps = allow(*KEEPERS)
"""Receipts, counts and corrections of records."""
