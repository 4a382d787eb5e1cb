"""Orders of a day as the planner takes them: where, how long, when, and who may."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.planner.model import DAY_S, PlanningOrder, Window
from geo.schedule.people import MatrixRows
from geo.schedule.places import stop_positions
from geo.schedule.states import OPEN, WITH_TABLET
from workorders import tables
from workorders.catalogue import CATALOGUE
from workorders.policy.response_targets import respond_by
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book


def orders_of(session: Session, day: date) -> Sequence[tables.Order]:
    """Open orders that may be worked that day, and those sent out for it but not begun."""
    meant = or_(tables.Order.route_day.is_(None), tables.Order.route_day <= day)
    return session.scalars(
        select(tables.Order)
        .where(
            or_(
                tables.Order.state.in_(sorted(OPEN)) & meant,
                tables.Order.state.in_(sorted(WITH_TABLET)) & (tables.Order.route_day == day),
            )
        )
        .order_by(tables.Order.number)
    ).all()


def planned_orders(
    session: Session, rows: Sequence[tables.Order], places: MatrixRows, midnight: datetime
) -> list[PlanningOrder]:
    """The rows as the planner takes them, their places added; not those that may not be worked that day."""
    positions = stop_positions(session, [row.number for row in rows])
    zones = _zones_of(session, rows)
    sizes = _sizes_of(session, rows)
    tomorrow = midnight + timedelta(days=1)
    policy = _policy(session, midnight)
    planned = []
    for row in rows:
        if row.due_from is not None and row.due_from >= tomorrow:
            continue
        window = _window(row, midnight)
        if window is None:
            continue
        planned.append(
            PlanningOrder(
                number=row.number,
                at=places.row(positions[row.number]),
                service_s=row.planned_minutes * 60,
                priority=max(1, row.priority),
                due_in_days=None if row.due_until is None else (row.due_until - midnight).days,
                windows=window,
                skills=frozenset(CATALOGUE[row.type].skills),
                stock=meters_taken(row.type, sizes[row.number]),
                pinned=row.technician_id if row.pinned else None,
                zone=zones.get(row.number),
                target=_target(row, midnight, policy),
            )
        )
    return planned


def _policy(session: Session, midnight: datetime) -> Mapping[str, Any]:
    day = district_of(session).day_of(midnight)
    return rule_book(session).in_force(day).setting("response_targets")


def _target(row: tables.Order, midnight: datetime, policy: Mapping[str, Any]) -> int | None:
    """When work should begin, in seconds of the day; None when that is on a later day.

    What was due before the day is not urgent by that alone: its points grow (`Options.aging_points`).
    """
    due = row.due_until if row.due_until is not None and row.due_until >= midnight else None
    at = respond_by(row.extra, row.priority, requested_at=row.requested_at, due_until=due, policy=policy)
    seconds = None if at is None else int((at - midnight).total_seconds())
    return seconds if seconds is not None and seconds < DAY_S else None


def meters_taken(order_type: str, size: str) -> dict[str, int]:
    """What an order at a service point of that size takes from the van: a meter, or nothing."""
    return {size: 1} if CATALOGUE[order_type].takes_meter_from_van is not None else {}


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
