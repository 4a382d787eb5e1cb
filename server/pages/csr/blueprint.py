"""The blueprint that the views of this folder join, and who may read them."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("csr", __name__, url_prefix="/csr")

MOVING = "moving"
"""Where the session keeps the number of the account whose customer looks for a new address."""
reads = allow("csr", "dispatcher", "cashier", "supervisor")
"""Everybody who works with customers, orders or money looks things up here."""
