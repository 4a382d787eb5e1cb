"""A payment that was made before a cut but became known after the cut was posted. Pure."""

from collections.abc import Iterable

from workorders.facts import EventFacts
from workorders.judgement.consequences import Consequence, Judgement, Post
from workorders.judgement.cuts import paid_before, restore, reverse_charges
from workorders.judgement.descriptors import OrderType
from workorders.judgement.situation import Situation
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import visit_of
from workorders.messages.message import Message

WRONGFUL = frozenset({"wrongful_cut", "wrong_premise"})
"""Outcomes of a cut that should not have been made."""
FEES = "fee_"


def reconsider_cut(order_type: OrderType, situation: Situation, cut: EventFacts) -> Judgement | None:
    """What is known by now about payments, held against the posted completion `cut` of a disconnect.

    None when the account was not satisfied before the cut, or the cut is already known to be wrongful.
    Otherwise the fees are reversed, the service is restored at no charge, and the cut counts as wrongful.
    """
    order = situation.order
    if order.outcome != "completed" or order.completed_by != cut.id:
        return None
    visit = visit_of(situation, cut, {})
    paid_at = paid_before(visit)
    if paid_at is None:
        return None
    verdict = Verdict(visit)
    reason = Message.of("cut.paid_before", paid=paid_at, cut=cut.occurred_at)
    verdict.case("payment_after_the_fact", blocking=False, at=paid_at)
    verdict.case("wrongful_cut", blocking=False, reasons=[reason])
    reverse_charges(verdict, order.entries)
    if situation.service_point.state == "off_np":
        restore(visit, verdict, order_type, "wrongful_cut", wrongful=True)
    return Judgement("wrongful_cut", reason, verdict.consequences)


def still_due(waiting: Iterable[Consequence], outcome: str | None) -> tuple[Consequence, ...]:
    """What of a case's waiting consequences holds although the order ended as `outcome` meanwhile.

    A fee that waited for its photo or its approval is not charged once the cut counts as wrongful.
    """
    if outcome not in WRONGFUL:
        return tuple(waiting)
    return tuple(one for one in waiting if not (isinstance(one, Post) and one.purpose.startswith(FEES)))
