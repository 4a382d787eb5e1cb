"""What follows for cuts and reconnects when what an account owes has changed: the one place that says so.

Rows are locked in one order by every path of money and by ingest: the account, then its orders by ascending
number, then ledger balances (workorders.queries.lookups).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of, order_type_of, restoring_type
from workorders.judgement.consequences import Judgement, OpenException, RaiseOrder, Reverse
from workorders.judgement.cuts import NEXT
from workorders.judgement.late_payment import reconsider_cut
from workorders.judgement.lifecycle import ACTIVE, IN_FIELD, State
from workorders.judgement.traits import TURNS_ON, ServiceChange
from workorders.ledger import reverse_posted
from workorders.messages.message import Message
from workorders.policy.satisfaction import satisfaction_of
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account, order_for_update
from workorders.queries.rules_cache import rule_book
from workorders.queries.situation import needed_now, situation_of
from workorders.tables import Account, FieldEvent, Order, ServiceAgreement, ServicePoint
from workorders.usecases.field.cases import open_cases
from workorders.usecases.field.field_facts import recalled_facts
from workorders.usecases.history import note, tell_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.follow_on import raise_follow_on, release_ready

PENDING_CUT = ACTIVE - {State.EXCEPTION}
"""States of a cut that may still be made; one in `exception` was visited and waits for the office."""


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
    Tablets that have an order of the account are told the new balance. `paid_on` is the order on whose visit
    the technician took the money, so that its own tablet need not be told.
    """
    lock_account(session, account.id)
    orders = [order_for_update(session, number) for number in _in_question(session, account, paid_at)]
    # In the order in which they were made: a wrongful cut's fee must not make the next one look right.
    for order in sorted(orders, key=lambda one: one.finished_at or now):
        if order.outcome == "completed" and _cuts(order) and order.state not in PENDING_CUT:
            _reconsider_posted(session, order, now=now)
    met = is_satisfied(session, account, now=now)
    for order in orders:
        if _cuts(order) and order.state in PENDING_CUT and met:
            knows = order.number == paid_on
            cancel_order(session, order.number, reason=reason, now=now, actor=actor, tablet_knows=knows)
        elif order.state in IN_FIELD:
            tell_order(session, order, now=now)
    if met:
        for point in _cut_points(session, account):
            _restore(session, account, point, source=source, now=now)
    session.flush()


def is_satisfied(session: Session, account: Account, *, now: datetime) -> bool:
    """What the account must still pay is within the tolerance of the day's policy."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    return needed_now(session, account, now=now) <= satisfaction_of(rules).tolerance_cents


def _cuts(order: Order) -> bool:
    return order_type_of(order.type).service is ServiceChange.CUT


def _in_question(session: Session, account: Account, paid_at: datetime | None) -> Sequence[str]:
    """Open cuts, orders on tablets, and cuts that were posted although a payment came before them."""
    cut = Order.type.in_(codes_of({ServiceChange.CUT}))
    wanted = [Order.state.in_(IN_FIELD), and_(cut, Order.state.in_(PENDING_CUT))]
    if paid_at is not None:
        made_since = and_(Order.outcome == "completed", Order.finished_at >= paid_at)
        wanted.append(and_(cut, made_since))
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


def _cut_points(session: Session, account: Account) -> Sequence[ServicePoint]:
    """Service points cut for non-payment that the account answers for, whoever cut them and when."""
    session.flush()
    return session.scalars(
        select(ServicePoint)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .where(
            ServiceAgreement.account_id == account.id,
            ServiceAgreement.end_on.is_(None),
            ServicePoint.state == "off_np",
        )
        .order_by(ServicePoint.id)
        .execution_options(populate_existing=True)
    ).all()


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
