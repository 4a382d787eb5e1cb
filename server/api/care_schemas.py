"""What the API takes and gives about notes and adjustments of an account."""

from marshmallow import Schema, fields, validate

from workorders.grammar.fields import Cents, Day, Line, Paragraphs
from workorders.grammar.money import PAYMENT_MAX_CENTS
from workorders.grammar.texts import CODE_MAX, LINE_MAX
from workorders.policy.adjustments import KINDS
from workorders.policy.programs import NOTE_KINDS


class NewNoteSchema(Schema):
    """A note, or a line of the contact log."""

    id = Line(
        CODE_MAX,
        filled=False,
        load_default="",
        metadata={"description": "Given by the caller; sent again it gives the note it made."},
    )
    kind = fields.String(required=True, validate=validate.OneOf(NOTE_KINDS))
    words = Paragraphs(filled=True, required=True)
    call_back_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "From today to a year ahead; it comes up on that day until it is done."},
    )


class NoteSchema(Schema):
    """A note as it is kept."""

    id = fields.Integer(required=True)
    account = fields.String(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    call_back_on = fields.Date(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    done_by = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)


class CallBackDoneSchema(Schema):
    """What came of a call back."""

    outcome = Line(LINE_MAX, required=True)


class NewAdjustmentSchema(Schema):
    """Money of an account to be moved without a payment. Above the caller's limit a second person decides."""

    id = Line(
        CODE_MAX,
        required=True,
        metadata={"description": "Given by the caller; sent again it changes nothing."},
    )
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    amount_cents = Cents(1, PAYMENT_MAX_CENTS, required=True)
    reason = Line(LINE_MAX, required=True)
    evidence = Line(LINE_MAX, filled=False, load_default="")
    to_account = Line(
        CODE_MAX,
        filled=False,
        load_default="",
        metadata={"description": "Of a transfer: another account of the customer."},
    )


class AdjustmentDecisionSchema(Schema):
    """A second person's word."""

    approve = fields.Boolean(required=True)
    words = Line(LINE_MAX, filled=False, load_default="", metadata={"description": "Needed to refuse."})


class AdjustmentsQuerySchema(Schema):
    """Which adjustments."""

    state = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(["pending", "posted", "refused"])
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class AdjustmentSchema(Schema):
    """An adjustment and what became of it."""

    id = fields.String(required=True)
    account = fields.String(required=True)
    to_account = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    amount_cents = fields.Integer(required=True)
    reason = fields.String(required=True)
    evidence = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"description": "pending, posted or refused"})
    requested_at = fields.AwareDateTime(required=True)
    requested_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    balance_cents = fields.Integer(
        required=True, metadata={"description": "What the account owes now; below zero: credit."}
    )
