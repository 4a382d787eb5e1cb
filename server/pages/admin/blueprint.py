"""The blueprint that the views of this folder join, and who may read them."""

from flask import Blueprint

from server.auth.roles import allow

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

administers = allow("admin")
