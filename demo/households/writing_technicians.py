"""Writing zones, technicians, shifts and spare meters of the demo district."""

from collections.abc import Iterable, Sequence
from datetime import date

import shapely

from demo.households.technicians import DemoMeter, DemoTechnician, shift_days, shift_span
from demo.households.writer import Writer, meter_row
from demo.town import TownZone
from workorders.tables import Meter, Outbox, Shift, Technician, Zone
from workorders.usecases.history import REFERENCES


def write_zones(writer: Writer, zones: Iterable[TownZone]) -> dict[str, int]:
    """Work zones; answers their ids by code."""
    rows = [
        {
            "code": zone.code,
            "name": zone.name,
            "kind": "work",
            "area": shapely.MultiPolygon([shapely.Polygon(zone.ring)]),
        }
        for zone in zones
    ]
    writer.rows(Zone, rows, "zones")
    return writer.ids(Zone.code, Zone.id)


def write_technicians(
    writer: Writer,
    technicians: Sequence[DemoTechnician],
    spares: Sequence[DemoMeter],
    zones: dict[str, int],
    days: Sequence[date] | None = None,
) -> None:
    """Technicians, their shifts, the spare meters, and what is published to tablets first.

    `days` None: the days around the loading that have shifts.
    """
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "skills": list(one.skills),
            "zone_id": zones[one.zone],
            "home": shapely.Point(one.home),
            "active": True,
        }
        for one in technicians
    ]
    writer.rows(Technician, rows, "technicians")
    today = writer.now.astimezone(writer.zone).date()
    working = shift_days(today) if days is None else days
    spans = {day: shift_span(day, writer.zone) for day in working}
    shifts = [
        {"technician_id": one.id, "day": day, "starts_at": start, "ends_at": end, "break_minutes": 30}
        for one in technicians
        for day, (start, end) in spans.items()
    ]
    writer.rows(Shift, shifts, "shifts")
    meters = [
        meter_row(one.serial, one.size, "in_stock" if one.van is None else "in_van", one.van)
        for one in spares
    ]
    writer.rows(Meter, meters, "spare meters")
    references = [
        {"technician_id": one.id, "topic": "ref", "key": reference, "created_at": writer.now}
        for one in technicians
        for reference in REFERENCES
    ]
    writer.rows(Outbox, references, "reference documents")
