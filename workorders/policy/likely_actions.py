"""What a customer is likely to ask for, whether it is possible now, and what it costs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workorders.messages.message import Message

POSSIBLE: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class LikelyAction:
    """A button. Greyed, with every reason, when `why_not` is not empty."""

    code: str
    """start | move | stop | refund, or `order:<type>`."""
    point: str | None = None
    """Number of the service point it is about."""
    title: str | None = None
    """Of an order: its type's title."""
    fee_cents: int = 0
    """What it may cost the customer, tax included, before raising."""
    deposit_cents: int = 0
    why_not: tuple[Message, ...] = POSSIBLE


@dataclass(frozen=True, slots=True)
class OrderOffer:
    """An order type that a customer may ask for, and what it costs this account."""

    code: str
    title: str
    fee_cents: int
    needs_meter: bool
    restores: bool = False


@dataclass(frozen=True, slots=True)
class ServedPoint:
    """A service point that the account answers for."""

    number: str
    state: str
    has_meter: bool
    stopping: bool
    active: tuple[tuple[str, str], ...] = ()
    """(type, number) of the orders under way there."""


def actions_at(
    point: ServedPoint, offers: Iterable[OrderOffer], *, owed_cents: int
) -> tuple[LikelyAction, ...]:
    """The actions at one service point: ending its service, and the orders that can be raised there.

    `owed_cents`: what must still be paid before service that was cut is restored.
    """
    under_way = dict(point.active)
    stop = (Message("action.stopping"),) if point.stopping else POSSIBLE
    made = [LikelyAction("stop", point.number, why_not=stop)]
    for offer in offers:
        why: list[Message] = []
        if offer.code in under_way:
            why.append(Message.of("action.under_way", order=under_way[offer.code]))
        if offer.needs_meter and not point.has_meter:
            why.append(Message("action.no_meter"))
        if offer.restores:
            if point.state != "off_np":
                continue
            if owed_cents > 0:
                why.append(Message.of("action.money_owed", cents=owed_cents))
        made.append(
            LikelyAction(
                f"order:{offer.code}",
                point.number,
                title=offer.title,
                fee_cents=offer.fee_cents,
                why_not=tuple(why),
            )
        )
    return tuple(made)


def actions_of_account(
    *,
    balance_cents: int,
    fee_cents: int,
    deposit_cents: int,
    past_due_cents: int,
    points: Sequence[ServedPoint],
) -> tuple[LikelyAction, ...]:
    """Actions of the account as a whole: service at another place, and its credit refunded."""
    move = LikelyAction("move" if points else "start", fee_cents=fee_cents, deposit_cents=deposit_cents)
    refund = () if balance_cents < 0 else (Message("action.no_credit"),)
    credit = LikelyAction("refund", why_not=refund)
    arrange = () if past_due_cents > 0 else (Message("action.nothing_past_due"),)
    return move, credit, LikelyAction("arrangement", why_not=arrange)
