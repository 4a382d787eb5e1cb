"""A report's filters, from the texts of an address or a command line."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import day_from_text
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.offices import offices
from workorders.queries.reports.report import Asked, Filter, Report
from workorders.tables import ExceptionCase, Hold, HoldEvent, Technician, Zone

SPAN_MAX_DAYS = 3_660
"""Ten years."""
NUMBER_MAX = 10_000


def asked_of(session: Session, report: Report, given: Mapping[str, str], *, now: datetime) -> Asked:
    """The filters that `given` sets, defaults for the rest. What the report does not know is left alone.

    Raises Problem `bad_input` naming the filter.
    """
    district = district_of(session)
    today = district.day_of(now)
    values: dict[str, Any] = {}
    for one in report.filters:
        if one.kind == "span":
            values |= _span(one, given, today)
            continue
        text = given.get(one.name, "").strip()
        values[one.name] = _value(session, one, text, today)
    return Asked(now, today, district.timezone, values)


def _span(one: Filter, given: Mapping[str, str], today: date) -> dict[str, date]:
    text_from, text_until = given.get("from", "").strip(), given.get("until", "").strip()
    last = day_from_text(text_until, field="until") if text_until else today
    start = min(today, last) - timedelta(days=int(one.default or 0))
    first = day_from_text(text_from, field="from") if text_from else start
    if not first <= last <= first + timedelta(days=SPAN_MAX_DAYS):
        reason = Reason("must be 0 to {days} days after the first day", days=SPAN_MAX_DAYS)
        raise Problem("bad_input", field="until", reason=reason)
    return {"from": first, "until": last}


def _value(session: Session, one: Filter, text: str, today: date) -> Any:
    if not text:
        return today - timedelta(days=int(one.default or 0)) if one.kind == "day" else one.default
    if one.kind == "day":
        return day_from_text(text, field=one.name)
    if one.kind == "number":
        return count_from_text(text, field=one.name, high=NUMBER_MAX)
    if text not in choices_of(session, one):
        raise Problem("bad_input", field=one.name, reason="it is none of the choices")
    return text


def choices_of(session: Session, one: Filter) -> dict[str, str | None]:
    """What a filter lets choose: value → the name people know, None where a group of titles has it."""
    find = _CHOICES.get(one.group if one.kind == "choice" and one.group in _CHOICES else one.kind)
    return find(session) if find is not None else dict.fromkeys(one.choices)


def _technicians(session: Session) -> dict[str, str | None]:
    return dict(session.execute(select(Technician.id, Technician.name).order_by(Technician.name)).all())


def _zones(session: Session) -> dict[str, str | None]:
    zones = select(Zone.code, Zone.name).where(Zone.kind == "work").order_by(Zone.name)
    return dict(session.execute(zones).all())


def _offices(session: Session) -> dict[str, str | None]:
    return {place.code: place.name for place in offices(session, active=False)}


def _makers(session: Session) -> dict[str, str | None]:
    made = select(HoldEvent.actor).join(Hold, Hold.id == HoldEvent.hold_id)
    made = made.where(Hold.kind == "arrangement", HoldEvent.kind == "added").distinct()
    return dict.fromkeys(session.scalars(made.order_by(HoldEvent.actor)))


def _types(_session: Session) -> dict[str, str | None]:
    return dict.fromkeys(sorted(CATALOGUE))


def _cases(session: Session) -> dict[str, str | None]:
    known = select(ExceptionCase.code).distinct().order_by(ExceptionCase.code)
    return dict.fromkeys(session.scalars(known))


_CHOICES: Mapping[str | None, Callable[[Session], dict[str, str | None]]] = {
    "technician": _technicians,
    "zone": _zones,
    "office": _offices,
    "maker": _makers,
    "type": _types,
    "case": _cases,
}
"""Kind of a filter, or group of its choices → what there is to choose."""
