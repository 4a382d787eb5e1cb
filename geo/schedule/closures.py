"""Closed streets: what dispatchers keep vans out of, and for how long.

A closure counts for a day's plans and ways if it is in force at any time of what is left of that day: travel
times know no hour, and a way that is open too early costs less than one that ends at a barrier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import shapely
from sqlalchemy import false, func, not_, or_, select
from sqlalchemy.orm import Session

from geo.distance import METRES_PER_DEGREE, Box
from geo.roads import Closure, RoadNetwork
from workorders.grammar.times import start_of_day
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.tables import Order, StreetClosure
from workorders.usecases.history import enqueue

LEAST_METRES, MOST_METRES = 5, 5_000
"""Less than a street's width closes nothing surely; more is not a closure but another district."""
SIDES_OF_QUARTER = 8
"""A circle as a ring of 32 points lies within 0.5 % of its radius."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The closures that a day has to reckon with: their ids, ascending, and their areas in that order."""

    ids: tuple[int, ...] = ()
    areas: tuple[shapely.Polygon, ...] = ()

    @property
    def rings(self) -> list[Closure]:
        """The areas as the road network takes them."""
        return [[(x, y) for x, y in area.exterior.coords] for area in self.areas]

    def view(self, network: RoadNetwork) -> RoadNetwork:
        """The network without these streets."""
        return network.with_closures(self.rings) if self.ids else network


@dataclass(frozen=True, slots=True)
class ClosureRequest:
    """Streets to be closed within `radius_metres` of `centre`; `until` None means until they are opened."""

    centre: shapely.Point
    place: str
    radius_metres: int
    reason: str
    since: datetime
    until: datetime | None = None


def closed_on(session: Session, day: date, *, now: datetime) -> Closed:
    """The closures of what is left of `day`."""
    begins, ends = _span(session, day)
    rows = session.execute(
        select(StreetClosure.id, StreetClosure.area)
        .where(
            StreetClosure.opened_at.is_(None),
            StreetClosure.since < ends,
            or_(StreetClosure.until.is_(None), StreetClosure.until > max(begins, now)),
        )
        .order_by(StreetClosure.id)
    ).all()
    return Closed(tuple(row.id for row in rows), tuple(row.area for row in rows))


def closures(session: Session, *, now: datetime, over: int = 0) -> Sequence[StreetClosure]:
    """Closures in force or still to come, the newest first; then the `over` that ended last."""
    ended = or_(StreetClosure.opened_at.is_not(None), func.coalesce(StreetClosure.until <= now, false()))
    newest = StreetClosure.since.desc(), StreetClosure.id.desc()
    current = session.scalars(select(StreetClosure).where(not_(ended)).order_by(*newest)).all()
    past = session.scalars(select(StreetClosure).where(ended).order_by(*newest).limit(over)).all()
    return [*current, *past]


def close_streets(
    session: Session,
    asked: ClosureRequest,
    lines: Mapping[str, shapely.Geometry],
    *,
    now: datetime,
    actor: str,
) -> StreetClosure:
    """Close the streets around a place, and enqueue the routes of its days so that tablets get another way.

    `lines`: the shape of each named street, to say which ones are closed. Raises Problem bad_input naming
    the field.
    """
    _check(asked, now)
    area = circle(asked.centre, asked.radius_metres)
    row = StreetClosure(
        area=area,
        place=asked.place[:200],
        radius_metres=asked.radius_metres,
        streets=sorted(name for name, line in lines.items() if line.intersects(area)),
        reason=asked.reason.strip()[:200],
        since=asked.since,
        until=asked.until,
        closed_by=actor[:80],
        closed_at=now,
    )
    session.add(row)
    session.flush()
    _enqueue_routes(session, row, now=now)
    return row


def open_streets(session: Session, number: int, *, now: datetime, actor: str) -> StreetClosure:
    """End a closure now. Raises Problem not_found when there is none, or it was ended already."""
    row = session.get(StreetClosure, number, with_for_update=True)
    if row is None or row.opened_at is not None:
        raise Problem("not_found", what="closure in force", key=number)
    row.opened_at, row.opened_by = now, actor[:80]
    session.flush()
    _enqueue_routes(session, row, now=now)
    return row


def circle(centre: shapely.Point, metres: float) -> shapely.Polygon:
    """The round area around a place, in degrees."""
    box = Box.around(centre, metres)
    across = (box.east - box.west) / (box.north - box.south)
    around = shapely.Point(0, 0).buffer(metres / METRES_PER_DEGREE, quad_segs=SIDES_OF_QUARTER)
    return shapely.Polygon([(centre.x + x * across, centre.y + y) for x, y in around.exterior.coords])


def _check(asked: ClosureRequest, now: datetime) -> None:
    if not asked.reason.strip():
        raise Problem("bad_input", field="reason", reason="say why, so that others understand")
    if not LEAST_METRES <= asked.radius_metres <= MOST_METRES:
        reason = f"must be between {LEAST_METRES} and {MOST_METRES} metres"
        raise Problem("bad_input", field="radius", reason=reason)
    if asked.until is not None and asked.until <= max(asked.since, now):
        raise Problem("bad_input", field="until", reason="must lie after the beginning, and ahead of now")


def _span(session: Session, day: date) -> tuple[datetime, datetime]:
    timezone = district_of(session).timezone
    return start_of_day(day, timezone), start_of_day(day + timedelta(days=1), timezone)


def _enqueue_routes(session: Session, row: StreetClosure, *, now: datetime) -> None:
    """Have the ways of its days computed and published; a route that stays as it is costs no document."""
    district = district_of(session)
    query = (
        select(Order.technician_id, Order.route_day)
        .where(
            Order.technician_id.is_not(None),
            Order.sequence.is_not(None),
            Order.route_day >= district.day_of(max(row.since, now)),
        )
        .distinct()
        .order_by(Order.route_day, Order.technician_id)
    )
    if row.until is not None:
        query = query.where(Order.route_day <= district.day_of(row.until))
    for technician, day in session.execute(query):
        enqueue(session, str(technician), "route", f"{day}", now=now)
