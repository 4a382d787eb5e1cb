"""An order type's extra input as a form: which fields are asked, and a filled form as plain JSON. Pure."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workorders.grammar.money import cents_from_text
from workorders.grammar.numbers import READ_MAX, count_from_text, decimal_from_text
from workorders.grammar.times import day_from_text, wall_time_from_text
from workorders.judgement.descriptors import Field, FieldType, OrderType
from workorders.messages.texts import N_

NOT_ASKED = frozenset({FieldType.IDS, FieldType.PHOTO, FieldType.FLOWS})
"""The server attaches these (notices), or the field brings them."""
PRIORITIES = (
    (20, N_("When convenient")),
    (50, N_("Normal")),
    (80, N_("Urgent")),
    (100, N_("Emergency")),
)


def asked(order_type: OrderType) -> list[Field]:
    """The extra fields a person fills in."""
    return [f for f in order_type.extra if f.type not in NOT_ASKED]


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
    if field.type is FieldType.READ:
        return count_from_text(text, field=name, high=int(field.max or READ_MAX))
    if field.type is FieldType.NUMBER:
        return decimal_from_text(text, field=name)
    return text


def instant_from_form(text: str, timezone: str, name: str) -> datetime | None:
    """A `datetime-local` value on the district's clocks; None for an empty one. Raises Problem bad_input."""
    return wall_time_from_text(text, ZoneInfo(timezone), field=name) if text.strip() else None


def end_of_day(text: str, timezone: str, name: str) -> datetime | None:
    """The last second of a `date` value on the district's clocks; None for an empty one."""
    if not text.strip():
        return None
    return datetime.combine(day_from_text(text, field=name), time(23, 59, 59), ZoneInfo(timezone))


def default_due(now: datetime, timezone: str) -> str:
    """Tomorrow, as a `date` value: what most customers are promised."""
    return (now.astimezone(ZoneInfo(timezone)) + timedelta(days=1)).date().isoformat()
