"""Orders and the review of reports about them, as the API takes and gives them. Instants are ISO 8601."""

from marshmallow import Schema, fields, validate

from workorders.catalogue import CATALOGUE
from workorders.grammar.fields import Day, Instant, Line, Paragraphs
from workorders.grammar.texts import CODE_MAX
from workorders.usecases.field.decisions import DECISION_MAX

MOST_STOPS = 500


MOST_STOPS = 500
"""Stops of one route."""


class PlaceSchema(Schema):
    """Where an order is worked."""

    service_point = fields.String(required=True, metadata={"example": "SP-000077"})
    state = fields.String(required=True, metadata={"description": "on, off, off_np, unmetered or inactive"})
    premise = fields.String(required=True)
    address = fields.String(required=True)
    position = fields.List(
        fields.Float(), required=True, metadata={"description": "Longitude, latitude in degrees, WGS 84."}
    )


class MessageSchema(Schema):
    """What `words` beside it say, as a code with typed parameters."""

    code = fields.String(required=True)
    params = fields.Dict(required=True)


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
    task = fields.Nested(MessageSchema, required=True, allow_none=True)
    cancel_reason = fields.String(required=True, allow_none=True)
    cancel_message = fields.Nested(MessageSchema, required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    follows = fields.String(required=True, allow_none=True)
    follow_reason = fields.String(required=True, allow_none=True)


class TimelineLineSchema(Schema):
    """One line of an order's timeline."""

    at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    side = fields.String(required=True, metadata={"description": "office, field, money or review"})
    words = fields.String(required=True)
    message = fields.Nested(MessageSchema, required=True)
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

    id = Line(
        CODE_MAX,
        load_default=None,
        allow_none=True,
        metadata={"description": "Your id of this request; sent again, it raises no second order."},
    )
    type = Line(CODE_MAX, required=True, metadata={"example": next(iter(CATALOGUE))})
    service_point = Line(CODE_MAX, required=True, metadata={"example": "SP-000077"})
    account = Line(CODE_MAX, load_default=None, allow_none=True)
    priority = fields.Integer(load_default=50, strict=True, validate=validate.Range(0, 100))
    due_from = Instant(load_default=None, allow_none=True)
    due_until = Instant(load_default=None, allow_none=True)
    appointment_from = Instant(load_default=None, allow_none=True)
    appointment_until = Instant(load_default=None, allow_none=True)
    instructions = Paragraphs(load_default=None, allow_none=True)
    extra = fields.Dict(load_default=dict)
    no_charge = fields.Boolean(load_default=False)
    follows = Line(20, load_default=None, allow_none=True)
    override = Line(
        load_default=None,
        allow_none=True,
        metadata={"description": "A supervisor's reason to go ahead although the account owes money."},
    )


class OrdersQuerySchema(Schema):
    """Which orders to list, newest first. `after` is the last number of the page before."""

    state = Line(CODE_MAX, metadata={"description": "One state, or `open` for every unfinished one."})
    type = Line(CODE_MAX)
    technician = Line(CODE_MAX)
    account = Line(CODE_MAX)
    route_day = Day()
    after = Line(CODE_MAX)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class OrderListSchema(Schema):
    """A page of orders."""

    orders = fields.List(fields.Nested(OrderSchema), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "`after` of the next page."}
    )


class AssignSchema(Schema):
    """Who works an order, and when."""

    technician = Line(CODE_MAX, required=True, metadata={"example": "t01"})
    route_day = Day(required=True)
    sequence = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=MOST_STOPS)
    )
    dispatch = fields.Boolean(load_default=True, metadata={"description": "Send it to the tablet at once."})


class ReasonSchema(Schema):
    """Why; the technician reads it."""

    reason = Line(required=True)


class ExceptionSchema(Schema):
    """Something a human must decide."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    message = fields.Nested(MessageSchema, required=True)
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
    order = Line(CODE_MAX)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class DecisionSchema(Schema):
    """What a supervisor decides."""

    accept = fields.Boolean(required=True)
    words = Paragraphs(DECISION_MAX, filled=True, required=True)
