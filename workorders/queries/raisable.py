"""What raising each type of order at a service point would cost, and why some cannot be raised there now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE, order_type_of
from workorders.facts import AccountFacts
from workorders.judgement.descriptors import OrderType
from workorders.judgement.traits import TURNS_OFF, TURNS_ON, Meeting, ServiceChange, meeting
from workorders.messages.message import Message
from workorders.policy.fees import Charge, preview
from workorders.queries.district import district_of
from workorders.queries.door_notices import notices_for_the_door
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Installation, Meter, Order, ServicePoint


@dataclass(frozen=True, slots=True)
class Raisable:
    """A type of order at a service point; without `why_not` it can be raised, and may cost the charges."""

    charges: tuple[Charge, ...]
    why_not: tuple[Message, ...]
    waits_for_cents: int = 0
    """What must be paid first, or the order waits on hold."""


def raisable(
    session: Session,
    point: ServicePoint,
    account: Account | None,
    active: Sequence[Order],
    *,
    owed_cents: int,
    now: datetime,
) -> dict[str, Raisable]:
    """Every type by its code, as `raise_order` would judge it; `active`: the orders under way there.

    `owed_cents`: what must be paid before service that was cut is restored.
    """
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    facts = (
        AccountFacts(account.number, rate_class=account.rate_class, tax_exempt=account.tax_exempt)
        if account is not None
        else None
    )
    meter = session.scalar(
        select(Meter.serial)
        .join(Installation, Installation.meter_id == Meter.id)
        .where(Installation.service_point_id == point.id, Installation.removed_at.is_(None))
    )
    tag = _has_tag(session, account)
    return {
        code: Raisable(
            preview(known.fees, rules, facts, service=point.service, no_charge=False),
            tuple(_against(known, point, account, active, {"meter": meter, "tag": tag})),
            owed_cents if known.holds_unless is not None and owed_cents > 0 else 0,
        )
        for code, known in CATALOGUE.items()
    }


def _against(
    known: OrderType,
    point: ServicePoint,
    account: Account | None,
    active: Sequence[Order],
    there: Mapping[str, object],
) -> Iterator[Message]:
    if known.meter_at_start is True and there["meter"] is None:
        yield Message("action.no_meter")
    if known.meter_at_start is False and there["meter"] is not None:
        yield Message.of("action.meter_there", serial=str(there["meter"]))
    if known.posts_notice and not there["tag"]:
        yield Message("action.no_tag")
    if known.service is None:
        return
    for order in active:
        same = account is not None and order.account_id == account.id
        if meeting(known, order_type_of(order.type), same_account=same) is Meeting.REFUSED:
            yield Message.of("action.under_way", order=order.number)
    changing = {order_type_of(order.type).service for order in active}
    if known.service in TURNS_ON and point.state == "on" and not changing & TURNS_OFF:
        yield Message("action.on_already")
    if known.service is ServiceChange.CUT and point.state in {"off", "off_np"} and not changing & TURNS_ON:
        yield Message("action.off_already")


def _has_tag(session: Session, account: Account | None) -> bool:
    """A printed notice of the account waits to be posted at the door."""
    if account is None:
        return False
    return session.scalars(notices_for_the_door(account.id).limit(1)).first() is not None
