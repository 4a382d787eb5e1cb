"""Where things are: zones, lasso, nearest, and how work is spread over zones.

One contract, two implementations that a suite holds equal: PostGIS with its indexes, and R*Tree boxes
refined by shapely on SQLite. Points and areas are shapely in SRID 4326; distances are metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import shapely
from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.orm import Session

from geo.distance import Box, metres_between
from workorders.judgement.lifecycle import ACTIVE
from workorders.tables import SRID, Order, Premise, ServicePoint, Zone

FIRST_REACH_METRES = 200.0
"""First box of a nearest search: a town block, so that most searches need one query."""
LAST_REACH_METRES = 200_000.0


@dataclass(frozen=True, slots=True)
class Near:
    """A premise and how far it is."""

    premise_id: int
    metres: float


@dataclass(frozen=True, slots=True)
class ZoneLoad:
    """Open work of one zone: how many orders, and their planned minutes."""

    zone_id: int | None
    code: str | None
    orders: int
    minutes: int


class Territory(Protocol):
    """Questions about places, answered from an index."""

    def zone_at(self, point: shapely.Point, kind: str = "work") -> Zone | None:
        """The zone of `kind` that covers the point; on a common border the one with the lower id."""

    def premises_in(self, area: shapely.Geometry, limit: int = 10_000) -> list[int]:
        """Ids of premises inside a polygon (a lasso), ascending."""

    def nearest_premises(self, point: shapely.Point, count: int = 5) -> list[Near]:
        """The closest premises, nearest first; none further than 200 km."""

    def assign_zones(self) -> int:
        """Set every premise's work zone from its position; returns how many changed."""


def territory(session: Session) -> Territory:
    """The implementation that fits the session's engine."""
    postgis = session.get_bind().dialect.name == "postgresql"
    return PostgisTerritory(session) if postgis else RtreeTerritory(session)


@dataclass(frozen=True, slots=True)
class PostgisTerritory:
    """Territory on PostgreSQL: GiST on geometry for areas, on geography for metres."""

    session: Session

    def zone_at(self, point: shapely.Point, kind: str = "work") -> Zone | None:
        covers = func.ST_Covers(Zone.area, _point(point))
        return self.session.scalar(select(Zone).where(Zone.kind == kind, covers).order_by(Zone.id).limit(1))

    def premises_in(self, area: shapely.Geometry, limit: int = 10_000) -> list[int]:
        shape = func.ST_GeomFromWKB(shapely.to_wkb(area), SRID)
        inside = func.ST_Covers(shape, Premise.position)
        return list(self.session.scalars(select(Premise.id).where(inside).order_by(Premise.id).limit(limit)))

    def nearest_premises(self, point: shapely.Point, count: int = 5) -> list[Near]:
        # The expression index is on position::geography, so the query must say exactly that. PostGIS
        # measures on the spheroid; the shared haversine keeps both engines' figures equal.
        query = text(
            "SELECT id, ST_X(position) AS x, ST_Y(position) AS y FROM premise "
            "ORDER BY position::geography <-> ST_SetSRID(ST_MakePoint(:x, :y), 4326)::geography LIMIT :count"
        )
        rows = self.session.execute(query, {"x": point.x, "y": point.y, "count": count + 2})
        return _closest(point, [(row.id, shapely.Point(row.x, row.y)) for row in rows], count)

    def assign_zones(self) -> int:
        owner = (
            select(Zone.id)
            .where(Zone.kind == "work", func.ST_Covers(Zone.area, Premise.position))
            .order_by(Zone.id)
            .limit(1)
            .scalar_subquery()
        )
        changed = update(Premise).where(Premise.zone_id.is_distinct_from(owner)).values(zone_id=owner)
        result = self.session.execute(changed.execution_options(synchronize_session=False))
        return int(result.rowcount)  # type: ignore[attr-defined] # an UPDATE's result is a CursorResult


@dataclass(frozen=True, slots=True)
class RtreeTerritory:
    """Territory on SQLite: boxes from the R*Tree, refined by shapely."""

    session: Session

    def zone_at(self, point: shapely.Point, kind: str = "work") -> Zone | None:
        reached = _touching("zone_rtree", Box.of(point))
        zones = self.session.scalars(
            select(Zone).where(Zone.kind == kind, Zone.id.in_(reached)).order_by(Zone.id)
        )
        return next((zone for zone in zones if shapely.covers(zone.area, point)), None)

    def premises_in(self, area: shapely.Geometry, limit: int = 10_000) -> list[int]:
        shapely.prepare(area)
        rows = self._premises(Box.of(area))
        if not rows:
            return []
        inside = shapely.covers(area, [row.position for row in rows])
        return sorted(row.id for row, is_inside in zip(rows, inside, strict=True) if is_inside)[:limit]

    def nearest_premises(self, point: shapely.Point, count: int = 5) -> list[Near]:
        reach = FIRST_REACH_METRES
        while True:
            found = _closest(
                point, [(row.id, row.position) for row in self._premises(Box.around(point, reach))], count
            )
            inside = [near for near in found if near.metres <= reach]
            if len(inside) >= count or reach > LAST_REACH_METRES:
                return inside
            reach *= 4

    def assign_zones(self) -> int:
        zones = list(self.session.scalars(select(Zone).where(Zone.kind == "work").order_by(Zone.id)))
        owners: dict[int, int] = {}
        for zone in reversed(zones):
            owners |= dict.fromkeys(self.premises_in(zone.area, limit=10**9), zone.id)
        current = self.session.execute(select(Premise.id, Premise.zone_id))
        changes = [
            {"id": id_, "zone_id": owners.get(id_)} for id_, zone in current if owners.get(id_) != zone
        ]
        if changes:
            self.session.execute(update(Premise), changes)
        return len(changes)

    def _premises(self, box: Box) -> Sequence[Row[int, shapely.Point]]:
        query = select(Premise.id, Premise.position).where(Premise.id.in_(_touching("premise_rtree", box)))
        return self.session.execute(query).all()


def _touching(index: str, box: Box) -> Select[int]:
    """Ids in an R*Tree whose boxes touch `box`."""
    sql = f"SELECT id FROM {index} WHERE maxx >= :w AND minx <= :e AND maxy >= :s AND miny <= :n"  # noqa: S608 - our names
    bound = text(sql).bindparams(w=box.west, e=box.east, s=box.south, n=box.north)
    return select(bound.columns(Premise.id).subquery("touching").c.id)


def _point(point: shapely.Point) -> object:
    return func.ST_SetSRID(func.ST_MakePoint(point.x, point.y), SRID)


def _closest(point: shapely.Point, found: list[tuple[int, shapely.Point]], count: int) -> list[Near]:
    near = [Near(id_, metres_between(point, position)) for id_, position in found]
    return sorted(near, key=lambda n: (n.metres, n.premise_id))[:count]


def load_by_zone(session: Session) -> list[ZoneLoad]:
    """Open orders and planned minutes of every work zone, and of premises outside all of them (zone None)."""
    query = (
        select(
            Zone.id, Zone.code, func.count(Order.number), func.coalesce(func.sum(Order.planned_minutes), 0)
        )
        .select_from(Order)
        .join(ServicePoint, Order.service_point_id == ServicePoint.id)
        .join(Premise, ServicePoint.premise_id == Premise.id)
        .outerjoin(Zone, Premise.zone_id == Zone.id)
        .where(Order.state.in_(ACTIVE))
        .group_by(Zone.id, Zone.code)
        .order_by(Zone.code)
    )
    return [
        ZoneLoad(zone, code, orders, int(minutes)) for zone, code, orders, minutes in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class FixVerdict:
    """Whether a GPS fix may have been taken at a premise. It warns; it never blocks."""

    plausible: bool
    metres: float
    words: str


def judge_fix(
    premise: shapely.Point, fix: shapely.Point, accuracy_metres: float, *, fence_metres: float
) -> FixVerdict:
    """Is a fix with this accuracy (68 % radius) within the geofence of the premise?"""
    metres = metres_between(premise, fix)
    if not (-180 <= fix.x <= 180 and -90 <= fix.y <= 90) or (fix.x, fix.y) == (0.0, 0.0):
        return FixVerdict(False, metres, "The position is not a place a technician can be.")
    if metres <= fence_metres + 2 * accuracy_metres:
        return FixVerdict(True, metres, "")
    return FixVerdict(False, metres, f"Recorded {round(metres)} m from the premise.")


def nearest_technicians(
    point: shapely.Point, positions: dict[str, shapely.Point], count: int = 3
) -> list[tuple[str, float]]:
    """Technicians by straight distance from a point, nearest first: (technician id, metres)."""
    distances = [(technician, metres_between(point, at)) for technician, at in positions.items()]
    return sorted(distances, key=lambda d: (d[1], d[0]))[:count]
