"""Orders as the office raises, holds, releases and closes them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.facts import AccountFacts
from workorders.grammar.texts import checked_line, checked_text
from workorders.judgement.answers import check_extra
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command, State
from workorders.messages.message import Message, typed
from workorders.problems import Problem
from workorders.queries.lookups import account_named, lock_account, order_for_update, responsible_account
from workorders.tables import Account, Order, ServicePoint
from workorders.usecases.collections.authority import check_cut, cut_extra
from workorders.usecases.collections.reconsider import reconsider_account
from workorders.usecases.collections.tags import tag_extra
from workorders.usecases.history import command, enqueue_order, note
from workorders.usecases.orders.cancel import keep_while_waited_for, supersede_order
from workorders.usecases.orders.creation import create_order
from workorders.usecases.orders.gates import money_gate, service_orders_to_supersede
from workorders.usecases.orders.request_checks import (
    check_appointment,
    check_due,
    check_extra_times,
    check_meter_there,
    check_meter_to_take,
    check_priority,
)
from workorders.usecases.orders.requests import digest_of_request, known_request, request_key


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What somebody asks for. `extra` is the type's own input (`OrderType.extra`).

    `account_number` None: the account that answers for the service point. `priority` 0 (whenever) to 100
    (emergency). Instants are aware.
    """

    type: str
    service_point_id: int
    account_number: str | None = None
    priority: int = 50
    due_from: datetime | None = None
    due_until: datetime | None = None
    appointment_from: datetime | None = None
    appointment_until: datetime | None = None
    instructions: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    no_charge: bool = False
    follows: str | None = None
    follow_reason: str | None = None
    request_id: str | None = None
    """The caller's own id of this request: sent again by the same person, it raises no second order."""
    override: str | None = None
    """A supervisor's reason to go ahead although the ledger shows money owed."""


def raise_order(session: Session, request: OrderRequest, *, now: datetime, actor: str) -> Order:
    """Raise an order: approved, or held when its type's gate is not open (fees not paid).

    A newer customer event supersedes an open collection order at the service point. Raises Problem
    `unknown_order_type`, `not_found`, `bad_input` naming the field, `service_order_active`,
    `service_already`, `meter_there`, `no_meter_there`, `no_tag_printed`, `money_owed`, `request_conflict`,
    and `cut_not_allowed` with every reason when a disconnect rests on nothing.
    """
    known = known_request(session, request, actor=actor)
    if known is not None:
        return known
    order_type = order_type_of(request.type)
    point = session.get(ServicePoint, request.service_point_id)
    if point is None:
        raise Problem("not_found", what="service point", key=request.service_point_id)
    account = _account(session, request, point)
    if account is not None:
        lock_account(session, account.id)
    instructions, extra = checked_input(session, request, order_type, account, now=now)
    check_meter_to_take(session, order_type, extra)
    check_meter_there(session, order_type, point)
    superseded = service_orders_to_supersede(session, order_type, point, account)
    if order_type.needs_authority:
        check_cut(session, point, account, since=now, at=request.due_from or now, now=now, timing=False)
    order = create_order(
        session,
        type_code=order_type.code,
        point=point,
        account=account,
        priority=request.priority,
        due_from=request.due_from,
        due_until=request.due_until,
        appointment_from=request.appointment_from,
        appointment_until=request.appointment_until,
        instructions=instructions,
        extra=extra,
        no_charge=request.no_charge,
        follows=request.follows,
        follow_reason=request.follow_reason,
        held=money_gate(session, order_type, extra, account, override=request.override, now=now),
        request_key=request_key(request, actor),
        request_digest=digest_of_request(request) if request.request_id is not None else None,
        now=now,
        actor=actor,
    )
    if request.override is not None:
        why, state = {"reason": typed(request.override).as_json()}, order.state
        note(session, order, "gate_overridden", at=now, now=now, actor=actor, from_state=state, detail=why)
    for older in superseded:
        supersede_order(session, older, by=order.number, now=now, actor=actor)
    return order


def checked_input(
    session: Session,
    request: OrderRequest,
    order_type: OrderType,
    account: Account | None,
    *,
    now: datetime,
    facts: AccountFacts | None = None,
) -> tuple[str | None, dict[str, Any]]:
    """The instructions and the extra input of a request whose every field may be so.

    `facts` are the account's, where they were read before. Raises Problem `bad_input` naming the field.
    """
    check_priority(request.priority)
    check_due(request.due_from, request.due_until, now=now)
    check_appointment(request.appointment_from, request.appointment_until, now=now)
    instructions = checked_text(request.instructions or "", field="instructions") or None
    extra = dict(request.extra)
    if order_type.needs_authority:
        extra = cut_extra(session, extra, account, now=now, facts=facts)
    if order_type.posts_notice:
        extra |= tag_extra(session, account, extra.get("notice_ids"))
    extra = check_extra(order_type, extra)
    check_extra_times(session, order_type, extra, now=now)
    return instructions, extra


def approve(
    session: Session,
    number: str,
    *,
    now: datetime,
    actor: str,
    reason: str = "",
    may_override: bool = False,
    expected_version: int | None = None,
) -> Order:
    """Release a held order, or return an unable, recalled or rejected one to the dispatcher.

    One that waits for money is released once the ledger shows it paid; before, only with a reason from
    somebody who `may_override`. Raises Problem `not_found`, `stale_order`, `illegal_transition`,
    `money_owed`, `bad_input`. A cut of an account that owes nothing by now is called off at once.
    """
    reason = checked_line(reason, field="reason")
    order = order_for_update(session, number, expected_version=expected_version)
    if order.state == State.HELD:
        _open_gate(session, order, override=reason if may_override else None, now=now)
    detail = {"reason": typed(reason).as_json()} if reason else None
    command(session, order, Command.APPROVE, "approved", now=now, actor=actor, detail=detail)
    session.flush()
    if order_type_of(order.type).cuts is not None and order.account is not None:
        # While it lay with the office, a payment may have come that calls off the cuts that were open then.
        nothing_due = Message("reason.nothing_due")
        reconsider_account(
            session, order.account, reason=nothing_due, source=f"approved:{number}", now=now, actor=actor
        )
    return order


def hold(
    session: Session,
    number: str,
    *,
    reason: str,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
) -> Order:
    """Keep an order from being assigned until it is approved. Raises as `approve` does."""
    reason = checked_line(reason, field="reason")
    order = order_for_update(session, number, expected_version=expected_version)
    command(
        session, order, Command.HOLD, "held", now=now, actor=actor, detail={"reason": typed(reason).as_json()}
    )
    session.flush()
    return order


def book_appointment(
    session: Session,
    number: str,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
) -> Order:
    """Promise the customer a window. Raises Problem `bad_input` for a past one, else as `approve` does."""
    check_appointment(since, until, now=now)
    order = order_for_update(session, number, expected_version=expected_version)
    detail = {"from": since.isoformat(), "until": until.isoformat()}
    command(session, order, Command.SCHEDULE, "scheduled", now=now, actor=actor, detail=detail)
    order.appointment_from, order.appointment_until = since, until
    order.route_day = None
    session.flush()
    return order


def close_order(
    session: Session,
    number: str,
    *,
    reason: str,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
) -> Order:
    """Close an order that needs nothing more; its tablet is notified.

    Raises as `approve` does, and Problem `service_is_owed` when a customer who has paid waits for it.
    """
    reason = checked_line(reason, field="reason")
    order = order_for_update(session, number, expected_version=expected_version)
    keep_while_waited_for(session, order, now=now)
    command(session, order, Command.CLOSE, "closed", now=now, actor=actor, detail={"reason": reason})
    order.closed_at = now
    enqueue_order(session, order, now=now)
    session.flush()
    return order


def _account(session: Session, request: OrderRequest, point: ServicePoint) -> Account | None:
    if request.account_number is not None:
        return account_named(session, request.account_number)
    return responsible_account(session, point.id)


def _open_gate(session: Session, order: Order, *, override: str | None, now: datetime) -> None:
    order_type = order_type_of(order.type)
    gate = order_type.holds_unless
    if gate is not None:
        extra = order.extra | {gate: True}
        money_gate(session, order_type, extra, order.account, override=override or None, now=now)
        order.extra = extra
