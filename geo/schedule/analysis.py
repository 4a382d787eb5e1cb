"""What a manager reads: planned against driven, on-time share, minutes by type, where open work lies.

Everything comes from what happened: the history of orders, and the ways that were planned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.lifecycle import ACTIVE
from workorders.queries.pieces import pieces
from workorders.tables import Order, OrderEvent, Premise, RouteWay, ServicePoint, Technician

LONGEST_LEG = timedelta(hours=3)
"""A longer time between “on the way” and “arrived” is a forgotten button, not a drive."""
GRACE = timedelta(minutes=15)
"""An arrival this long after the planned time still counts as on time."""


@dataclass(frozen=True, slots=True)
class Driving:
    """One technician's driving over the span, in minutes: as planned, and as the tablet's times say."""

    technician: str
    planned_min: float
    driven_min: float
    legs: int


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Arrivals of a technician that could be judged, and how many were on time."""

    technician: str
    judged: int
    on_time: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.on_time / self.judged if self.judged else 0.0


@dataclass(frozen=True, slots=True)
class Minutes:
    """Time on site by order type: the plan's figure, and the median and nine-in-ten of what it took."""

    type: str
    planned: float
    median: float
    ninety: float
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Open orders in one square: its west and south edge in degrees, how many, and their planned minutes."""

    west: float
    south: float
    orders: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Visit:
    """When an order was driven to, reached, begun and finished, as far as its history says."""

    number: str
    type: str
    technician: str | None
    planned_minutes: int
    planned_start: datetime | None
    appointment_until: datetime | None
    times: Mapping[str, datetime]


def visits(session: Session, first: date, last: date) -> list[Visit]:
    """Every order of routes from `first` to `last` with the newest time of each step."""
    orders = session.execute(
        select(Order, Technician.name)
        .outerjoin(Technician, Technician.id == Order.technician_id)
        .where(Order.route_day.between(first, last))
    ).all()
    wanted = [row.Order.number for row in orders]
    times: dict[str, dict[str, datetime]] = defaultdict(dict)
    steps = select(OrderEvent.order_number, OrderEvent.kind, OrderEvent.at).order_by(OrderEvent.at)
    for piece in pieces(wanted):
        part = steps.where(OrderEvent.order_number.in_(piece))
        for number, kind, at in session.execute(part):
            times[number][kind] = at
    return [
        Visit(
            row.Order.number,
            row.Order.type,
            row.name,
            row.Order.planned_minutes,
            row.Order.planned_start,
            row.Order.appointment_until,
            times[row.Order.number],
        )
        for row in orders
    ]


def driving(session: Session, seen: Iterable[Visit], first: date, last: date) -> list[Driving]:
    """Planned minutes of the ways, and minutes between “on the way” and “arrived”, by technician."""
    planned: dict[str, float] = defaultdict(float)
    ways = session.execute(
        select(Technician.name, RouteWay.drive_seconds)
        .join(Technician, Technician.id == RouteWay.technician_id)
        .where(RouteWay.day.between(first, last))
    )
    for name, seconds in ways:
        planned[name] += sum(seconds) / 60
    driven: dict[str, list[float]] = defaultdict(list)
    for visit in seen:
        left, arrived = visit.times.get("en_route"), visit.times.get("on_site")
        if visit.technician and left and arrived and timedelta() <= arrived - left <= LONGEST_LEG:
            driven[visit.technician].append((arrived - left).total_seconds() / 60)
    names = sorted(planned.keys() | driven.keys())
    return [Driving(name, planned[name], sum(driven[name]), len(driven[name])) for name in names]


def punctuality(seen: Iterable[Visit]) -> list[Punctuality]:
    """On-time arrivals by technician: within the appointment, else within a quarter hour of the plan."""
    judged: dict[str, list[bool]] = defaultdict(list)
    for visit in seen:
        arrived = visit.times.get("on_site") or visit.times.get("started")
        until = visit.appointment_until or (visit.planned_start + GRACE if visit.planned_start else None)
        if visit.technician and arrived and until:
            judged[visit.technician].append(arrived <= until)
    return [Punctuality(name, len(of), sum(of)) for name, of in sorted(judged.items())]


def minutes_by_type(seen: Iterable[Visit]) -> list[Minutes]:
    """Time on site by type, the most frequent first."""
    took: dict[str, list[float]] = defaultdict(list)
    planned: dict[str, list[int]] = defaultdict(list)
    for visit in seen:
        begun = visit.times.get("started") or visit.times.get("on_site")
        done = visit.times.get("completed") or visit.times.get("unable")
        if begun and done and done > begun:
            took[visit.type].append((done - begun).total_seconds() / 60)
            planned[visit.type].append(visit.planned_minutes)
    rows = [
        Minutes(kind, median(planned[kind]), median(of), sorted(of)[int(0.9 * (len(of) - 1))], len(of))
        for kind, of in took.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.type))


def heat(session: Session, *, cells_across: int = 24) -> list[Cell]:
    """Open orders in squares that divide the district's width into `cells_across`."""
    rows = session.execute(
        select(Premise.position, Order.planned_minutes)
        .join(ServicePoint, ServicePoint.premise_id == Premise.id)
        .join(Order, Order.service_point_id == ServicePoint.id)
        .where(Order.state.in_(ACTIVE))
    ).all()
    if not rows:
        return []
    xs, ys = shapely.get_x([r[0] for r in rows]), shapely.get_y([r[0] for r in rows])
    side = max(1e-4, (xs.max() - xs.min()) / cells_across)
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for x, y, (_, minutes) in zip(xs, ys, rows, strict=True):
        found[int((x - xs.min()) / side), int((y - ys.min()) / side)].append(minutes)
    west, south = float(xs.min()), float(ys.min())
    return [
        Cell(west + column * side, south + row * side, len(of), sum(of))
        for (column, row), of in sorted(found.items())
    ]
