"""The blueprint that the views of this folder join, and who may do what."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("collections", __name__, url_prefix="/office/collections")

reads = allow("csr", "dispatcher", "cashier", "supervisor")
raises = allow("dispatcher", "supervisor")
"""Raising cuts, and issuing and mailing notices."""
plans = allow("supervisor")
"""The schedule of billing cycles."""
places = allow("supervisor")
"""Debts handed to an agency and called back, late fees handed to billing, liens."""
settles_tags = allow("csr", "dispatcher", "supervisor")
"""Door tags that were not posted: sent out again, delivered another way, dropped."""
answers = allow("csr", "supervisor")
"""Mail that came back, and customers who were reached."""
