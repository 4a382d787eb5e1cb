"""Accounts and what a search finds, as the API gives them. Instants are ISO 8601 with an offset."""

from marshmallow import Schema, fields

from workorders.grammar.fields import Line

MOST_STOPS = 500


class HitSchema(Schema):
    """One answer of the search."""

    kind = fields.String(required=True, metadata={"description": "account, order, meter or premise"})
    key = fields.String(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)
    state = fields.String(required=True, allow_none=True)
    account = fields.String(required=True, allow_none=True)
    service_point = fields.String(required=True, allow_none=True)


class SearchQuerySchema(Schema):
    """What is looked for."""

    q = Line(100, required=True)


class ServicePointSchema(Schema):
    """A service point of an account."""

    number = fields.String(required=True)
    service = fields.String(required=True)
    size = fields.String(required=True)
    state = fields.String(required=True)
    premise = fields.String(required=True)
    address = fields.String(required=True)
    meter = fields.String(required=True, allow_none=True)
    current = fields.Boolean(required=True, metadata={"description": "The agreement is open."})


class AccountSchema(Schema):
    """An account with its balance as it stands."""

    number = fields.String(required=True)
    customer = fields.String(required=True)
    status = fields.String(required=True)
    rate_class = fields.String(required=True)
    balance_cents = fields.Integer(required=True, metadata={"description": "Above zero: the customer owes."})
    avoids_cut_cents = fields.Integer(
        required=True, metadata={"description": "What satisfies every cut of the account now, by policy."}
    )
    deposit_cents = fields.Integer(required=True)
    as_of = fields.AwareDateTime(required=True)
    service_points = fields.List(fields.Nested(ServicePointSchema), required=True)
    open_orders = fields.List(fields.String(), required=True)
