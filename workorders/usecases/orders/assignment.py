"""Who works an order, on which day, in which place of the route: assign, recall, routes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import IN_FIELD, Command, State
from workorders.messages.message import Message, typed
from workorders.problems import Problem
from workorders.queries.lookups import lock_orders, order_for_update, technician_named
from workorders.tables import Assignment, Order, Technician
from workorders.usecases.cash.dispatch_fees import charge_dispatch
from workorders.usecases.collections.authority import grant_authority
from workorders.usecases.district.incarnation import epoch_floor
from workorders.usecases.history import command, enqueue, enqueue_order, note


def assign_order(
    session: Session,
    number: str,
    technician_id: str,
    *,
    route_day: date,
    sequence: int | None = None,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
    dispatch: bool = True,
) -> Order:
    """Give an order to a technician for a day; the epoch grows unless that technician has it already.

    `sequence` None: after the stops the day already has. A technician who had it before is notified that it
    is gone; only work not started is silently taken away. Raises Problem `not_found`, `stale_order`,
    `technician_lacks_skill`, `illegal_transition`, and `cut_not_allowed` when a cut would be dispatched.
    """
    order = order_for_update(session, number, expected_version=expected_version)
    technician = technician_named(session, technician_id)
    had, day_before = order.technician_id, order.route_day
    _give(session, order, technician, route_day, sequence=sequence, now=now, actor=actor, dispatch=dispatch)
    enqueue_route(session, technician.id, route_day, now=now)
    if had == technician.id and day_before != route_day:
        enqueue_route(session, technician.id, day_before, now=now)
    return order


def assign_to_switch(
    session: Session, order: Order, switch: Technician, *, day: date, now: datetime, actor: str
) -> None:
    """Give an order to the meter's own switch, which nobody can assign to by name and which has no route.

    Raises what `assign_order` raises.
    """
    _give(session, order, switch, day, sequence=None, now=now, actor=actor, dispatch=True)


def recall_order(
    session: Session,
    number: str,
    *,
    reason: str | Message,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
) -> Order:
    """Take an order back from a tablet; it may be assigned anew. What the tablet did meanwhile still counts.

    Raises Problem `not_found`, `stale_order`, `illegal_transition`.
    """
    why = reason if isinstance(reason, Message) else typed(checked_line(reason, field="reason"))
    order = order_for_update(session, number, expected_version=expected_version)
    command(
        session, order, Command.RECALL, "recalled", now=now, actor=actor, detail={"reason": why.as_json()}
    )
    end_assignment(session, order, reason=why, now=now)
    return order


def unassign_order(
    session: Session,
    number: str,
    *,
    reason: str | Message,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
) -> Order:
    """Return an assigned order that was not dispatched yet to the orders that wait.

    Raises Problem `not_found`, `stale_order`, `illegal_transition`.
    """
    why = reason if isinstance(reason, Message) else typed(checked_line(reason, field="reason"))
    order = order_for_update(session, number, expected_version=expected_version)
    command(
        session, order, Command.UNASSIGN, "unassigned", now=now, actor=actor, detail={"reason": why.as_json()}
    )
    end_assignment(session, order, reason=why, now=now)
    return order


def set_route(
    session: Session,
    technician_id: str,
    day: date,
    numbers_in_sequence: Sequence[str],
    *,
    now: datetime,
    actor: str,
    planned_starts: Mapping[str, datetime] | None = None,
    dispatch: bool = True,
    first: int = 1,
) -> list[Order]:
    """Make these orders the technician's stops of that day, in this order, numbered from `first`.

    Orders of somebody else, or of nobody, are assigned on the way. `planned_starts` by order number; None: by
    hand, so that from the first stop that moves on no planned time holds any more (geo.schedule.ways).
    Raises what `assign_order` raises, and Problem `bad_input` when an order is named twice.
    """
    if len(set(numbers_in_sequence)) != len(numbers_in_sequence):
        raise Problem("bad_input", field="orders", reason="an order is named twice")
    starts = planned_starts or {}
    technician = technician_named(session, technician_id)
    lock_orders(session, numbers_in_sequence)
    orders, days, moved = [], {day: None}, False
    for sequence, number in enumerate(numbers_in_sequence, start=first):
        order = order_for_update(session, number)
        if order.technician_id == technician_id and order.route_day is not None:
            days[order.route_day] = None
        moved |= (order.technician_id, order.route_day, order.sequence) != (technician_id, day, sequence)
        _give(session, order, technician, day, sequence=sequence, now=now, actor=actor, dispatch=dispatch)
        order.planned_start = starts.get(number, order.planned_start)
        if moved and planned_starts is None:
            order.planned_start = None
        orders.append(order)
    for changed in days:
        enqueue_route(session, technician_id, changed, now=now)
    return orders


def end_assignment(session: Session, order: Order, *, reason: Message, now: datetime) -> None:
    """End the current epoch: the technician no longer has the order; its end is enqueued."""
    if order.technician_id is None:
        return
    current = session.get(Assignment, (order.number, order.epoch))
    if current is not None and current.ended_at is None:
        current.ended_at = now
        current.end_reason = reason
    technician_id = order.technician_id
    order.technician_id = None
    order.sequence = None
    order.planned_start = None
    session.flush()
    enqueue(session, technician_id, "order", order.number, now=now)
    enqueue_route(session, technician_id, order.route_day, now=now)


def withdraw_order(
    session: Session, order: Order, technician_id: str, *, reason: Message, now: datetime
) -> None:
    """Take an order away from a technician because somebody else has done it; its state stays."""
    if order.technician_id != technician_id:
        return
    note(
        session,
        order,
        "recalled",
        at=now,
        now=now,
        actor="curbstop",
        from_state=order.state,
        detail={"reason": reason.as_json(), "technician": technician_id},
    )
    end_assignment(session, order, reason=reason, now=now)


def _begin_epoch(
    session: Session, order: Order, technician: Technician, *, now: datetime, actor: str
) -> None:
    before = order.technician_id
    if before is not None:
        reason = (
            Message("reason.assigned_again")
            if before == technician.id
            else Message.of("reason.given_to", technician=technician.id)
        )
        end_assignment(session, order, reason=reason, now=now)
    order.technician_id = technician.id
    order.epoch = max(order.epoch, epoch_floor(session)) + 1
    order.outcome = None
    order.finished_at = None
    command(
        session,
        order,
        Command.ASSIGN,
        "assigned",
        now=now,
        actor=actor,
        detail={"technician": technician.id, "epoch": order.epoch, "from": before},
    )
    session.add(
        Assignment(order_number=order.number, epoch=order.epoch, technician_id=technician.id, assigned_at=now)
    )
    session.flush()


def _give(
    session: Session,
    order: Order,
    technician: Technician,
    route_day: date,
    *,
    sequence: int | None,
    now: datetime,
    actor: str,
    dispatch: bool,
) -> None:
    """`assign_order` without enqueuing the routes that change."""
    _check_skills(order, technician)
    if order.technician_id != technician.id or order.state not in {State.ASSIGNED, *IN_FIELD}:
        _begin_epoch(session, order, technician, now=now, actor=actor)
    order.route_day = route_day
    order.sequence = sequence if sequence is not None else _next_sequence(session, order, technician.id)
    if dispatch and order.state == State.ASSIGNED:
        _dispatch(session, order, now=now, actor=actor)
    elif order.state in IN_FIELD:
        enqueue_order(session, order, now=now)
    session.flush()


def enqueue_route(session: Session, technician_id: str, day: date | None, *, now: datetime) -> None:
    """Enqueue the route of a technician's day; without a day there is no route."""
    if day is not None:
        enqueue(session, technician_id, "route", day.isoformat(), now=now)


def _dispatch(session: Session, order: Order, *, now: datetime, actor: str) -> Order:
    grant_authority(session, order, now=now)
    command(session, order, Command.DISPATCH, "dispatched", now=now, actor=actor)
    charge_dispatch(session, order, now=now)
    enqueue_order(session, order, now=now)
    return order


def _check_skills(order: Order, technician: Technician) -> None:
    for skill in order_type_of(order.type).skills:
        if skill not in technician.skills:
            raise Problem("technician_lacks_skill", technician=technician.name, skill=skill)


def _next_sequence(session: Session, order: Order, technician_id: str) -> int:
    last = session.scalar(
        select(func.max(Order.sequence)).where(
            Order.technician_id == technician_id,
            Order.route_day == order.route_day,
            Order.number != order.number,
        )
    )
    return (last or 0) + 1
