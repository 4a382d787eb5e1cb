"""Premises and their service points: one row for each service point, premise columns repeated alike."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.territory.extent import Extent
from server.imports.context import (
    ImportContext,
    Record,
    column_values,
    exchanged_axes,
    insert_batches,
    insert_keyed,
    known,
    repeated,
)
from server.imports.fields import Degrees, RowSchema, YesNo, choice, text
from server.imports.report import RowError
from workorders.tables import Premise, ServicePoint, ServicePointEvent, Zone

SERVICES = ("water", "wastewater", "electric", "fibre")
STATES = ("on", "off", "off_np", "unmetered", "inactive")


class PremiseRow(RowSchema):
    """Columns of the premises file."""

    premise = text("number of the premise; repeat it for each of its service points", 40, required=True)
    house_number = text("house number", 20, required=True)
    street = text("street name", 160, required=True)
    city = text("city", 120, required=True)
    postcode = text("postal code", 20, required=True)
    longitude = Degrees(180, required=True, metadata={"help": "degrees east on WGS 84"})
    latitude = Degrees(90, required=True, metadata={"help": "degrees north on WGS 84"})
    zone = text("code of an existing work zone; empty: the zone the position lies in", 40)
    access_note = text("what a technician must know to get in", 1_000)
    dog = YesNo(load_default=False, metadata={"help": "a dog is kept (yes or no; otherwise no)"})
    hazard = text("a danger on the premise", 200)
    medical = YesNo(
        load_default=False,
        metadata={"help": "medical equipment depends on service (yes or no; otherwise no)"},
    )
    service_point = text("number of the service point; empty: the premise has none", 40)
    service = choice("what is served", SERVICES, "water")
    size = text("size of the service, for example 5/8; needed with a service point", 20)
    state = choice("state of the service point", STATES, "on")
    meter_location = text("where the meter is", 200)
    lock = text("number of the lock", 40)
    seal = text("number of the seal", 40)


PREMISE_COLUMNS = (
    *("house_number", "street", "city", "postcode", "longitude", "latitude"),
    *("zone", "access_note", "dog", "hazard", "medical"),
)
PLACE_COLUMNS = ("longitude", "latitude", "zone")
POINT_COLUMNS = ("size", "meter_location", "lock", "seal")


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What no single row can show: repeated and known numbers, contradicting rows, unknown zones."""
    yield from repeated(records, "service_point", context)
    yield from _contradictions(records, context)
    yield from exchanged_axes(records, context.extent)
    premises = known(session, Premise.number, column_values(records, "premise"), Premise.id)
    points = known(session, ServicePoint.number, column_values(records, "service_point"), ServicePoint.id)
    zones = known(session, Zone.code, column_values(records, "zone"), Zone.id)
    for record in records:
        if record.get("premise") in premises:
            yield record.error("premise", f"premise {record.get('premise')} exists already")
        if record.get("service_point") in points:
            yield record.error("service_point", f"service point {record.get('service_point')} exists already")
        if record.get("zone") is not None and record.get("zone") not in zones:
            yield record.error("zone", f"there is no zone {record.get('zone')}")
        if record.get("longitude") == 0 and record.get("latitude") == 0:
            yield record.error("longitude", "0, 0 lies in the sea; the position was never filled in")
        yield from _point_faults(record)


def _contradictions(records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Rows of one premise must say the same about it, and only the first may lack a service point."""
    first = context.memory("premises' columns")
    for record in records:
        number = record.get("premise")
        if number is None:
            continue
        said = tuple(record.get(column) for column in PREMISE_COLUMNS)
        row, earlier = first.setdefault(number, (record.number, said))
        if row == record.number:
            continue
        for column, value, before in zip(PREMISE_COLUMNS, said, earlier, strict=True):
            if value != before:
                yield record.error(column, f"premise {number} has another value in row {row}")
        if record.get("service_point") is None:
            yield record.error("service_point", f"is needed: row {row} is premise {number} too")


def _point_faults(record: Record) -> Iterator[RowError]:
    if record.get("service_point") is not None:
        if record.get("size") is None and "size" not in record.faulty:
            yield record.error("size", "a service point needs its size")
        return
    for column in POINT_COLUMNS:
        if record.get(column) is not None:
            yield record.error(column, "is given without a service point")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Insert premises, their service points, and for each point the event that gives it its state."""
    zone_of = _zone_finder(session)
    premises, first = context.memory("premises"), dict[str, Record]()
    for record in records:
        if record.values["premise"] not in premises:
            first.setdefault(record.values["premise"], record)
    made = insert_keyed(
        session,
        (Premise.number, Premise.id),
        [_premise(record.values, zone_of) for record in first.values()],
        "writing premises",
        context,
    )
    premises.update(made)
    pointed = [record.values for record in records if record.get("service_point") is not None]
    points = insert_keyed(
        session,
        (ServicePoint.number, ServicePoint.id),
        [_point(values, premises[values["premise"]]) for values in pointed],
        "writing service points",
        context,
    )
    events = [
        {
            "service_point_id": points[values["service_point"]],
            "state": values["state"],
            "at": context.now,
            "source": context.source,
        }
        for values in pointed
    ]
    insert_batches(session, ServicePointEvent, events, "writing their states", context.progress)
    counts = {"premises": len(made), "service_points": len(points)}
    far = sum(_is_far(record.values, context.extent) for record in first.values())
    return {**counts, "premises_far_from_the_district": far} if far else counts


def _is_far(values: dict[str, Any], extent: Extent | None) -> bool:
    """A place is kept wherever it lies; the report counts those that no van will be sent to."""
    return extent is not None and not extent.holds(values["longitude"], values["latitude"])


def _premise(values: dict[str, Any], zone_of: "ZoneFinder") -> dict[str, Any]:
    position = shapely.Point(values["longitude"], values["latitude"])
    return {
        "number": values["premise"],
        "position": position,
        "zone_id": zone_of(values.get("zone"), position),
        **{name: values.get(name) for name in PREMISE_COLUMNS if name not in PLACE_COLUMNS},
    }


def _point(values: dict[str, Any], premise_id: int) -> dict[str, Any]:
    return {
        "number": values["service_point"],
        "premise_id": premise_id,
        "lock_number": values.get("lock"),
        "seal_number": values.get("seal"),
        **{name: values.get(name) for name in ("service", "size", "state", "meter_location")},
    }


ZoneFinder = Callable[[str | None, shapely.Point], int | None]


def _zone_finder(session: Session) -> ZoneFinder:
    """The zone by its code, else the work zone whose area holds the position, else none."""
    rows = session.execute(select(Zone.id, Zone.code, Zone.area, Zone.kind).order_by(Zone.id)).all()
    ids: dict[str, int] = {code: zone_id for zone_id, code, _, _ in rows}
    work: list[tuple[int, shapely.Geometry]] = [
        (zone_id, area) for zone_id, _, area, kind in rows if kind == "work"
    ]
    tree = shapely.STRtree([area for _, area in work])

    def find(code: str | None, position: shapely.Point) -> int | None:
        if code is not None:
            return ids[code]
        hits = tree.query(position, predicate="covered_by")
        return work[int(hits.min())][0] if len(hits) else None

    return find
