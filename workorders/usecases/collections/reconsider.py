"""What follows for cuts and reconnects when what an account owes has changed: the one place that says so.

Rows are locked in one order by every path of money and by ingest: the account, then its orders by ascending
number, then ledger balances (workorders.queries.lookups).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of, order_type_of, restoring_type
from workorders.judgement.consequences import Judgement, OpenException, RaiseOrder, Reverse
from workorders.judgement.cuts import NEXT
from workorders.judgement.late_payment import FEES, reconsider_cut
from workorders.judgement.lifecycle import ACTIVE, IN_FIELD, State
from workorders.judgement.traits import TURNS_ON, ServiceChange
from workorders.ledger import reverse_posted
from workorders.messages.message import Message
from workorders.queries.account_facts import needed_by_account
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account, order_for_update
from workorders.queries.owed_service import is_satisfied, tolerance
from workorders.queries.rules_cache import rule_book
from workorders.queries.situation import situation_of
from workorders.queries.situation_records import entries_of
from workorders.tables import Account, FieldEvent, Order, ServiceAgreement, ServicePoint
from workorders.usecases.field.cases import open_cases
from workorders.usecases.field.field_facts import recalled_facts
from workorders.usecases.history import enqueue_order, note
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.follow_on import raise_follow_on, release_ready

PENDING_CUT = ACTIVE - {State.EXCEPTION}
"""States of a cut that may still be made; one in `exception` was visited and waits for the office."""
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_CUT_POINTS = (
    select(ServiceAgreement.account_id, ServicePoint)
    .join(ServicePoint, ServiceAgreement.service_point_id == ServicePoint.id)
    .where(
        ServiceAgreement.account_id.in_(_ids),
        ServiceAgreement.serving,
        ServicePoint.state == "off_np",
    )
    .order_by(ServicePoint.id)
    .execution_options(populate_existing=True)
)


def reconsider_account(
    session: Session,
    account: Account,
    *,
    reason: Message,
    source: str,
    now: datetime,
    actor: str,
    paid_at: datetime | None = None,
    paid_on: str | None = None,
) -> None:
    """Bring the account's cuts and reconnects in line with what it owes now.

    Satisfied, every open cut is cancelled (with `reason`) and every service point that was cut for
    non-payment gets its reconnect, once. A payment made at `paid_at` turns cuts posted after it wrongful.
    Tablets that have an order of the account get the new balance. `paid_on` is the order on whose visit
    the technician took the money, so that its own tablet need not get it.
    """
    lock_account(session, account.id)
    orders = [order_for_update(session, number) for number in _in_question(session, account, paid_at)]
    # In the order in which they were made: a wrongful cut's fee must not make the next one look right.
    for order in sorted(orders, key=lambda one: one.finished_at or now):
        if order.outcome == "completed" and _cuts(order) and order.state not in PENDING_CUT:
            _reconsider_posted(session, order, now=now)
    pending = [order for order in orders if _cuts(order) and order.state in PENDING_CUT]
    points = _cut_points(session, account)
    # What is owed matters only to who has a cut before or behind them.
    met = bool(pending or points) and is_satisfied(session, account, now=now)
    for order in orders:
        if met and order in pending:
            knows = order.number == paid_on
            cancel_order(session, order.number, reason=reason, now=now, actor=actor, tablet_knows=knows)
        elif order.state in IN_FIELD:
            enqueue_order(session, order, now=now)
    if met:
        for point in points:
            _restore(session, account, point, source=source, now=now)
    session.flush()


def reconsider_accounts(
    session: Session,
    changed: Sequence[tuple[Account, str]],
    *,
    reason: Message,
    now: datetime,
    actor: str,
) -> None:
    """`reconsider_account` for many, each with its source, which the caller has locked.

    Most have nothing that could follow, which a few statements find out about all of them.
    """
    if not changed:
        return
    session.flush()
    ids = sorted(account.id for account, _source in changed)
    busy = set(session.scalars(select(Order.account_id).where(Order.account_id.in_(ids), _is_open())))
    cut: dict[int, list[ServicePoint]] = {}
    for account_id, point in session.execute(_CUT_POINTS, {"ids": ids}):
        cut.setdefault(account_id, []).append(point)
    waiting = [account for account, _source in changed if account.id in cut and account.id not in busy]
    needed = needed_by_account(session, waiting, now=now)
    for account, source in changed:
        if account.id in busy:
            reconsider_account(session, account, reason=reason, source=source, now=now, actor=actor)
        elif account.id in cut and needed[account.number] <= tolerance(session, now=now):
            for point in cut[account.id]:
                _restore(session, account, point, source=source, now=now)
    session.flush()


def _is_open() -> ColumnElement[bool]:
    """Of an order: a cut that may still be made, or anything on a tablet."""
    cut = Order.type.in_(codes_of({ServiceChange.CUT}))
    return or_(Order.state.in_(IN_FIELD), and_(cut, Order.state.in_(PENDING_CUT)))


def _cuts(order: Order) -> bool:
    return order_type_of(order.type).service is ServiceChange.CUT


def _in_question(session: Session, account: Account, paid_at: datetime | None) -> Sequence[str]:
    """Open cuts, orders on tablets, and cuts that were posted although a payment came before them."""
    wanted = [_is_open()]
    if paid_at is not None:
        made_since = and_(Order.outcome == "completed", Order.finished_at >= paid_at)
        wanted.append(and_(Order.type.in_(codes_of({ServiceChange.CUT})), made_since))
    session.flush()
    return session.scalars(
        select(Order.number).where(Order.account_id == account.id, or_(*wanted)).order_by(Order.number)
    ).all()


def _reconsider_posted(session: Session, order: Order, *, now: datetime) -> None:
    """A posted cut turns out to have come after the payment that should have stopped it."""
    situation = situation_of(session, order)
    done_by = situation.order.completed_by
    made = session.get(FieldEvent, done_by) if done_by is not None else None
    if made is None:
        return
    judgement = reconsider_cut(order_type_of(order.type), situation, recalled_facts(made))
    if judgement is not None:
        _turn_wrongful(session, order, judgement, source=f"wrongful:{made.id}", now=now)


def _turn_wrongful(
    session: Session, order: Order, judgement: Judgement, *, source: str, now: datetime
) -> None:
    for one in judgement.consequences:
        if isinstance(one, Reverse):
            reverse_posted(session, one.source, one.purpose, by=source, message=one.message, now=now)
        elif isinstance(one, RaiseOrder):
            due = now + timedelta(hours=one.due_hours) if one.due_hours is not None else None
            raise_follow_on(session, order, one, order.service_point, due_until=due, now=now, source=source)
    _reverse_restoring_fees(session, order, source=source, now=now)
    found = [one for one in judgement.consequences if isinstance(one, OpenException)]
    open_cases(session, found, source=source, order_number=order.number, now=now)
    order.outcome = judgement.outcome
    note(
        session,
        order,
        "reconsidered",
        at=now,
        now=now,
        actor="curbstop",
        from_state=order.state,
        source=source,
        detail={"outcome": judgement.outcome, "reason": judgement.message.as_json()},
    )
    session.flush()


def _reverse_restoring_fees(session: Session, cut: Order, *, source: str, now: datetime) -> None:
    """Nobody pays for being restored after a wrongful cut, also when that was done before it was known."""
    numbers = session.scalars(
        select(Order.number)
        .where(Order.follows_number == cut.number, Order.type.in_(codes_of(TURNS_ON)))
        .order_by(Order.number)
    ).all()
    for number in numbers:
        for entry in entries_of(session, number):
            if entry.purpose.startswith(FEES):
                message, by = Message("entry.not_charged"), f"{source}:{number}"
                reverse_posted(session, entry.source, entry.purpose, by=by, message=message, now=now)


def _cut_points(session: Session, account: Account) -> Sequence[ServicePoint]:
    """Service points cut for non-payment that the account answers for, whoever cut them and when."""
    session.flush()
    return [point for _account, point in session.execute(_CUT_POINTS, {"ids": [account.id]})]


def _restore(session: Session, account: Account, point: ServicePoint, *, source: str, now: datetime) -> None:
    """Raise the reconnect of a point, or release the one that was held; nothing when one is under way."""
    restoring = restoring_type()
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    due = now + timedelta(hours=float(rules.setting(restoring.code).get("hours", 24.0)))
    what = RaiseOrder(
        restoring.code,
        "paid",
        Message("follow.restore_paid"),
        priority=NEXT,
        extra={"promise_by": due.isoformat()},
    )
    known = session.scalars(
        select(Order)
        .where(
            Order.service_point_id == point.id, Order.type.in_(codes_of(TURNS_ON)), Order.state.in_(ACTIVE)
        )
        .order_by(Order.number)
    ).all()
    if not known:
        cut = _latest_cut(session, account, point)
        raise_follow_on(session, cut, what, point, due_until=due, now=now, source=source, account=account)
    elif all(order.state == State.HELD for order in known):
        ready = next((order for order in known if order.type == restoring.code), None)
        if ready is not None:
            locked = order_for_update(session, ready.number)
            release_ready(session, locked, what, due_until=due, now=now, source=source)


def _latest_cut(session: Session, account: Account, point: ServicePoint) -> Order | None:
    """The order by which the account's service was cut here; None when that was before Curbstop."""
    return session.scalar(
        select(Order)
        .where(
            Order.service_point_id == point.id,
            Order.account_id == account.id,
            Order.type.in_(codes_of({ServiceChange.CUT})),
            Order.finished_at.is_not(None),
        )
        .order_by(Order.finished_at.desc(), Order.number.desc())
        .limit(1)
    )
