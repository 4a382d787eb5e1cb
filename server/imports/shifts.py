"""Shifts: when each technician works, a day a row or the same hours on many days."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.context import ImportContext, Record, column_values, insert_batches, known
from server.imports.fields import EMPTY, Day, RowSchema, Whole, YesNo, text
from server.imports.report import RowError
from workorders.policy.shifts import (
    BREAK_MAX_MINUTES,
    LONGEST_DAYS,
    LONGEST_SHIFT,
    WORKING_WEEK,
    days_of,
    overlapping,
    span_of,
)
from workorders.tables import Shift, Technician

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ClockTime(fields.Field[time]):
    """A time of day, HH:MM, on the district's clocks."""

    default_error_messages = EMPTY

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> time:
        try:
            found = time.fromisoformat(str(value))
        except ValueError:
            raise ValidationError("must be a time as HH:MM") from None
        if found.tzinfo is not None:
            raise ValidationError("must be a time as HH:MM, without an offset")
        return found


class Weekdays(fields.Field[tuple[int, ...]]):
    """Days of the week by their first three letters, separated by blanks."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[int, ...]:
        words = str(value).lower().split()
        unknown = [word for word in words if word not in WEEKDAYS]
        if unknown:
            raise ValidationError(f"“{unknown[0]}” is none of {', '.join(WEEKDAYS)}")
        return tuple(sorted({WEEKDAYS.index(word) for word in words}))


class ShiftRow(RowSchema):
    """Columns of the shifts file."""

    technician = text("key of the technician", 20, required=True)
    day = Day(required=True, metadata={"help": "day it begins, YYYY-MM-DD"}, error_messages=EMPTY)
    starts = ClockTime(required=True, metadata={"help": "begin, HH:MM on the district's clocks"})
    ends = ClockTime(required=True, metadata={"help": "end, HH:MM; not after the begin: on the next day"})
    last_day = Day(metadata={"help": "the same hours on every day until this one"})
    weekdays = Weekdays(
        metadata={"help": "of those only these, as in “mon wed fri” (otherwise Monday to Friday)"}
    )
    home_start = YesNo(
        load_default=False, metadata={"help": "begins and ends at home (yes or no; otherwise at the yard)"}
    )
    break_minutes = Whole(
        0, BREAK_MAX_MINUTES, load_default=30, metadata={"help": "minutes of break, 0 to 180 (otherwise 30)"}
    )


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What no single cell can show: unknown people, homes nobody knows, shifts that run into another."""
    people = known(
        session, Technician.id, column_values(records, "technician"), Technician.name, Technician.home
    )
    taken = context.memory("shifts")
    taken.update(_taken(session, people.keys() - taken.keys()))
    for record in records:
        key = record.get("technician")
        if key is None:
            continue
        if key not in people:
            yield record.error("technician", f"there is no technician {key}")
            continue
        if record.get("home_start") and people[key][1] is None:
            yield record.error("home_start", f"nobody knows where {people[key][0]} lives")
        if record.faulty or not {"day", "starts", "ends"} <= record.values.keys():
            continue
        yield from _span_faults(record, context, taken.setdefault(key, []))


def _span_faults(
    record: Record, context: ImportContext, taken: list[tuple[datetime, datetime]]
) -> Iterator[RowError]:
    """Faults of one row; its own shifts join `taken`, so that later rows are held against them."""
    values, zone = record.values, context.zone
    if values.get("last_day") is not None:
        if values["last_day"] < values["day"]:
            yield record.error("last_day", f"is before the first, {values['day']}")
            return
        if (values["last_day"] - values["day"]).days > LONGEST_DAYS:
            yield record.error("last_day", f"is more than {LONGEST_DAYS} days after the first")
            return
    elif values.get("weekdays") is not None:
        yield record.error("weekdays", "needs a last_day")
        return
    shifts = [span_of(day, values["starts"], values["ends"], zone) for day in _days(values)]
    if not shifts:
        yield record.error("weekdays", "none of those days lies between day and last_day")
        return
    if shifts[0][1] - shifts[0][0] > LONGEST_SHIFT:
        yield record.error("ends", "the shift is longer than 16 hours")
        return
    for begin, end in shifts:
        other = overlapping((begin, end), taken)
        if other is not None:
            words = f"works already from {other[0].astimezone(zone):%Y-%m-%d %H:%M}"
            yield record.error("day", f"{values['technician']} {words}")
            return
    taken.extend(shifts)
    for begin, end in shifts:
        for column, instant in (("starts", begin), ("ends", end)):
            change = _clock_change(instant)
            if change is not None:
                context.notes.append(record.error(column, change, "clock_change"))


def _clock_change(local: datetime) -> str | None:
    """What the change of the clocks makes of a local time: one that does not exist, or comes twice."""
    actual = local.astimezone(UTC).astimezone(local.tzinfo)
    if actual.replace(tzinfo=None) != local.replace(tzinfo=None):
        return f"there is no {local:%H:%M} on {local:%Y-%m-%d}: the clocks go forward; read as {actual:%H:%M}"
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        return f"{local:%H:%M} comes twice on {local:%Y-%m-%d}: the clocks go back; read as the first"
    return None


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Insert every shift."""
    rows = [
        {
            "technician_id": record.values["technician"],
            "day": day,
            "starts_at": begin,
            "ends_at": end,
            "home_start": record.values["home_start"],
            "break_minutes": record.values["break_minutes"],
        }
        for record in records
        for day in _days(record.values)
        for begin, end in [span_of(day, record.values["starts"], record.values["ends"], context.zone)]
    ]
    insert_batches(session, Shift, rows, "writing shifts", context.progress)
    return {"shifts": len(rows)}


def _days(values: dict[str, Any]) -> list[date]:
    if values.get("last_day") is None:
        return [values["day"]]
    return days_of(values["day"], values["last_day"], values.get("weekdays") or WORKING_WEEK)


def _taken(session: Session, people: Iterable[str]) -> dict[str, list[tuple[datetime, datetime]]]:
    found: dict[str, list[tuple[datetime, datetime]]] = {key: [] for key in people}
    query = select(Shift.technician_id, Shift.starts_at, Shift.ends_at)
    for key, begin, end in session.execute(query.where(Shift.technician_id.in_(sorted(found)))):
        found[key].append((begin, end))
    return found
