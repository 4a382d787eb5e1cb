"""The row of a new order and the first lines of its history."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.judgement.lifecycle import Command, State
from workorders.messages.message import Message
from workorders.tables import Account, Order, ServicePoint
from workorders.usecases.history import command, next_order_number, note


def create_order(
    session: Session,
    *,
    type_code: str,
    point: ServicePoint,
    account: Account | None,
    now: datetime,
    actor: str,
    priority: int = 50,
    due_from: datetime | None = None,
    due_until: datetime | None = None,
    appointment_from: datetime | None = None,
    appointment_until: datetime | None = None,
    instructions: str | None = None,
    extra: dict[str, Any] | None = None,
    no_charge: bool = False,
    follows: str | None = None,
    follow_reason: str | None = None,
    task: Message | None = None,
    held: Message | None = None,
    source: str | None = None,
    request_key: str | None = None,
    request_digest: str | None = None,
) -> Order:
    """Write an order that was checked by its caller; `held` says what it waits for, else it is approved.

    Raises Problem `unknown_order_type`.
    """
    order = Order(
        number=next_order_number(session),
        type=type_code,
        state=State.REQUESTED.value,
        priority=priority,
        service_point=point,
        account=account,
        due_from=due_from,
        due_until=due_until,
        appointment_from=appointment_from,
        appointment_until=appointment_until,
        planned_minutes=order_type_of(type_code).minutes,
        instructions=instructions,
        extra=extra or {},
        no_charge=no_charge,
        epoch=0,
        requested_at=now,
        requested_by=actor[:80],
        follows_number=follows,
        follow_reason=follow_reason,
        request_key=request_key,
        request_digest=request_digest,
    )
    order.task = task
    session.add(order)
    session.flush()
    note(session, order, "requested", at=now, now=now, actor=actor, from_state=None, source=source)
    _begin(session, order, held, now=now, actor=actor)
    return order


def _begin(session: Session, order: Order, held: Message | None, *, now: datetime, actor: str) -> None:
    if held is None:
        command(session, order, Command.APPROVE, "approved", now=now, actor=actor)
    else:
        command(session, order, Command.HOLD, "held", now=now, actor=actor, detail={"reason": held.as_json()})
    session.flush()
