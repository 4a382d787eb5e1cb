"""Who works on a day: shifts, breaks, homes and vans as the planner takes them."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.planner.model import Break, PlanningTechnician, Shift
from geo.schedule.places import LonLat, shift_ends, yard
from workorders import tables

BREAK_EARLIEST, BREAK_LATEST = 4 * 3600, 13 * 1800
"""A break begins 4 to 6½ hours into a shift, as meal-period rules for a full day ask."""


class MatrixRows:
    """Points of the matrix, each place once."""

    def __init__(self) -> None:
        self.points: list[LonLat] = []
        self._rows: dict[LonLat, int] = {}

    def row(self, point: LonLat) -> int:
        if point not in self._rows:
            self._rows[point] = len(self.points)
            self.points.append(point)
        return self._rows[point]


def technicians_of(
    session: Session, day: date, places: MatrixRows, midnight: datetime, now: datetime
) -> list[PlanningTechnician]:
    """The technicians with something left of a shift at `now`, their places added to `places`."""
    shifts = session.execute(
        select(tables.Shift, tables.Technician, tables.Zone.code)
        .join(tables.Technician, tables.Technician.id == tables.Shift.technician_id)
        .outerjoin(tables.Zone, tables.Zone.id == tables.Technician.zone_id)
        .where(tables.Shift.day == day, tables.Technician.active)
        .order_by(tables.Technician.id, tables.Shift.starts_at)
    ).all()
    vans = vans_of(session)
    grouped: dict[str, list[tuple[tables.Shift, tables.Technician, str | None]]] = {}
    for row in shifts:
        grouped.setdefault(row.Technician.id, []).append((row.Shift, row.Technician, row.code))
    if not grouped:
        return []
    van_yard = yard(session, on=shifts[0].Shift)
    planned = []
    for id_, rows in grouped.items():
        first, technician, zone = rows[0]
        at_home = first.home_start and technician.home is not None
        home = places.row(shift_ends(session, technician, first) if at_home else van_yard)
        left = [s for row, _, _ in rows if (s := _shift(row, midnight, now)) is not None]
        if left:
            planned.append(
                PlanningTechnician(
                    number=id_,
                    start=home,
                    end=home,
                    shifts=tuple(left),
                    skills=frozenset(technician.skills),
                    stock=vans.get(id_, {}),
                    reload_at=places.row(van_yard),
                    zones=frozenset({zone} if zone else ()),
                )
            )
    return planned


def _shift(row: tables.Shift, midnight: datetime, now: datetime) -> Shift | None:
    """What is left of a shift, with its break while there is time for one."""
    begins = int((row.starts_at - midnight).total_seconds())
    start = max(begins, int((now - midnight).total_seconds()))
    end = int((row.ends_at - midnight).total_seconds())
    if start >= end:
        return None
    length = row.break_minutes * 60
    latest = min(begins + BREAK_LATEST, end - length)
    if not length or start > latest:
        return Shift(start, end)
    return Shift(start, end, (Break(max(start, min(begins + BREAK_EARLIEST, latest)), latest, length),))


def vans_of(session: Session) -> dict[str, Counter[str]]:
    """Meters on each van by size."""
    counted = session.execute(
        select(tables.Meter.van_technician_id, tables.Meter.size, func.count())
        .where(tables.Meter.status == "in_van")
        .group_by(tables.Meter.van_technician_id, tables.Meter.size)
    )
    vans: dict[str, Counter[str]] = {}
    for technician, size, count in counted:
        vans.setdefault(str(technician), Counter())[size] = count
    return vans
