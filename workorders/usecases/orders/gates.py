"""What must hold before an order is raised: the money it waits for, and the state of the service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE, order_type_of
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import ACTIVE, State
from workorders.judgement.traits import TURNS_OFF, TURNS_ON, Meeting, ServiceChange, meeting
from workorders.messages.message import Message
from workorders.messages.words import Said
from workorders.problems import Problem
from workorders.queries.account_facts import needed_now
from workorders.queries.district import district_of
from workorders.tables import Account, Hold, Order, ServicePoint

PENDING = ACTIVE - {State.EXCEPTION}
"""The order still wants to change the service; one in `exception` has done so and waits for the office."""
RESTORING_HOLDS = frozenset({"arrangement", "pledge", "medical", "moratorium"})
"""While one of these protects an account from a cut, what it owes does not keep its service off."""


def owed_against_restoring(session: Session, account: Account | None, now: datetime) -> int:
    """Cents that must still be paid before the account's service is restored; 0: nothing stands against it.

    It is what satisfies the account's cuts by the policy of the day; a hold that protects the account from
    a cut leaves nothing to pay first.
    """
    if account is None or _protected(session, account, now):
        return 0
    return needed_now(session, account, now=now)


def money_gate(
    session: Session,
    order_type: OrderType,
    extra: Mapping[str, Any],
    account: Account | None,
    *,
    override: str | None,
    now: datetime,
) -> Message | None:
    """What the order waits for on hold; None: it may go ahead.

    Said to be open while the ledger shows money owed, it is Problem `money_owed`, unless a supervisor's
    reason overrides it.
    """
    name = order_type.holds_unless
    if name is None:
        return None
    title = next(f.title for f in order_type.extra if f.name == name)
    if extra.get(name) is not True:
        return Message(f"gate.{name}")
    owed = owed_against_restoring(session, account, now)
    if owed and override is None and account is not None:
        raise Problem(
            "money_owed",
            field=f"extra.{name}",
            gate=title,
            account=account.number,
            owed=Said([Message("measure.money", {"cents": owed})]),
        )
    return None


def service_orders_to_supersede(
    session: Session, order_type: OrderType, point: ServicePoint, account: Account | None
) -> list[Order]:
    """The active service-state orders that a new one takes the place of, locked.

    Raises Problem `service_order_active` when one is active that it may neither replace nor stand beside,
    and `service_already` when the service is in the state that the order would bring about.
    """
    if not order_type.active_per_service_point:
        return []
    changing = [code for code, known in CATALOGUE.items() if known.active_per_service_point]
    # The service point's row is the lock that keeps two service-state orders from being raised at once.
    session.execute(select(ServicePoint.id).where(ServicePoint.id == point.id).with_for_update())
    active = session.scalars(
        select(Order)
        .where(Order.service_point_id == point.id, Order.type.in_(changing), Order.state.in_(PENDING))
        .order_by(Order.number)
        .with_for_update()
    ).all()
    superseded = []
    for other in active:
        same = account is not None and other.account_id == account.id
        how = meeting(order_type, order_type_of(other.type), same_account=same)
        if how is Meeting.REFUSED:
            raise Problem("service_order_active", service_point=point.number, number=other.number)
        if how is Meeting.SUPERSEDES:
            superseded.append(other)
    check_state(order_type, point, {order_type_of(other.type).service for other in active})
    return superseded


def check_state(order_type: OrderType, point: ServicePoint, active: set[ServiceChange | None]) -> None:
    """Raise Problem `service_already` where the service is as the order would make it.

    An order that is under way may still change the state, so only a settled state speaks against one.
    """
    if order_type.service in TURNS_ON and point.state == "on" and not active & TURNS_OFF:
        raise Problem("service_already", service_point=point.number, state="on")
    if order_type.service is ServiceChange.CUT and point.state in {"off", "off_np"} and not active & TURNS_ON:
        raise Problem("service_already", service_point=point.number, state="off")


def _protected(session: Session, account: Account, now: datetime) -> bool:
    today = district_of(session).day_of(now)
    held = session.scalar(
        select(Hold.id)
        .where(
            Hold.account_id == account.id,
            Hold.kind.in_(RESTORING_HOLDS),
            Hold.starts_on <= today,
            (Hold.ends_on.is_(None)) | (Hold.ends_on >= today),
        )
        .limit(1)
    )
    return held is not None
