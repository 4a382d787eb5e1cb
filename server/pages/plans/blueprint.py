"""The blueprint that the views of this folder join, and who may use them."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
plans = allow("dispatcher", "supervisor")
