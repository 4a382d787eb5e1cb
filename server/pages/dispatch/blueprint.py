"""The blueprint that the views of this folder join, and who may use them."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")

dispatches = allow("dispatcher", "supervisor")
"""Everything here moves work, so looking and acting have the same rule."""
