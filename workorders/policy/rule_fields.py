"""Fields that the shapes of rules and settings are made of."""

from typing import Any

from marshmallow import fields, validate

HOLD_KINDS = ("medical", "arrangement", "dispute", "bankruptcy", "pledge", "moratorium")
PICKUP_KINDS = ("tampering", "leak", "wrong_meter", "request")
NOTICE_KINDS = ("past_due", "second_past_due", "final", "door_tag")
FINALED_KINDS = ("closing_bill", "final_reminder", "pre_collection")
"""Letters to who has left and owes, in their order."""
CYCLE_STEPS = ("past_due", "second_past_due", "late_fee", "final", "door_tag", "cut")
"""Steps against a bill that stays unpaid, in their order."""

POSITIVE = validate.Range(min=0, min_inclusive=False)
NOT_NEGATIVE = validate.Range(min=0)


def strict_int(**given: Any) -> fields.Integer:
    """A required whole number, no text that looks like one."""
    return fields.Integer(strict=True, required=True, **given)


def tuple_of(inner: fields.Field[Any], **given: Any) -> fields.List[Any]:
    """A required list; the record made of it holds a tuple."""
    return fields.List(inner, required=True, **given)
