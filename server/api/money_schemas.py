"""Bills and payments, as the API takes and gives them. Money is integer cents, instants are ISO 8601."""

from marshmallow import Schema, fields, validate

from workorders.grammar.fields import Cents, Day, Instant, Line
from workorders.grammar.money import PAYMENT_MAX_CENTS
from workorders.grammar.texts import CODE_MAX
from workorders.usecases.cash.payments import CHANNELS
from workorders.usecases.collections.bills import BILL_CLASSES

MOST_STOPS = 500


class NewBillSchema(Schema):
    """A bill of the billing system. The same reference again changes nothing and gives the same answer."""

    reference = Line(CODE_MAX, required=True)
    account = Line(CODE_MAX, required=True)
    service = fields.String(load_default="water", validate=validate.OneOf(BILL_CLASSES))
    billed_on = Day(required=True)
    due_on = Day(required=True, metadata={"description": "The last day to pay it in time."})
    amount_cents = Cents(1, PAYMENT_MAX_CENTS, required=True)


class BillSchema(Schema):
    """A bill on record."""

    reference = fields.String(required=True)
    account = fields.String(required=True)
    service = fields.String(required=True)
    billed_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    amount_cents = fields.Integer(required=True)
    posted = fields.Boolean(
        required=True, metadata={"description": "False: it lies within the account's opening balance."}
    )
    balance_cents = fields.Integer(required=True)


class NewPaymentSchema(Schema):
    """A payment that reached the office. The same id again changes nothing and gives the same answer."""

    id = Line(CODE_MAX, required=True)
    account = Line(CODE_MAX, required=True)
    amount_cents = Cents(1, PAYMENT_MAX_CENTS, required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS), metadata={"example": "web"})
    reference = Line(80, filled=False, load_default=None, allow_none=True)
    received_at = Instant(
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
