"""What tablets report of the day itself: who is on duty, and which breaks were taken."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from workorders.judgement.event_schema import event_body
from workorders.tables import FieldEvent, Shift

_MOST = 10**9
"""More seconds, metres or cents than any day has: a figure beyond it is a broken tablet's."""


@dataclass(frozen=True, slots=True)
class DaySaid:
    """What a tablet knew of the day when its technician signed off; None for what it did not say.

    Seconds, metres by the route's drives, cents of cash and checks, and how many orders were left open.
    """

    worked_s: int | None
    break_s: int | None
    metres: int | None
    custody_cents: int | None
    receipts: int
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """`state` is one of workorders.usecases.field.field_day.STATES, `since` when it was noted."""

    state: str
    since: datetime
    said: DaySaid | None = None
    """Only when signed off."""


def on_duty(
    session: Session, technicians: Sequence[str], *, since: datetime, until: datetime
) -> dict[str, OnDuty]:
    """The newest state by technician id, of those that reported one from `since` until `until`."""
    reported = (
        select(FieldEvent)
        .where(
            # Spelled as the index over them is.
            FieldEvent.kind == literal_column("'day'"),
            FieldEvent.technician_id.in_(technicians),
            FieldEvent.occurred_at >= since,
            FieldEvent.occurred_at < until,
        )
        .order_by(FieldEvent.occurred_at, FieldEvent.counter)
    )
    return {event.technician_id: _duty(event) for event in session.scalars(reported)}


def _duty(event: FieldEvent) -> OnDuty:
    body = event_body(event.body)
    state = str(body.get("state"))
    return OnDuty(state, event.occurred_at, _said(body) if state == "signed_off" else None)


def _said(body: Mapping[str, Any]) -> DaySaid:
    """The figures of a body that nobody has checked."""
    tenders, numbers, left = (body.get(name) for name in ("custody_cents", "receipts", "open"))
    cents = [_figure(one) or 0 for one in tenders.values()] if isinstance(tenders, Mapping) else None
    return DaySaid(
        worked_s=_figure(body.get("worked_s")),
        break_s=_figure(body.get("break_s")),
        metres=_figure(body.get("metres")),
        custody_cents=None if cents is None else sum(cents),
        receipts=len(numbers) if isinstance(numbers, list) else 0,
        open=tuple(one[:20] for one in left[:200] if isinstance(one, str) and one)
        if isinstance(left, list)
        else (),
    )


def _figure(given: object) -> int | None:
    """A whole number of at least 0."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= _MOST:
        return None
    return round(given)


def breaks_begun(
    session: Session, technicians: Sequence[str], day: date, *, now: datetime
) -> Mapping[str, int]:
    """How many breaks each technician has begun, by `now`, in the shift of that day that is under way."""
    reported = (
        select(FieldEvent)
        .join(Shift, Shift.technician_id == FieldEvent.technician_id)
        .where(
            # Spelled as the index over them is.
            FieldEvent.kind == literal_column("'day'"),
            FieldEvent.technician_id.in_(technicians),
            FieldEvent.occurred_at >= Shift.starts_at,
            FieldEvent.occurred_at <= now,
            Shift.day == day,
            Shift.starts_at <= now,
            Shift.ends_at > now,
        )
    )
    return Counter(
        event.technician_id
        for event in session.scalars(reported)
        if event_body(event.body).get("state") == "break"
    )
