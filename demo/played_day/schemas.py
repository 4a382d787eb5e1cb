"""What the demonstration's part of the API takes and gives."""

from marshmallow import Schema, fields, validate


class CodeQuerySchema(Schema):
    """Who is to be let onto a tablet."""

    technician = fields.String(required=True, metadata={"example": "t01"})


class CodeSchema(Schema):
    """A one-time enrolment code."""

    code = fields.String(required=True)
    technician = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class CaseSchema(Schema):
    """A place where an order of a type may be raised now."""

    type = fields.String(required=True)
    service_point = fields.String(required=True)
    account = fields.String(required=True)
    balance_cents = fields.Integer(required=True)


class CrewSchema(Schema):
    """A technician and the meters on the van."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    van = fields.List(fields.String(), required=True, metadata={"description": "Serials of 5/8 meters."})


class CastSchema(Schema):
    """Who and what a demonstration can be played with."""

    day = fields.Date(required=True, metadata={"description": "Today in the district."})
    technicians = fields.List(fields.Nested(CrewSchema), required=True)
    cases = fields.List(fields.Nested(CaseSchema), required=True)


class CastQuerySchema(Schema):
    """How many places are wanted, as `type:count` separated by commas."""

    wanted = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z_]+:[0-9]{1,2}(,[a-z_]+:[0-9]{1,2})*$"),
        metadata={"example": "exchange:1,disconnect_np:2"},
    )


class MarkSchema(Schema):
    """Where the records stand before a run."""

    entry = fields.Integer(required=True, metadata={"description": "Id of the newest journal entry."})
    duplicates = fields.Integer(required=True, metadata={"description": "Documents known already, so far."})


class RunQuerySchema(Schema):
    """What belongs to a run; lists are separated by commas."""

    orders = fields.String(required=True)
    devices = fields.String(required=True)
    payments = fields.String(load_default="")
    entry = fields.Integer(required=True)
    duplicates = fields.Integer(required=True)


class RunOrderSchema(Schema):
    """An order of the run, or one that followed from it."""

    number = fields.String(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    epoch = fields.Integer(required=True)
    dispatched = fields.Boolean(required=True)
    no_charge = fields.Boolean(required=True)
    follows = fields.String(required=True, allow_none=True)
    follow_reason = fields.String(required=True, allow_none=True)
    service_point = fields.String(required=True)
    service_point_state = fields.String(required=True)


class RunEventSchema(Schema):
    """A field event of the run's tablets as the server keeps it."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    order = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    words = fields.String(required=True)
    codes = fields.List(fields.String(), required=True)


class RunReceiptSchema(Schema):
    """A receipt handed out in the run."""

    number = fields.String(required=True)
    order = fields.String(required=True, allow_none=True)
    technician = fields.String(required=True)
    amount_cents = fields.Integer(required=True)
    method = fields.String(required=True)
    chain_ok = fields.Boolean(required=True)


class PostingSchema(Schema):
    """One line of an entry; above zero is a debit."""

    ledger = fields.String(required=True)
    party = fields.String(required=True)
    cents = fields.Integer(required=True)


class RunEntrySchema(Schema):
    """A journal entry that the run caused."""

    id = fields.Integer(required=True)
    source = fields.String(required=True)
    purpose = fields.String(required=True)
    words = fields.String(required=True)
    order = fields.String(required=True, allow_none=True)
    postings = fields.List(fields.Nested(PostingSchema), required=True)


class RunSchema(Schema):
    """What the server's own records say of a run."""

    orders = fields.List(fields.Nested(RunOrderSchema), required=True)
    events = fields.List(fields.Nested(RunEventSchema), required=True)
    receipts = fields.List(fields.Nested(RunReceiptSchema), required=True)
    entries = fields.List(fields.Nested(RunEntrySchema), required=True)
    trial_balance = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Whole ledger."},
    )
    duplicates_ignored = fields.Integer(required=True)
    wrongful_cuts = fields.Integer(required=True)
    reconnects_created = fields.Integer(required=True)
