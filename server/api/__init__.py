"""The REST API for programs: orders, accounts, search, payments, exceptions; see /api/openapi.json."""

from flask_smorest import Api

from server.api.accounts import blueprint as accounts_blueprint
from server.api.exceptions import blueprint as exceptions_blueprint
from server.api.orders import blueprint as orders_blueprint
from server.api.payments import blueprint as payments_blueprint

PARTS = (orders_blueprint, accounts_blueprint, payments_blueprint, exceptions_blueprint)


def register(api: Api) -> None:
    """Mount every part, and say how programs sign in."""
    api.spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "curbstop"})
    api.spec.options["security"] = [{"basic": []}, {"session": []}]
    for part in PARTS:
        api.register_blueprint(part)
