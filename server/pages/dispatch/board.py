"""The orders a dispatcher sees, and how many there are of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from server.pages.dispatch.filters import GROUPS, OPEN_STATES, Filters
from workorders.tables import Order, Premise, ServicePoint, Technician, Zone

ROWS = 300
"""Rows of one page: more cannot be looked through, only narrowed down."""
POINTS = 5000
"""Points on the map; a browser draws them without effort."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of the open orders that the other filters leave, by value."""

    groups: dict[str, int]
    types: dict[str, int]
    zones: dict[int, int]
    technicians: dict[str, int]
    """Technician id → count; the key `nobody` counts the unassigned."""
    total: int


def rows(session: Session, filters: Filters, timezone: str, *, limit: int = ROWS) -> Sequence[Order]:
    """Open orders that fit the filter, most urgent first; a technician's in the order of the route."""
    urgent = (Order.priority.desc(), Order.due_until.is_(None), Order.due_until, Order.number)
    route = (Order.route_day, Order.sequence.is_(None), Order.sequence, Order.number)
    query = (
        _joined(select(Order))
        .options(
            contains_eager(Order.service_point).contains_eager(ServicePoint.premise),
            joinedload(Order.technician),
        )
        .where(*conditions(filters, timezone))
        .order_by(*(route if filters.technician not in {None, "nobody"} else urgent))
        .limit(limit)
    )
    return session.scalars(query).all()


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
    return found


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
