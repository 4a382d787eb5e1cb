"""The REST API for programs: orders, accounts, search, payments, cases, reports; see /api/openapi.json."""

from flask_smorest import Api

from server.api.accounts import blueprint as accounts_blueprint
from server.api.bills import blueprint as bills_blueprint
from server.api.care import blueprint as care_blueprint
from server.api.exceptions import blueprint as exceptions_blueprint
from server.api.moves import blueprint as moves_blueprint
from server.api.orders import blueprint as orders_blueprint
from server.api.payments import blueprint as payments_blueprint
from server.api.reports import blueprint as reports_blueprint

PARTS = (
    orders_blueprint,
    accounts_blueprint,
    moves_blueprint,
    bills_blueprint,
    care_blueprint,
    payments_blueprint,
    exceptions_blueprint,
    reports_blueprint,
)


def register(api: Api) -> None:
    """Mount every part, and say how programs sign in."""
    schemes = {
        "token": "A token that an administrator made for a program; operations name the scope they need.",
        "bearer": "The access token of a tablet.",
    }
    for name, words in schemes.items():
        kind = {"type": "http", "scheme": "bearer", "description": words}
        api.spec.components.security_scheme(name, kind)
    api.spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "curbstop"})
    api.spec.options["security"] = [{"basic": []}, {"session": []}]
    for part in PARTS:
        api.register_blueprint(part)
