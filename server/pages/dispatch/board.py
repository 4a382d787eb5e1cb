"""The orders a dispatcher sees, and how many there are of each kind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import shapely
from sqlalchemy import ColumnElement, Select, and_, collate, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from server.pages.dispatch.filters import GROUPS, OPEN_STATES, Filters
from server.templating import type_title
from workorders.catalogue import CATALOGUE
from workorders.tables import Order, Premise, ServicePoint, Technician, Zone

ROWS = 300
"""Rows of one page: more cannot be looked through, only narrowed down."""
URGENT = (Order.priority.desc(), Order.due_until.is_(None), Order.due_until, Order.number)
"""The order in which orders are looked at."""
LATEST = 10**11
"""Seconds after which no order is raised; what is newer sorts first."""
POINTS = 5000
"""Points on the map; a browser draws them without effort."""


class OrderPoint(NamedTuple):
    """What the map shows of an order; `technician` is a name."""

    number: str
    position: shapely.Point
    state: str
    type: str
    address: str
    technician: str | None
    sequence: int | None
    priority: int
    version: int
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of the open orders that the other filters leave, by value."""

    groups: dict[str, int]
    types: dict[str, int]
    zones: dict[int, int]
    technicians: dict[str, int]
    """Technician id → count; the key `nobody` counts the unassigned."""
    total: int


def rows(
    session: Session,
    filters: Filters,
    timezone: str,
    *,
    limit: int = ROWS,
    numbers: Collection[str] | None = None,
) -> Sequence[Order]:
    """Open orders that fit the filter, most urgent first; a technician's in the order of the route.

    `numbers`: of these only.
    """
    query = (
        _joined(select(Order))
        .options(
            contains_eager(Order.service_point).contains_eager(ServicePoint.premise),
            joinedload(Order.technician),
        )
        .where(*conditions(filters, timezone), *_named(numbers))
        .order_by(*_sorted(session, filters))
        .limit(limit)
    )
    return session.scalars(query).all()


def _by_route(filters: Filters) -> bool:
    return filters.technician not in {None, "nobody"} and filters.sort is None


def _sorted(session: Session, filters: Filters) -> tuple[Any, ...]:
    if _by_route(filters):
        return (Order.route_day, Order.sequence.is_(None), Order.sequence, Order.number)
    # As the page compares: by characters, in no language's own order.
    plain = "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
    sorts: dict[str | None, tuple[Any, ...]] = {
        None: URGENT,
        "due": (Order.due_until.is_(None), Order.due_until, Order.number),
        "newest": (Order.requested_at.desc(), Order.number),
        "address": (
            collate(Premise.street, plain),
            func.length(Premise.house_number),
            collate(Premise.house_number, plain),
            Order.number,
        ),
    }
    return sorts[filters.sort]


def _named(numbers: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if numbers is None else [Order.number.in_(sorted(numbers))]


def place(filters: Filters, order: Order) -> str:
    """Text that sorts as `rows` does, so that a page can put a single row where it belongs."""
    if _by_route(filters):
        day = order.route_day.isoformat() if order.route_day else "~"
        stop = "~" if order.sequence is None else f"{order.sequence:05d}"
        return f"{day} {stop} {order.number}"
    due = "~" if order.due_until is None else order.due_until.astimezone(UTC).isoformat()
    if filters.sort == "due":
        return f"{due} {order.number}"
    if filters.sort == "newest":
        return f"{LATEST - order.requested_at.timestamp():020.6f} {order.number}"
    if filters.sort == "address":
        premise = order.service_point.premise
        house = f"{len(premise.house_number):03d} {premise.house_number}"
        return f"{premise.street}\t{house}\t{order.number}"
    return f"{1000 - order.priority:04d} {due} {order.number}"


def points(
    session: Session, filters: Filters, timezone: str, *, numbers: Collection[str] | None = None
) -> list[OrderPoint]:
    """The same orders for the map: POINTS at most, the most urgent. `numbers`: of these only."""
    query = (
        _joined(
            select(
                Order.number,
                Premise.position,
                Order.state,
                Order.type,
                Premise.house_number + " " + Premise.street,
                Technician.name,
                Order.sequence,
                Order.priority,
                Order.version,
                func.coalesce(Order.appointment_from, Order.due_until),
            )
        )
        .outerjoin(Technician, Technician.id == Order.technician_id)
        .where(*conditions(filters, timezone), *_named(numbers))
        .order_by(*URGENT)
        .limit(POINTS)
    )
    return [OrderPoint(*row) for row in session.execute(query)]


def facets(session: Session, filters: Filters, timezone: str) -> Facets:
    """How many orders each chip and choice would show."""
    by_state = _count(session, Order.state, replace(filters, group=None), timezone)
    groups = {
        code: sum(by_state.get(state.value, 0) for state in states) for code, (_, states) in GROUPS.items()
    }
    technicians = _count(session, Order.technician_id, replace(filters, technician=None), timezone)
    return Facets(
        groups=groups,
        types=dict(sorted(_count(session, Order.type, replace(filters, type=None), timezone).items())),
        zones=_count(session, Premise.zone_id, replace(filters, zone=None), timezone),
        technicians={key if key is not None else "nobody": n for key, n in technicians.items()},
        total=sum(groups.values()),
    )


def matching(session: Session, filters: Filters, timezone: str) -> int:
    """How many open orders fit the whole filter."""
    query = _joined(select(func.count(Order.number))).where(*conditions(filters, timezone))
    return session.scalar(query) or 0


def conditions(filters: Filters, timezone: str) -> list[ColumnElement[bool]]:
    """The filter as conditions on order and premise."""
    states = GROUPS[filters.group][1] if filters.group else OPEN_STATES
    found: list[ColumnElement[bool]] = [Order.state.in_(sorted(states))]
    if filters.type:
        found.append(Order.type == filters.type)
    if filters.zone is not None:
        found.append(Premise.zone_id == filters.zone)
    if filters.technician == "nobody":
        found.append(Order.technician_id.is_(None))
    elif filters.technician:
        found.append(Order.technician_id == filters.technician)
    if filters.due:
        found.append(_due(filters, timezone))
    found += [_says(word) for word in (filters.q or "").lower().split()]
    return found


def _says(word: str) -> ColumnElement[bool]:
    """A word is part of the number, address or instructions, or of what people call the kind of order."""
    kinds = [code for code in CATALOGUE if word in type_title(code).lower()]
    texts = Order.number, Premise.house_number + " " + Premise.street + " " + Premise.city, Order.instructions
    return or_(Order.type.in_(kinds), *(func.lower(text).contains(word, autoescape=True) for text in texts))


def _due(filters: Filters, timezone: str) -> ColumnElement[bool]:
    start, following, week = filters.window(timezone)
    choices: dict[str | None, ColumnElement[bool]] = {
        "overdue": Order.due_until < start,
        "today": or_(
            and_(Order.due_until >= start, Order.due_until < following),
            and_(Order.appointment_from >= start, Order.appointment_from < following),
        ),
        "week": and_(Order.due_until >= start, Order.due_until < week),
        "none": Order.due_until.is_(None),
    }
    return choices[filters.due]


def zones(session: Session) -> Sequence[Zone]:
    """The work zones by name."""
    return session.scalars(select(Zone).where(Zone.kind == "work").order_by(Zone.name)).all()


def technicians(session: Session) -> Sequence[Technician]:
    """Everybody who may be given work, by name."""
    return session.scalars(select(Technician).where(Technician.active).order_by(Technician.name)).all()


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    joined = query.select_from(Order).join(ServicePoint, ServicePoint.id == Order.service_point_id)
    return joined.join(Premise, Premise.id == ServicePoint.premise_id)


def _count(session: Session, column: Any, filters: Filters, timezone: str) -> dict[Any, int]:
    query = _joined(select(column, func.count())).where(*conditions(filters, timezone)).group_by(column)
    return dict(session.execute(query).all())
