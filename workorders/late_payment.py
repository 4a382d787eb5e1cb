"""A payment that was made before a cut but became known after the cut was posted. Pure."""

from datetime import datetime

from workorders.consequences import Judgement
from workorders.cuts import restore, take_back
from workorders.situation import EventFacts, Situation
from workorders.verdict import Verdict
from workorders.visit import visit_of


def reconsider_cut(situation: Situation, cut: EventFacts, *, paid_at: datetime) -> Judgement | None:
    """What a payment made at `paid_at` changes about the posted completion `cut` of a disconnect.

    None when the payment came after the cut, or the cut is already known to be wrongful: nothing changes.
    Otherwise the fees are reversed, the service is restored at no charge, and the cut counts as wrongful.
    """
    order = situation.order
    if paid_at > cut.occurred_at or order.outcome != "completed" or order.completed_by != cut.id:
        return None
    visit = visit_of(situation, cut, {})
    verdict = Verdict(visit)
    reasons = f"The customer had paid at {paid_at.isoformat()}; cut at {cut.occurred_at.isoformat()}."
    verdict.case("payment_after_the_fact", blocking=False, at=paid_at.isoformat())
    verdict.case("wrongful_cut", blocking=False, reasons=reasons)
    take_back(verdict, order.entries)
    if situation.service_point.state == "off_np":
        restore(visit, verdict, "wrongful_cut", wrongful=True)
    return Judgement("wrongful_cut", reasons, verdict.consequences)
