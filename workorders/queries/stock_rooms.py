"""Where the meters are that are not at a service point: rooms, their shelves, moves and counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from workorders.grammar.texts import CODE_MAX, storable
from workorders.metering.rooms import BENCH, BY_HAND, RETIRED, VAN, WAREHOUSE, Place
from workorders.queries.search_parts import begins, serials_ending
from workorders.tables import (
    Installation,
    Meter,
    MeterMove,
    ServicePoint,
    StockCount,
    StockCountSerial,
    StockDifference,
    Technician,
)

SHELF = 300
"""Meters of one room that a page shows; a room with more is searched by serial."""
FOUND = 25
RECENT = 20
_AWAY: ColumnElement[bool] = literal_column("meter.status <> 'installed'")
"""Spelled as the index over meters in rooms is."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room and what is in it."""

    place: Place
    technician: str | None
    """Whose van it is, by name."""
    sizes: tuple[tuple[str, str, int], ...]
    """(service, size, meters)."""
    count_id: int | None
    """The count that is under way there."""

    @property
    def meters(self) -> int:
        """All meters in it."""
        return sum(many for _service, _size, many in self.sizes)


def rooms(session: Session) -> list[Room]:
    """Every room but the service points: warehouse, the vans of active technicians, test bench, retired."""
    rows = session.execute(
        select(Meter.status, Meter.van_technician_id, Meter.service, Meter.size, func.count())
        .where(Meter.status.in_(BY_HAND), _AWAY)
        .group_by(Meter.status, Meter.van_technician_id, Meter.service, Meter.size)
        .order_by(Meter.service, Meter.size)
    )
    sizes: dict[Place, list[tuple[str, str, int]]] = {}
    for room, van, service, size, many in rows:
        sizes.setdefault(Place(room, van), []).append((service, size, many))
    people = session.execute(select(Technician.id, Technician.name, Technician.active))
    names = {one.id: one.name for one in people if one.active or Place(VAN, one.id) in sizes}
    counted = dict(
        session.execute(select(StockCount.place, StockCount.id).where(StockCount.closed_at.is_(None))).all()
    )
    places = [Place(WAREHOUSE), *(Place(VAN, van) for van in sorted(names)), Place(BENCH), Place(RETIRED)]
    return [
        Room(one, names.get(one.van or ""), tuple(sizes.get(one, ())), counted.get(one.key)) for one in places
    ]


def shelf(session: Session, place: Place) -> Sequence[Meter]:
    """The meters in a room by serial, at most SHELF."""
    query = select(Meter).where(Meter.status == place.room, _AWAY)
    if place.van is not None:
        query = query.where(Meter.van_technician_id == place.van)
    return session.scalars(query.order_by(Meter.service, Meter.size, Meter.serial).limit(SHELF)).all()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A meter and where it is."""

    meter: Meter
    technician: str | None
    service_point: str | None


def find_meters(session: Session, asked: str) -> list[Whereabouts]:
    """Meters whose serial begins so, or ends so (four signs or more); at most FOUND."""
    part = storable(asked.strip().upper())[:CODE_MAX]
    if not part:
        return []
    serials = [
        *session.scalars(
            select(Meter.serial).where(begins(Meter.serial, part)).order_by(Meter.serial).limit(FOUND)
        ),
        *serials_ending(session, part, FOUND),
    ]
    return whereabouts(session, list(dict.fromkeys(serials))[:FOUND])


def whereabouts(session: Session, serials: Sequence[str]) -> list[Whereabouts]:
    """Where these meters are, by serial."""
    rows = session.execute(
        select(Meter, Technician.name, ServicePoint.number)
        .outerjoin(Technician, Technician.id == Meter.van_technician_id)
        .outerjoin(Installation, and_(Installation.meter_id == Meter.id, Installation.removed_at.is_(None)))
        .outerjoin(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .where(Meter.serial.in_(serials))
        .order_by(Meter.serial)
    )
    return [Whereabouts(*row) for row in rows]


def recent_moves(session: Session, meter_id: int | None = None) -> Sequence[MeterMove]:
    """The newest moves, of one meter or of all, newest first."""
    query = select(MeterMove).options(joinedload(MeterMove.meter)).order_by(MeterMove.id.desc())
    if meter_id is None:
        return session.scalars(query.limit(RECENT)).all()
    return session.scalars(query.where(MeterMove.meter_id == meter_id).limit(100)).all()


def recent_counts(session: Session) -> Sequence[StockCount]:
    """Counts, newest first."""
    return session.scalars(select(StockCount).order_by(StockCount.id.desc()).limit(RECENT)).all()


@dataclass(frozen=True, slots=True)
class CountState:
    """A count as its page shows it: while it goes on, what was seen and never what is expected."""

    count: StockCount
    seen: Sequence[StockCountSerial]
    differences: Sequence[StockDifference]


def count_state(session: Session, count_id: int) -> CountState | None:
    """A count; None when there is none of that number."""
    count = session.get(StockCount, count_id)
    if count is None:
        return None
    seen = select(StockCountSerial).where(StockCountSerial.count_id == count.id)
    differences = select(StockDifference).where(StockDifference.count_id == count.id)
    return CountState(
        count,
        session.scalars(seen.order_by(StockCountSerial.id.desc())).all(),
        session.scalars(differences.order_by(StockDifference.kind, StockDifference.serial)).all(),
    )
