"""Writing zones, technicians, shifts and spare meters of the demo district."""

from collections.abc import Iterable, Sequence

import shapely

from demo.households.crew import DemoMeter, DemoTechnician, shift_days, shift_span
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


def write_crew(
    writer: Writer, crew: Sequence[DemoTechnician], spares: Sequence[DemoMeter], zones: dict[str, int]
) -> None:
    """Technicians, their shifts, the spare meters, and what tablets must be told at first."""
    technicians = [
        {
            "id": one.id,
            "name": one.name,
            "skills": list(one.skills),
            "zone_id": zones[one.zone],
            "home": shapely.Point(one.home),
            "active": True,
        }
        for one in crew
    ]
    writer.rows(Technician, technicians, "technicians")
    today = writer.now.astimezone(writer.zone).date()
    spans = {day: shift_span(day, writer.zone) for day in shift_days(today)}
    shifts = [
        {"technician_id": one.id, "day": day, "starts_at": start, "ends_at": end, "break_minutes": 30}
        for one in crew
        for day, (start, end) in spans.items()
    ]
    writer.rows(Shift, shifts, "shifts")
    meters = [
        meter_row(one.serial, one.size, "in_stock" if one.van is None else "in_van", one.van)
        for one in spares
    ]
    writer.rows(Meter, meters, "spare meters")
    told = [
        {"technician_id": one.id, "topic": "ref", "key": reference, "created_at": writer.now}
        for one in crew
        for reference in REFERENCES
    ]
    writer.rows(Outbox, told, "reference documents")
