"""Where premises are: inside an area, in which work zone, and how work is spread over zones.

One contract, two implementations that a suite holds equal: PostGIS with its indexes, and R*Tree boxes
refined by shapely on SQLite. Points and areas are shapely in SRID 4326.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import shapely
from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.orm import Session

from geo.distance import Box
from workorders.judgement.lifecycle import ACTIVE
from workorders.tables import SRID, Order, Premise, ServicePoint, Zone


@dataclass(frozen=True, slots=True)
class ZoneLoad:
    """Open work of one zone: how many orders, and their planned minutes."""

    zone_id: int | None
    name: str | None
    orders: int
    minutes: int


class Territory(Protocol):
    """Questions about places, answered from an index."""

    def premises_in(self, area: shapely.Geometry, limit: int = 10_000) -> list[int]:
        """Ids of premises inside a polygon (a lasso), ascending."""

    def assign_zones(self) -> int:
        """Set every premise's work zone from its position; returns how many changed."""


def territory(session: Session) -> Territory:
    """The implementation that fits the session's engine."""
    postgis = session.get_bind().dialect.name == "postgresql"
    return PostgisTerritory(session) if postgis else RtreeTerritory(session)


@dataclass(frozen=True, slots=True)
class PostgisTerritory:
    """Territory on PostgreSQL: GiST on geometry."""

    session: Session

    def premises_in(self, area: shapely.Geometry, limit: int = 10_000) -> list[int]:
        shape = func.ST_GeomFromWKB(shapely.to_wkb(area), SRID)
        inside = func.ST_Covers(shape, Premise.position)
        return list(self.session.scalars(select(Premise.id).where(inside).order_by(Premise.id).limit(limit)))

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

    def premises_in(self, area: shapely.Geometry, limit: int = 10_000) -> list[int]:
        shapely.prepare(area)
        rows = self._premises(Box.of(area))
        if not rows:
            return []
        inside = shapely.covers(area, [row.position for row in rows])
        return sorted(row.id for row, is_inside in zip(rows, inside, strict=True) if is_inside)[:limit]

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


def load_by_zone(session: Session) -> list[ZoneLoad]:
    """Open orders and planned minutes of every work zone, and of premises outside all of them (zone None)."""
    query = (
        select(
            Zone.id, Zone.name, func.count(Order.number), func.coalesce(func.sum(Order.planned_minutes), 0)
        )
        .select_from(Order)
        .join(ServicePoint, Order.service_point_id == ServicePoint.id)
        .join(Premise, ServicePoint.premise_id == Premise.id)
        .outerjoin(Zone, Premise.zone_id == Zone.id)
        .where(Order.state.in_(ACTIVE))
        .group_by(Zone.id, Zone.name)
        .order_by(Zone.name)
    )
    return [
        ZoneLoad(zone, name, orders, int(minutes)) for zone, name, orders, minutes in session.execute(query)
    ]
