"""Rows of a read file held against the records: which meter, where it was, and what was read before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from workorders.facts import MeterFacts
from workorders.messages.message import Message
from workorders.metering.read_layout import FileRead, RowFault
from workorders.metering.registers import fits
from workorders.queries.meter_facts import meter_facts
from workorders.queries.pieces import pieces
from workorders.tables import Installation, Meter, Read

OLDEST = timedelta(days=366)
"""A read system delivers the last days or weeks; older reads come with `curbstop import reads`."""

BULK = ("import:", "estimate:", "correction:", "finding:")
"""Reads by file and what took their place; a technician's read of the same day stands beside them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row whose meter is known, and was at the service point on the row's day."""

    row: FileRead
    meter_id: int
    meter: MeterFacts
    point_id: int


@dataclass(frozen=True, slots=True)
class Before:
    """A read of a meter and day that is on record."""

    id: int
    value: int
    kind: str
    source: str


@dataclass(slots=True)
class _Known:
    id: int
    facts: MeterFacts
    places: list[tuple[int, date, date | None]]

    def at(self, day: date) -> int | None:
        for point, since, until in reversed(self.places):
            if since <= day and (until is None or day <= until):
                return point
        return None


def placed(
    session: Session, rows: Sequence[FileRead], *, today: date, zone: ZoneInfo
) -> tuple[list[Placed], list[RowFault]]:
    """The rows that can be used, in their order, and what is wrong with the others."""
    by_serial, by_endpoint = _meters(session, rows, zone)
    found, faults = [], []
    for row in rows:
        named = row.serial if row.serial is not None else row.endpoint
        meters = by_serial.get(row.serial or "") or by_endpoint.get(row.endpoint or "") or []
        if not meters:
            faults.append(_fault(row, "serial", Message.of("readfile.unknown_meter", meter=named)))
            continue
        # A radio goes from meter to meter: it tells of the one that was somewhere that day.
        there = [one for one in meters if one.at(row.day) is not None] or meters[-1:]
        if len(there) > 1:
            faults.append(_fault(row, "serial", Message.of("readfile.two_meters", meter=named, day=row.day)))
            continue
        [meter] = there
        point = meter.at(row.day)
        if row.day > today:
            faults.append(_fault(row, "read_on", Message.of("readfile.future", day=row.day)))
        elif row.day < today - OLDEST:
            faults.append(_fault(row, "read_on", Message.of("readfile.too_old", day=row.day)))
        elif point is None:
            faults.append(
                _fault(row, "serial", Message.of("readfile.nowhere", meter=meter.facts.serial, day=row.day))
            )
        elif row.value is not None and not fits(row.value, meter.facts.dials):
            faults.append(_fault(row, "value", Message.of("readfile.dials", dials=meter.facts.dials)))
        else:
            found.append(Placed(row, meter.id, meter.facts, point))
    return found, faults


def before(session: Session, rows: Sequence[Placed], *, zone: ZoneInfo) -> dict[tuple[int, date], Before]:
    """Reads on record, that none supersedes, of the same meters on the days of the rows."""
    if not rows:
        return {}
    first, last = min(one.row.day for one in rows), max(one.row.day for one in rows)
    since = datetime.combine(first, time(), tzinfo=zone)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    later = aliased(Read)
    found = {}
    for part in pieces(sorted({one.meter_id for one in rows})):
        query = (
            select(Read.meter_id, Read.taken_at, Read.id, Read.value, Read.kind, Read.source)
            .outerjoin(later, later.supersedes_id == Read.id)
            .where(Read.meter_id.in_(part), Read.taken_at >= since, Read.taken_at < until, later.id.is_(None))
            .order_by(Read.taken_at, Read.id)
        )
        for meter_id, at, id_, value, kind, source in session.execute(query):
            if source.startswith(BULK):
                found[meter_id, at.astimezone(zone).date()] = Before(id_, value, kind, source)
    return found


def taken_before(session: Session, rows: Sequence[Placed]) -> dict[tuple[int, date, bool], int]:
    """(meter, day, estimated) → what a file said of it before, also where another read stands there now."""
    days = {source_of(day): day for day in {one.row.day for one in rows}}
    found = {}
    for part in pieces(sorted({one.meter_id for one in rows})):
        query = select(Read.meter_id, Read.source, Read.kind, Read.value).where(
            Read.meter_id.in_(part), Read.source.in_(sorted(days))
        )
        for meter_id, source, kind, value in session.execute(query):
            found[meter_id, days[source], kind == "estimated"] = value
    return found


def source_of(day: date) -> str:
    """As an import names them: a read of a meter and day comes once, whichever file it is in."""
    return f"import:reads:{day.isoformat()}"


def _meters(
    session: Session, rows: Iterable[FileRead], zone: ZoneInfo
) -> tuple[dict[str, list[_Known]], dict[str, list[_Known]]]:
    serials = sorted({one.serial for one in rows if one.serial is not None})
    endpoints = sorted({one.endpoint for one in rows if one.endpoint is not None and one.serial is None})
    by_serial: dict[str, list[_Known]] = {}
    by_endpoint: dict[str, list[_Known]] = {}
    for column, values, into in (
        (Meter.serial, serials, by_serial),
        (Meter.endpoint, endpoints, by_endpoint),
    ):
        for part in pieces(values):
            query = (
                select(Meter, Installation)
                .join(Installation, Installation.meter_id == Meter.id)
                .where(
                    column.in_(part), or_(Meter.status == "installed", Installation.removed_at.is_not(None))
                )
                .order_by(Installation.installed_at)
            )
            for meter, place in session.execute(query):
                key = meter.serial if column is Meter.serial else meter.endpoint or ""
                meters = into.setdefault(key, [])
                known = next((one for one in meters if one.id == meter.id), None)
                if known is None:
                    known = _Known(meter.id, meter_facts(meter, None), [])
                    meters.append(known)
                out = None if place.removed_at is None else place.removed_at.astimezone(zone).date()
                since = place.installed_at.astimezone(zone).date()
                known.places.append((place.service_point_id, since, out))
    return by_serial, by_endpoint


def _fault(row: FileRead, column: str, message: Message) -> RowFault:
    return RowFault(row.row, column, message)
