"""Many orders raised together, as an import brings them: judged by the same rules as one by one, from what
was read for all of them, and written in a few statements.

What meets something that must be locked or weighed for it alone (an order to supersede, a gate of money, a
meter to take along) is raised by itself, in its turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session, selectinload

from workorders.catalogue import CATALOGUE, order_type_of
from workorders.facts import ForecastFacts
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command, State, move
from workorders.policy.aging import DEBT_LOOKBACK
from workorders.problems import Problem
from workorders.queries.account_facts import AccountRecords
from workorders.queries.district import district_of
from workorders.queries.forecasts import forecasts_from
from workorders.queries.lookups import lock_accounts
from workorders.queries.pieces import pieces
from workorders.tables import Account, Order, OrderEvent, ServiceAgreement, ServicePoint
from workorders.usecases.collections.authority import check_cut
from workorders.usecases.history import take_numbers
from workorders.usecases.orders.gates import PENDING, check_state
from workorders.usecases.orders.orders import OrderRequest, checked_input, raise_order


@dataclass(slots=True)
class _Known:
    """What was read for the requests, and locked: accounts, and the points whose service they change."""

    points: dict[int, ServicePoint]
    answering: dict[int, Account]
    named: dict[str, Account]
    records: AccountRecords
    busy: set[int]
    """Points where an order that changes the service is active, of this file's too: one at a time."""
    forecasts: Mapping[date, ForecastFacts]


def raise_orders(
    session: Session, requests: Sequence[OrderRequest], *, now: datetime, actor: str
) -> list[Problem | None]:
    """Raise each as `raise_order` does, in their order; the answer is what was said against each.

    Numbers follow the requests. Whoever gets a Problem back for any of them rolls all of it back.
    """
    known = _read(session, requests, now)
    answers: list[Problem | None] = []
    rows: list[dict[str, Any]] = []
    for request in requests:
        try:
            row = _row(session, request, known, now=now)
            if row is None:
                _write(session, rows, now=now, actor=actor)
                raise_order(session, request, now=now, actor=actor)
            else:
                rows.append(row)
            answers.append(None)
        except Problem as problem:
            answers.append(problem)
    _write(session, rows, now=now, actor=actor)
    return answers


def _row(session: Session, request: OrderRequest, known: _Known, *, now: datetime) -> dict[str, Any] | None:
    """The order's columns, checked; None for one that must be raised by itself. Raises Problem."""
    order_type, point = order_type_of(request.type), known.points.get(request.service_point_id)
    account = (
        known.named.get(request.account_number)
        if request.account_number is not None
        else known.answering.get(request.service_point_id)
    )
    if point is None or _is_alone(order_type, request, account, known):
        return None
    facts = None
    if order_type.needs_authority and account is not None:
        facts = known.records.facts(account, since=now, lookback=DEBT_LOOKBACK)
    instructions, extra = checked_input(session, request, order_type, account, now=now, facts=facts)
    if order_type.active_per_service_point:
        check_state(order_type, point, set())
        known.busy.add(point.id)
    if order_type.needs_authority:
        at = request.due_from or now
        check_cut(
            session,
            point,
            account,
            since=now,
            at=at,
            now=now,
            timing=False,
            facts=facts,
            forecasts=known.forecasts,
        )
    return {
        "type": order_type.code,
        "priority": request.priority,
        "service_point_id": point.id,
        "account_id": account.id if account else None,
        "due_from": request.due_from,
        "due_until": request.due_until,
        "appointment_from": request.appointment_from,
        "appointment_until": request.appointment_until,
        "planned_minutes": order_type.minutes,
        "instructions": instructions,
        "extra": extra,
        "no_charge": request.no_charge,
        "follows_number": request.follows,
        "follow_reason": request.follow_reason,
    }


def _is_alone(order_type: OrderType, request: OrderRequest, account: Account | None, known: _Known) -> bool:
    takes = order_type.takes_meter_from_van
    return (
        (request.account_number is not None and account is None)
        or request.request_id is not None
        or request.override is not None
        or order_type.holds_unless is not None
        or (takes is not None and request.extra.get(takes) is not None)
        or (order_type.active_per_service_point and request.service_point_id in known.busy)
    )


def _write(session: Session, rows: list[dict[str, Any]], *, now: datetime, actor: str) -> None:
    """Insert the orders and their two lines of history; `rows` is empty then."""
    if not rows:
        return
    approved = move(State.REQUESTED, Command.APPROVE).value
    every = {
        "state": approved,
        "epoch": 0,
        "pinned": False,
        "requested_at": now,
        "requested_by": actor[:80],
        "task_params": {},
        "cancel_params": {},
        # As one that was requested and then approved.
        "version": 2,
    }
    numbers = take_numbers(session, len(rows))
    orders = [row | every | {"number": number} for row, number in zip(rows, numbers, strict=True)]
    line = {"at": now, "recorded_at": now, "actor": actor[:80], "source": None, "detail": {}}
    steps = (("requested", None, State.REQUESTED.value), ("approved", State.REQUESTED.value, approved))
    history = [
        line | {"order_number": number, "kind": kind, "from_state": before, "to_state": after}
        for number in numbers
        for kind, before, after in steps
    ]
    connection = session.connection()
    connection.execute(cast(Table, Order.__table__).insert(), orders)
    connection.execute(cast(Table, OrderEvent.__table__).insert(), history)
    rows.clear()


def _read(session: Session, requests: Sequence[OrderRequest], now: datetime) -> _Known:
    ids = sorted({one.service_point_id for one in requests})
    numbers = sorted({one.account_number for one in requests if one.account_number is not None})
    changing = [code for code, one in CATALOGUE.items() if one.active_per_service_point]
    points: dict[int, ServicePoint] = {}
    answering: dict[int, Account] = {}
    busy: set[int] = set()
    for part in pieces(ids):
        whole = select(ServicePoint).options(selectinload(ServicePoint.premise))
        points |= {one.id: one for one in session.scalars(whole.where(ServicePoint.id.in_(part)))}
        agreements = (
            select(ServiceAgreement.service_point_id, Account)
            .join(Account, Account.id == ServiceAgreement.account_id)
            .where(ServiceAgreement.service_point_id.in_(part), ServiceAgreement.serving)
        )
        answering |= {row[0]: row[1] for row in session.execute(agreements)}
    named = {
        one.number: one
        for part in pieces(numbers)
        for one in session.scalars(select(Account).where(Account.number.in_(part)))
    }
    accounts = {one.id: one for one in (*answering.values(), *named.values())}
    for part in pieces(sorted(accounts)):
        lock_accounts(session, part)
    touched = sorted({one.service_point_id for one in requests if one.type in changing})
    for part in pieces(touched):
        # The service point's row is the lock that keeps two service-state orders from being raised at once.
        rows = select(ServicePoint.id).where(ServicePoint.id.in_(part)).order_by(ServicePoint.id)
        session.execute(rows.with_for_update())
        active = select(Order.service_point_id).where(
            Order.service_point_id.in_(part), Order.type.in_(changing), Order.state.in_(PENDING)
        )
        busy.update(session.scalars(active))
    known_types = (CATALOGUE[one.type] for one in requests if one.type in CATALOGUE)
    cuts = list(accounts.values()) if any(one.needs_authority for one in known_types) else []
    forecasts = forecasts_from(session, district_of(session).day_of(now), now=now)
    return _Known(
        points, answering, named, AccountRecords(session, cuts, now - DEBT_LOOKBACK), busy, forecasts
    )
