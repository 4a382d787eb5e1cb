"""The blueprint that the views of this folder join, and who may read them."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("office", __name__, url_prefix="/office")

reads = allow("supervisor", "cashier")
handles_cash = allow("supervisor", "cashier")
"""Counting, signing, drawers and deposits; that two people are needed is the use cases' to see to."""
decides = allow("supervisor")
