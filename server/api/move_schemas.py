"""What the API takes and gives about customers in and out."""

from marshmallow import Schema, fields, validate

from workorders.grammar.fields import Day, Line
from workorders.grammar.texts import CODE_MAX
from workorders.messages.titles_en import RATE_CLASSES
from workorders.policy.start_service import CREDIT_CLASSES


class NewCustomerSchema(Schema):
    """Who moves in, when they have no account yet."""

    name = Line(200, required=True)
    phone = Line(40, load_default="")
    email = Line(200, load_default="")
    language = Line(8, load_default="")
    mailing_address = Line(200, load_default="")


class NewApplicationSchema(Schema):
    """An application for service at the service points of one premise."""

    id = Line(
        CODE_MAX,
        required=True,
        metadata={"description": "Given by the caller; sent again it changes nothing."},
    )
    account = Line(CODE_MAX, load_default=None, allow_none=True)
    customer = fields.Nested(NewCustomerSchema, load_default=None, allow_none=True)
    rate_class = fields.String(load_default="residential", validate=validate.OneOf(list(RATE_CLASSES)))
    service_points = fields.List(Line(CODE_MAX), required=True, validate=validate.Length(1, 20))
    start_on = Day(required=True)
    credit_class = fields.String(load_default="unknown", validate=validate.OneOf(CREDIT_CLASSES))
    evidence = Line(200, load_default="")
    replace = fields.Boolean(
        load_default=False, metadata={"description": "Whoever is served there now leaves that day."}
    )


class RequirementSchema(Schema):
    """Something to be paid before service starts."""

    kind = fields.String(required=True, metadata={"description": "fee, deposit or past_due"})
    total_cents = fields.Integer(required=True)
    code = fields.String(required=True)
    service = fields.String(required=True)
    account = fields.String(required=True)


class ApplicationSchema(Schema):
    """An application; its agreements begin when it is approved and the service is on."""

    number = fields.String(required=True, metadata={"example": "AP-000001"})
    account = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "applied, approved or withdrawn"})
    start_on = fields.Date(required=True)
    required = fields.List(fields.Nested(RequirementSchema), required=True)
    outstanding_cents = fields.Integer(required=True)


class NewStopSchema(Schema):
    """A stop of service."""

    service_points = fields.List(Line(CODE_MAX), required=True, validate=validate.Length(1, 20))
    stop_on = Day(required=True)
    forwarding_address = Line(200, load_default="")
    leave_on = fields.Boolean(load_default=False)


class AgreementSchema(Schema):
    """An agreement of an account."""

    service_point = fields.String(required=True)
    service = fields.String(required=True)
    state = fields.String(required=True)
    start_on = fields.Date(required=True)
    end_on = fields.Date(required=True, allow_none=True)
    stop_on = fields.Date(required=True, allow_none=True)
    start_order = fields.String(required=True, allow_none=True)
    stop_order = fields.String(required=True, allow_none=True)
    forwarding_address = fields.String(required=True, allow_none=True)


class FinalBillSchema(AgreementSchema):
    """A service that ended, with what its last bill rests on."""

    account = fields.String(required=True)
    customer = fields.String(required=True)
    meter = fields.String(required=True, allow_none=True)
    start_read = fields.Integer(required=True, allow_none=True)
    final_read = fields.Integer(required=True, allow_none=True)
    units = fields.Integer(required=True, allow_none=True)
