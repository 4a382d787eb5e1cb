"""An order type's extra input as a form: which fields are asked, and a filled form as plain JSON. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workorders.descriptors import Field, FieldType, OrderType
from workorders.ledger.money import cents_from_text
from workorders.problems import Problem

NOT_ASKED = frozenset({FieldType.IDS, FieldType.RECORD, FieldType.PHOTO, FieldType.FLOWS})
"""The server attaches these (notices, evidence of checks), or the field brings them."""
WORKED_OUT = {"authority_expires_at": ""}
"""What the server fills in when the form leaves it out; with words it may still be given by hand."""
PRIORITIES = ((20, "When convenient"), (50, "Normal"), (80, "Urgent"), (100, "Emergency"))


def asked(order_type: OrderType) -> list[Field]:
    """The extra fields a person fills in."""
    return [f for f in order_type.extra if f.type not in NOT_ASKED and WORKED_OUT.get(f.name, "ask") != ""]


def must_fill(field: Field) -> bool:
    """The form cannot be sent without it."""
    return field.required and field.name not in WORKED_OUT


def help_of(field: Field) -> str:
    """The field's help, with what happens when it is left out."""
    return " ".join(part for part in (field.help, WORKED_OUT.get(field.name, "")) if part)


def extra_from_form(order_type: OrderType, form: Mapping[str, str], timezone: str) -> dict[str, Any]:
    """The extra input as JSON, as an API call would carry it; empty fields are left out.

    Raises Problem bad_input for a text that is no amount or no time; the rest is judged with the order.
    """
    extra: dict[str, Any] = {}
    for field in asked(order_type):
        text = form.get(f"extra.{field.name}", "").strip()
        if text:
            extra[field.name] = _value(field, text, timezone)
    return extra


def _value(field: Field, text: str, timezone: str) -> Any:
    name = f"extra.{field.name}"
    if field.type is FieldType.CENTS:
        return cents_from_text(text, field=name)
    if field.type is FieldType.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    if field.type is FieldType.INSTANT:
        instant = instant_from_form(text, timezone, name)
        return instant.isoformat() if instant else None
    return text


def instant_from_form(text: str, timezone: str, name: str) -> datetime | None:
    """A `datetime-local` value on the district's clocks; None for an empty one. Raises Problem bad_input.

    An hour that a change to summer time leaves out is moved on by the same hour, as clocks are.
    """
    if not text.strip():
        return None
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Problem("bad_input", field=name, reason=f"“{text}” is not a date and time") from None
    if wall.tzinfo is not None:
        return wall
    zone = ZoneInfo(timezone)
    aware = wall.replace(tzinfo=zone)
    utc_and_back = aware.astimezone(ZoneInfo("UTC")).astimezone(zone)
    return utc_and_back if utc_and_back.replace(tzinfo=None) != wall else aware


def end_of_day(text: str, timezone: str, name: str) -> datetime | None:
    """The last second of a `date` value on the district's clocks; None for an empty one."""
    start = instant_from_form(f"{text}T00:00" if text.strip() else "", timezone, name)
    return None if start is None else start.replace(hour=23, minute=59, second=59)


def default_due(now: datetime, timezone: str) -> str:
    """Tomorrow, as a `date` value: what most customers are promised."""
    return (now.astimezone(ZoneInfo(timezone)) + timedelta(days=1)).date().isoformat()
