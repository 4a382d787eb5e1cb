"""The blueprint that the views of this folder join, and who may read them."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

reads = allow("dispatcher", "cashier", "supervisor")
"""Each report names its own readers among these."""
schedules_reports = allow("supervisor")
