"""What the API takes and gives. Instants are ISO 8601 with an offset, money is integer cents."""

from marshmallow import Schema, fields, validate

_short = validate.Length(max=80)


class PlaceSchema(Schema):
    """Where an order is worked."""

    service_point = fields.String(required=True, metadata={"example": "SP-000077"})
    state = fields.String(required=True, metadata={"description": "on, off, off_np, unmetered or inactive"})
    premise = fields.String(required=True)
    address = fields.String(required=True)
    position = fields.List(
        fields.Float(), required=True, metadata={"description": "Longitude, latitude in degrees, WGS 84."}
    )


class OrderSchema(Schema):
    """An order as the office knows it. Its ETag is its `version`; send it as If-Match with a change."""

    number = fields.String(required=True, metadata={"example": "W000123"})
    version = fields.Integer(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    priority = fields.Integer(required=True)
    place = fields.Nested(PlaceSchema, required=True)
    account = fields.String(required=True, allow_none=True)
    due_from = fields.AwareDateTime(required=True, allow_none=True)
    due_until = fields.AwareDateTime(required=True, allow_none=True)
    appointment_from = fields.AwareDateTime(required=True, allow_none=True)
    appointment_until = fields.AwareDateTime(required=True, allow_none=True)
    planned_minutes = fields.Integer(required=True)
    instructions = fields.String(required=True, allow_none=True)
    extra = fields.Dict(required=True)
    no_charge = fields.Boolean(required=True)
    technician = fields.String(required=True, allow_none=True)
    epoch = fields.Integer(required=True)
    route_day = fields.Date(required=True, allow_none=True)
    sequence = fields.Integer(required=True, allow_none=True)
    requested_at = fields.AwareDateTime(required=True)
    requested_by = fields.String(required=True)
    cancelled_at = fields.AwareDateTime(required=True, allow_none=True)
    cancel_reason = fields.String(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    follows = fields.String(required=True, allow_none=True)
    follow_reason = fields.String(required=True, allow_none=True)


class TimelineLineSchema(Schema):
    """One line of an order's timeline."""

    at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    side = fields.String(required=True, metadata={"description": "office, field, money or review"})
    words = fields.String(required=True)
    alert = fields.Boolean(required=True)


class StalenessSchema(Schema):
    """How far the office may lag behind the tablet."""

    words = fields.String(required=True)
    doubt = fields.Boolean(required=True)


class OrderDetailSchema(OrderSchema):
    """An order with its story."""

    timeline = fields.List(fields.Nested(TimelineLineSchema), required=True)
    staleness = fields.Nested(StalenessSchema, required=True, allow_none=True)
    follow_ons = fields.List(fields.String(), required=True)


class NewOrderSchema(Schema):
    """An order to be raised. `extra` is what the order type asks of the office."""

    type = fields.String(required=True, metadata={"example": "exchange"})
    service_point = fields.String(required=True, metadata={"example": "SP-000077"})
    account = fields.String(load_default=None, allow_none=True)
    priority = fields.Integer(load_default=50, strict=True, validate=validate.Range(0, 100))
    due_from = fields.AwareDateTime(load_default=None, allow_none=True)
    due_until = fields.AwareDateTime(load_default=None, allow_none=True)
    appointment_from = fields.AwareDateTime(load_default=None, allow_none=True)
    appointment_until = fields.AwareDateTime(load_default=None, allow_none=True)
    instructions = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=2000))
    extra = fields.Dict(load_default=dict)
    no_charge = fields.Boolean(load_default=False)
    follows = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))


class OrdersQuerySchema(Schema):
    """Which orders to list, newest first. `after` is the last number of the page before."""

    state = fields.String(metadata={"description": "One state, or `open` for every unfinished one."})
    type = fields.String()
    technician = fields.String()
    account = fields.String()
    route_day = fields.Date()
    after = fields.String()
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class OrderListSchema(Schema):
    """A page of orders."""

    orders = fields.List(fields.Nested(OrderSchema), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "`after` of the next page."}
    )


class AssignSchema(Schema):
    """Who works an order, and when."""

    technician = fields.String(required=True, metadata={"example": "t01"})
    route_day = fields.Date(required=True)
    sequence = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1))
    dispatch = fields.Boolean(load_default=True, metadata={"description": "Send it to the tablet at once."})


class ReasonSchema(Schema):
    """Why; the technician reads it."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=200))


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

    q = fields.String(required=True, validate=validate.Length(min=1, max=100))


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


class NewPaymentSchema(Schema):
    """A payment that reached the office. The same id again changes nothing and gives the same answer."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    account = fields.String(required=True)
    amount_cents = fields.Integer(required=True, strict=True)
    channel = fields.String(required=True, metadata={"example": "web"})
    reference = fields.String(load_default=None, allow_none=True, validate=_short)
    received_at = fields.AwareDateTime(
        load_default=None, allow_none=True, metadata={"description": "When the customer paid; default: now."}
    )


class PaymentSchema(Schema):
    """A recorded payment."""

    id = fields.String(required=True)
    account = fields.String(required=True)
    amount_cents = fields.Integer(required=True)
    channel = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    state = fields.String(
        required=True,
        metadata={"description": "posted, pending (waits for a second person), refused, or taken_back"},
    )
    recorded_by = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    balance_cents = fields.Integer(required=True)


class PaymentsQuerySchema(Schema):
    """Which payments to list, newest first."""

    state = fields.String(
        load_default="all", validate=validate.OneOf(["all", "pending", "posted", "refused", "taken_back"])
    )
    account = fields.String(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class PaymentDecisionSchema(Schema):
    """What a second person decides about a payment above the district's limit."""

    approve = fields.Boolean(required=True)
    words = fields.String(load_default="", validate=validate.Length(max=200))


class NewReversalSchema(Schema):
    """A payment taken back: its id, or the receipt number of a check taken at the door."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    payment = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    receipt = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    kind = fields.String(required=True, validate=validate.OneOf(["void", "returned"]))
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class ReversalSchema(Schema):
    """A payment that was taken back."""

    id = fields.String(required=True)
    account = fields.String(required=True)
    amount_cents = fields.Integer(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    recorded_by = fields.String(required=True)
    balance_cents = fields.Integer(required=True)


class ExceptionSchema(Schema):
    """Something a human must decide."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    words = fields.String(required=True)
    order = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    blocking = fields.Boolean(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    detail = fields.Dict(required=True)


class ExceptionsQuerySchema(Schema):
    """Which cases to list, oldest first."""

    state = fields.String(
        load_default="open", validate=validate.OneOf(["open", "accepted", "rejected", "all"])
    )
    order = fields.String()
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class DecisionSchema(Schema):
    """What a supervisor decides."""

    accept = fields.Boolean(required=True)
    words = fields.String(required=True, validate=validate.Length(min=1, max=500))
