"""Orders that follow from another one: raised at once, or kept ready until a tablet is heard of.

A *contingent* reconnect stands ready while a cut was called off but the tablet may not know: held, it is
released when the tablet's facts show the service is off, dropped when they show it is not, and released
for somebody to look when the tablet stays silent too long.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of, restoring_type
from workorders.judgement.consequences import RaiseOrder
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import ACTIVE, Command, State
from workorders.messages.message import Message
from workorders.queries.lookups import order_for_update, responsible_account
from workorders.tables import Account, Order, ServicePoint
from workorders.usecases.history import command, enqueue_order, note
from workorders.usecases.orders.creation import create_order

CONTINGENT = "contingent"
"""`Order.follow_reason` of a contingent reconnect."""
SILENCE = timedelta(hours=4)
"""How long a tablet may stay silent before somebody is sent to look: half a shift."""


def raise_follow_on(
    session: Session,
    order: Order | None,
    what: RaiseOrder,
    point: ServicePoint,
    *,
    due_until: datetime | None,
    now: datetime,
    source: str,
    account: Account | None = None,
) -> Order:
    """Raise what follows from an order, unless an unfinished one of that type and reason does so already.

    An unfinished reconnect of the order, contingent or for another reason, becomes this one when it is a
    reconnect too: one visit restores service, whatever is learned meanwhile. `account` answers for
    the new order, by default whoever answers for the first one there. `order` None: nothing on record leads
    to it, as when service was cut before Curbstop knew the account.
    """
    for known in _unfinished(session, order.number, what.type) if order is not None else ():
        if known.service_point_id != point.id:
            continue
        if known.follow_reason == what.reason or (known.no_charge and not what.no_charge):
            return known
        if known.follow_reason == CONTINGENT or order_type_of(what.type).active_per_service_point:
            return release_ready(session, known, what, due_until=due_until, now=now, source=source)
    if account is None:
        here = order is not None and point.id == order.service_point_id
        account = order.account if order is not None and here else responsible_account(session, point.id)
    return create_order(
        session,
        type_code=what.type,
        point=point,
        account=account,
        priority=what.priority,
        due_until=due_until,
        task=what.message,
        extra=opened(order_type_of(what.type), what.extra),
        no_charge=what.no_charge,
        follows=order.number if order is not None else None,
        follow_reason=what.reason,
        now=now,
        actor=f"order {order.number}" if order is not None else source,
        source=source,
    )


def opened(order_type: OrderType, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The extra input of an order that waits for no payment: its gate (`holds_unless`) is open."""
    gate = order_type.holds_unless
    return dict(extra) if gate is None else {gate: True} | dict(extra)


def raise_contingent_reconnect(session: Session, cut: Order, *, now: datetime) -> Order:
    """Raise the contingent reconnect of a cut that was called off while a tablet had it."""
    restoring = restoring_type()
    return create_order(
        session,
        type_code=restoring.code,
        point=cut.service_point,
        account=cut.account,
        priority=90,
        task=Message("follow.contingent"),
        extra=opened(restoring, {}),
        follows=cut.number,
        follow_reason=CONTINGENT,
        held=Message("reason.waits_for_tablet"),
        now=now,
        actor=f"order {cut.number}",
    )


def drop_contingent(session: Session, cut: Order, *, reason: Message, now: datetime) -> None:
    """The tablet's facts show that the service was not cut: the reconnect that stood ready is not needed."""
    for ready in _unfinished(session, cut.number, restoring_type().code):
        if ready.follow_reason == CONTINGENT and ready.state == State.HELD:
            ready.cancelled_at = now
            ready.cancel_reason = reason
            command(
                session,
                ready,
                Command.CANCEL,
                "cancelled",
                now=now,
                actor=f"order {cut.number}",
                detail={"reason": reason.as_json()},
            )


def release_silent(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Release contingent reconnects whose tablet was silent for SILENCE; returns how many."""
    numbers = silent_orders(session, now=now, limit=limit)
    for number in numbers:
        ready = order_for_update(session, number)
        if ready.state == State.HELD:
            command(
                session,
                ready,
                Command.APPROVE,
                "approved",
                now=now,
                actor="curbstop",
                detail={"reason": Message("reason.tablet_silent").as_json()},
            )
    return len(numbers)


def silent_orders(session: Session, *, now: datetime, limit: int = 100) -> Sequence[str]:
    """Contingent reconnects whose tablet has been silent for SILENCE; asking locks nothing."""
    return session.scalars(
        select(Order.number)
        .where(
            Order.state == State.HELD,
            Order.follow_reason == CONTINGENT,
            Order.requested_at <= now - SILENCE,
        )
        .order_by(Order.number)
        .limit(limit)
    ).all()


def release_ready(
    session: Session,
    ready: Order,
    what: RaiseOrder,
    *,
    due_until: datetime | None,
    now: datetime,
    source: str,
) -> Order:
    """Make a reconnect that stood ready, or was held until it is paid, the one that `what` asks for."""
    ready.follow_reason = what.reason
    ready.priority = max(ready.priority, what.priority)
    ready.no_charge = what.no_charge
    ready.due_until = due_until
    ready.task = what.message
    ready.extra = ready.extra | opened(order_type_of(ready.type), what.extra)
    actor = f"order {ready.follows_number}" if ready.follows_number is not None else source
    detail = {"reason": what.message.as_json(), "source": source}
    if ready.state == State.HELD:
        command(session, ready, Command.APPROVE, "approved", now=now, actor=actor, detail=detail)
        return ready
    # It was sent out already, because the tablet had been silent: whoever has it reads what is asked now.
    note(session, ready, "changed", at=now, now=now, actor=actor, from_state=ready.state, detail=detail)
    enqueue_order(session, ready, now=now)
    return ready


def _unfinished(session: Session, number: str, type_code: str) -> Sequence[Order]:
    return session.scalars(
        select(Order)
        .where(Order.follows_number == number, Order.type == type_code, Order.state.in_(ACTIVE))
        .order_by(Order.number)
    ).all()
