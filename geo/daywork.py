"""A district's day as the planner takes it, and a plan back into the technicians' routes.

Orders that may still be given to anybody are planned; those in somebody's hands stay where they are. Times
of the plan are seconds after midnight in the district's time zone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from geo.network import RoadNetwork
from geo.places import LonLat, shift_ends, stop_positions, yard
from geo.planning.model import Break, Order, Problem, Shift, Technician, Window
from geo.planning.plan import Plan
from workorders import tables
from workorders.catalogue import CATALOGUE
from workorders.lifecycle import State
from workorders.service.assignment import set_route
from workorders.service.district import district_of

OPEN = (State.APPROVED, State.SCHEDULED, State.ASSIGNED)
WITH_TABLET = (State.DISPATCHED, State.ACKNOWLEDGED)
"""On the tablet but not begun: a new plan may still move it."""
BEGUN = (State.EN_ROUTE, State.ON_SITE, State.STARTED, State.SUSPENDED)
BREAK_EARLIEST, BREAK_LATEST = 4 * 3600, 13 * 1800
"""A break begins 4 to 6½ hours into a shift, as meal-period rules for a full day ask."""


@dataclass(frozen=True, slots=True)
class DayWork:
    """The planner's problem, and what leads back: matrix rows as points, the day and its midnight."""

    problem: Problem
    points: list[LonLat]
    day: date
    midnight: datetime


def load_day(session: Session, network: RoadNetwork, day: date, *, now: datetime) -> DayWork:
    """Read a day's orders, technicians and shifts, and their travel times from the road network.

    Raises Problem stop_off_network naming an order that no street reaches.
    """
    zone = ZoneInfo(district_of(session).timezone)
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    rows = _orders(session, day)
    places = _Places()
    orders = _planned_orders(session, rows, places, midnight)
    technicians = _technicians(session, day, places, midnight, now)
    seconds = network.matrix(places.points)
    return DayWork(Problem(tuple(orders), tuple(technicians), seconds), places.points, day, midnight)


def plan_document(work: DayWork, plan: Plan) -> dict[str, Any]:
    """A plan as JSON, its times as instants, to be kept until a person has looked at it."""

    def at(seconds: int) -> str:
        return (work.midnight + timedelta(seconds=seconds)).isoformat()

    return {
        "day": work.day.isoformat(),
        "routes": [
            {
                "technician": route.technician,
                "leave": at(route.leave),
                "back": at(route.back),
                "drive_s": route.drive_s,
                "overtime_s": route.overtime_s,
                "visits": [
                    {
                        "kind": visit.kind,
                        "order": visit.order,
                        "start": at(visit.start),
                        "finish": at(visit.finish),
                        "drive_s": visit.drive_s,
                        "wait_s": max(0, visit.start - visit.arrive),
                        "point": list(work.points[visit.at]),
                    }
                    for visit in route.visits
                ],
            }
            for route in plan.routes
        ],
        "unplaced": [{"order": u.order, "code": u.code, "words": u.words} for u in plan.unplaced],
        "served": plan.served,
        "drive_s": plan.drive_s,
        "priority": plan.priority,
    }


def apply_document(session: Session, document: dict[str, Any], *, now: datetime, actor: str) -> int:
    """Make a kept plan the technicians' routes and dispatch it; returns how many stops were routed.

    Stops already begun keep their place before the planned ones; an order that meanwhile was cancelled, begun
    or finished is left out.
    """
    day = date.fromisoformat(document["day"])
    routed = 0
    for technician, visits in _by_technician(document).items():
        still = _still_open(session, [visit["order"] for visit in visits])
        stops = [visit for visit in visits if visit["order"] in still]
        numbers = [*_begun(session, technician, day), *(visit["order"] for visit in stops)]
        starts = {visit["order"]: datetime.fromisoformat(visit["start"]) for visit in stops}
        if numbers:
            set_route(session, technician, day, numbers, now=now, actor=actor, planned_starts=starts)
        routed += len(stops)
    return routed


def _by_technician(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    stops: dict[str, list[dict[str, Any]]] = {}
    for route in document["routes"]:
        stops.setdefault(route["technician"], []).extend(v for v in route["visits"] if v["order"])
    return stops


def _still_open(session: Session, numbers: list[str]) -> set[str]:
    movable = (*OPEN, *WITH_TABLET)
    query = select(tables.Order.number).where(
        tables.Order.number.in_(numbers), tables.Order.state.in_(movable)
    )
    return set(session.scalars(query))


class _Places:
    """Points of the matrix, each place once."""

    def __init__(self) -> None:
        self.points: list[LonLat] = []
        self._rows: dict[LonLat, int] = {}

    def row(self, point: LonLat) -> int:
        if point not in self._rows:
            self._rows[point] = len(self.points)
            self.points.append(point)
        return self._rows[point]


def _orders(session: Session, day: date) -> Sequence[tables.Order]:
    """Open orders that may be worked that day, and those sent out for it but not begun."""
    meant = or_(tables.Order.route_day.is_(None), tables.Order.route_day <= day)
    return session.scalars(
        select(tables.Order)
        .where(
            or_(
                tables.Order.state.in_(OPEN) & meant,
                tables.Order.state.in_(WITH_TABLET) & (tables.Order.route_day == day),
            )
        )
        .order_by(tables.Order.number)
    ).all()


def _planned_orders(
    session: Session, rows: Sequence[tables.Order], places: _Places, midnight: datetime
) -> list[Order]:
    positions = stop_positions(session, [row.number for row in rows])
    zones = _zones_of(session, rows)
    sizes = _sizes_of(session, rows)
    tomorrow = midnight + timedelta(days=1)
    planned = []
    for row in rows:
        if row.due_from is not None and row.due_from >= tomorrow:
            continue
        window = _window(row, midnight)
        if window is None:
            continue
        descriptor = CATALOGUE[row.type]
        takes_meter = any(field.name == "van_stock" for field in descriptor.extra)
        planned.append(
            Order(
                number=row.number,
                at=places.row(positions[row.number]),
                service_s=row.planned_minutes * 60,
                priority=max(1, row.priority),
                due_in_days=None if row.due_until is None else (row.due_until - midnight).days,
                windows=window,
                skills=frozenset(descriptor.skills),
                stock={sizes[row.number]: 1} if takes_meter else {},
                pinned=row.technician_id if row.pinned else None,
                zone=zones.get(row.number),
                kind=row.type,
            )
        )
    return planned


def _window(row: tables.Order, midnight: datetime) -> tuple[Window, ...] | None:
    """The appointment in seconds of the day; empty when there is none, None when it is on another day."""
    if row.appointment_from is None or row.appointment_until is None:
        return ()
    earliest = int((row.appointment_from - midnight).total_seconds())
    latest = int((row.appointment_until - midnight).total_seconds())
    return (Window(max(0, earliest), latest),) if latest >= 0 and earliest < 86_400 else None


def _zones_of(session: Session, rows: Sequence[tables.Order]) -> dict[str, str]:
    found = session.execute(
        select(tables.Order.number, tables.Zone.code)
        .join(tables.ServicePoint, tables.ServicePoint.id == tables.Order.service_point_id)
        .join(tables.Premise, tables.Premise.id == tables.ServicePoint.premise_id)
        .join(tables.Zone, tables.Zone.id == tables.Premise.zone_id)
        .where(tables.Order.number.in_([row.number for row in rows]))
    )
    return {row.number: row.code for row in found}


def _sizes_of(session: Session, rows: Sequence[tables.Order]) -> dict[str, str]:
    found = session.execute(
        select(tables.Order.number, tables.ServicePoint.size)
        .join(tables.ServicePoint, tables.ServicePoint.id == tables.Order.service_point_id)
        .where(tables.Order.number.in_([row.number for row in rows]))
    )
    return {row.number: row.size for row in found}


def _technicians(
    session: Session, day: date, places: _Places, midnight: datetime, now: datetime
) -> list[Technician]:
    shifts = session.execute(
        select(tables.Shift, tables.Technician, tables.Zone.code)
        .join(tables.Technician, tables.Technician.id == tables.Shift.technician_id)
        .outerjoin(tables.Zone, tables.Zone.id == tables.Technician.zone_id)
        .where(tables.Shift.day == day, tables.Technician.active)
        .order_by(tables.Technician.id, tables.Shift.starts_at)
    ).all()
    vans = _vans(session)
    grouped: dict[str, list[tuple[tables.Shift, tables.Technician, str | None]]] = {}
    for row in shifts:
        grouped.setdefault(row.Technician.id, []).append((row.Shift, row.Technician, row.code))
    planned = []
    for id_, rows in grouped.items():
        first, technician, zone = rows[0]
        home = places.row(shift_ends(session, technician, first))
        left = [s for row, _, _ in rows if (s := _shift(row, midnight, now)) is not None]
        if left:
            planned.append(
                Technician(
                    number=id_,
                    start=home,
                    end=home,
                    shifts=tuple(left),
                    skills=frozenset(technician.skills),
                    stock=vans.get(id_, {}),
                    reload_at=places.row(yard(session, on=first)),
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


def _vans(session: Session) -> dict[str, Counter[str]]:
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


def _begun(session: Session, technician: str, day: date) -> list[str]:
    """Stops of the day that are done or in progress, in their order."""
    return list(
        session.scalars(
            select(tables.Order.number)
            .where(
                tables.Order.technician_id == technician,
                tables.Order.route_day == day,
                tables.Order.sequence.is_not(None),
                tables.Order.state.in_(BEGUN),
            )
            .order_by(tables.Order.sequence)
        )
    )
