"""Shifts that an administrator adds for one day or many, and takes away again."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.policy.shifts import (
    BREAK_MAX_MINUTES,
    LONGEST_DAYS,
    LONGEST_SHIFT,
    days_of,
    overlapping,
    span_of,
)
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import technician_named
from workorders.tables import Shift, Technician
from workorders.usecases.administration.audit import note_change
from workorders.usecases.administration.technicians import subject_of
from workorders.usecases.history import enqueue


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftForm:
    """The same hours on every day from `day` to `last_day` that falls on `weekdays` (0 Monday).

    `starts` and `ends` are on the district's clocks; an end that is not after the begin is on the next day.
    """

    day: date
    last_day: date
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    home_start: bool = False
    break_minutes: int = 30


def add_shifts(session: Session, key: str, form: ShiftForm, *, now: datetime, actor: str) -> list[Shift]:
    """Add the shifts, all or none. Raises Problem `not_found` and `bad_input` naming the field."""
    technician_named(session, key)
    technician = session.get_one(Technician, key, with_for_update=True)
    days = _days(session, form, now)
    if form.home_start and technician.home is None:
        raise Problem("bad_input", field="home_start", reason="it is not known where this technician lives")
    if not 0 <= form.break_minutes <= BREAK_MAX_MINUTES:
        reason = Reason("from 0 to {most} minutes", most=BREAK_MAX_MINUTES)
        raise Problem("bad_input", field="break_minutes", reason=reason)
    zone = ZoneInfo(district_of(session).timezone)
    spans = [(day, *span_of(day, form.starts, form.ends, zone)) for day in days]
    if spans[0][2] - spans[0][1] > LONGEST_SHIFT:
        raise Problem("bad_input", field="ends", reason="the shift is longer than 16 hours")
    _refuse_taken(session, key, spans)
    made = [
        Shift(
            technician_id=key,
            day=day,
            starts_at=begin,
            ends_at=end,
            home_start=form.home_start,
            break_minutes=form.break_minutes,
        )
        for day, begin, end in spans
    ]
    session.add_all(made)
    session.flush()
    changes = {
        "shifts": (None, len(made)),
        "first_day": (None, days[0].isoformat()),
        "last_day": (None, days[-1].isoformat()),
        "starts": (None, form.starts.isoformat("minutes")),
        "until": (None, form.ends.isoformat("minutes")),
    }
    note_change(session, subject_of(key), "shifts_added", now=now, actor=actor, changes=changes)
    _publish(session, key, days, now)
    return made


def remove_shift(session: Session, key: str, shift_id: int, *, now: datetime, actor: str) -> None:
    """Take away a shift that has not ended. Orders stay on the route; the next plan finds nobody for them.

    Raises Problem `not_found`.
    """
    shift = session.get(Shift, shift_id, with_for_update=True)
    if shift is None or shift.technician_id != key or shift.ends_at <= now:
        raise Problem("not_found", what="shift", key=shift_id)
    changes = {"shift": (shift.starts_at.isoformat(), None), "shift_end": (shift.ends_at.isoformat(), None)}
    day = shift.day
    session.delete(shift)
    session.flush()
    note_change(session, subject_of(key), "shift_removed", now=now, actor=actor, changes=changes)
    _publish(session, key, [day], now)


def _days(session: Session, form: ShiftForm, now: datetime) -> list[date]:
    if form.day < district_of(session).day_of(now):
        raise Problem("bad_input", field="day", reason="it lies in the past")
    if form.last_day < form.day:
        raise Problem("bad_input", field="last_day", reason="it is before the first day")
    if (form.last_day - form.day).days > LONGEST_DAYS:
        reason = Reason("it is more than {days} days after the first", days=LONGEST_DAYS)
        raise Problem("bad_input", field="last_day", reason=reason)
    days = days_of(form.day, form.last_day, form.weekdays)
    if not days:
        raise Problem("bad_input", field="weekdays", reason="none of those days lies between first and last")
    return days


def _refuse_taken(session: Session, key: str, spans: list[tuple[date, datetime, datetime]]) -> None:
    near = select(Shift.starts_at, Shift.ends_at).where(
        Shift.technician_id == key, Shift.ends_at > spans[0][1], Shift.starts_at < spans[-1][2]
    )
    taken = [(begin, end) for begin, end in session.execute(near)]
    for day, begin, end in spans:
        if overlapping((begin, end), taken) is not None:
            reason = Reason("there is a shift at that time on {day}", day=day)
            raise Problem("bad_input", field="day", reason=reason)


def _publish(session: Session, key: str, days: list[date], now: datetime) -> None:
    """The tablet shows the hours of today's shift with its route."""
    today = district_of(session).day_of(now)
    if today in days:
        enqueue(session, key, "route", today.isoformat(), now=now)
