"""What follows from a cut: valid, after the payment or cancel, against the rules, or elsewhere. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from workorders.facts import EntryFacts, MeterFacts
from workorders.judgement.consequences import Reverse, SetServicePoint
from workorders.judgement.cut_warning import CutWarning
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command
from workorders.judgement.phone_codes import recalled_before, release_of
from workorders.judgement.traits import ServiceChange
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.policy.forecasts import forecasts_known
from workorders.policy.severance import CutDecision, CutQuestion, evaluate

URGENT, NEXT = 100, 90
"""Priority of a reconnect that repairs a wrong, and of one that the customer has paid for."""


def cut_elsewhere(visit: Visit) -> MeterFacts | None:
    """The meter seen, when the records have it at another service point: the wrong premise was cut."""
    seen, installed = visit.serial_seen, visit.situation.installed
    if seen is None or (installed is not None and installed.serial == seen):
        return None
    other = visit.situation.meters.get(seen)
    here = visit.point.number
    return other if other is not None and other.installed_at not in (None, here) else None


def wrong_premise(
    visit: Visit, verdict: Verdict, order_type: OrderType, other: MeterFacts
) -> tuple[str, Command]:
    """The other service point is off and is restored at no charge; this order stays open."""
    answers = visit.answers
    verdict.do(
        SetServicePoint(
            "off_np",
            visit.at,
            lock=answers.get("lock"),
            seal=answers.get("seal"),
            service_point=other.installed_at,
        )
    )
    reason = Message.of(
        "cut.wrong_premise", serial=other.serial, there=other.installed_at, here=visit.point.number
    )
    verdict.case("wrongful_cut", blocking=False, reasons=[reason], service_point=other.installed_at)
    restore(visit, verdict, order_type, "wrong_premise", wrongful=True, service_point=other.installed_at)
    return "wrong_premise", Command.REPORT_UNABLE


def judge_cut(visit: Visit, verdict: Verdict, order_type: OrderType) -> str:
    """Whether the cut was right when it was made, and what that leads to; answers the order's outcome."""
    reason = released_before(visit)
    decision = decide(visit)
    _out_of_time(visit, verdict, decision)
    if reason is not None:
        return _after_release(visit, verdict, order_type, reason)
    if not decision.allowed:
        verdict.case("wrongful_cut", reasons=decision.reasons, evidence=decision.as_evidence())
        reverse_charges(verdict, visit.order.entries)
        restore(visit, verdict, order_type, "wrongful_cut", wrongful=True)
        return "wrongful_cut"
    verdict.fees(order_type.fees, "cut")
    paid = paid_at(visit)
    if paid is not None or visit.order.cancelled_at is not None:
        restore(visit, verdict, order_type, "paid" if paid is not None else "released", wrongful=False)
    else:
        _lock_check(visit, verdict, order_type)
    return "completed"


OUT_OF_TIME = {
    "authority": "cut_authority_expired",
    "latest_hour": "cut_past_latest_hour",
    "weekday": "cut_on_forbidden_day",
    "holiday": "cut_on_forbidden_day",
    "forecast": "cut_on_forbidden_day",
}
"""Rules of the clock → the case of a cut made against one: whoever cut could have seen it on the tablet."""


def _out_of_time(visit: Visit, verdict: Verdict, decision: CutDecision) -> None:
    """A case of its own for a cut made out of time, with what the tablet had warned of."""
    warned = CutWarning.of(visit.event.body)
    for one in decision.checks:
        code = OUT_OF_TIME.get(one.rule)
        if code is None or one.allowed:
            continue
        verdict.case(
            code,
            rule=one.message,
            told=warned.message,
            warnings=list(warned.told),
            reason=warned.reason,
            cut_at=visit.at,
            **one.evidence,
        )


def paid_at(visit: Visit) -> datetime | None:
    """When a payment satisfied the account: before the cut, else after it; None when none did."""
    if visit.account is None or visit.satisfied(visit.at):
        return paid_before(visit)
    if not visit.satisfied():
        return None
    later = sorted(p.at for p in visit.account.payments if p.at > visit.at)
    return next((at for at in later if visit.satisfied(at)), later[-1] if later else None)


def paid_before(visit: Visit) -> datetime | None:
    """The last payment before the cut, when the account was satisfied by then."""
    if visit.account is None or not visit.satisfied(visit.at):
        return None
    return max((p.at for p in visit.account.payments if p.at <= visit.at), default=None)


def released_before(visit: Visit) -> Message | None:
    """Why the cut no longer stood when it was made: paid, called off or taken back by telephone; None when
    it still did."""
    paid, cancelled = paid_at(visit), visit.order.cancelled_at
    if paid is not None and paid <= visit.at:
        return Message.of("cut.paid_before", paid=paid, cut=visit.at)
    if cancelled is not None and cancelled <= visit.at:
        why = visit.order.cancel_reason
        if why is None:
            return Message.of("cut.called_off_bare", at=cancelled, cut=visit.at)
        return Message.of("cut.called_off", at=cancelled, reason=why, cut=visit.at)
    recalled = recalled_before(visit)
    if recalled is not None:
        return Message.of("cut.recalled_by_phone", at=recalled.given_at, who=recalled.given_by, cut=visit.at)
    return None


def decide(visit: Visit) -> CutDecision:
    """The cut rules' checks for the instant of the cut."""
    return evaluate(
        CutQuestion(
            account=visit.account,
            service=visit.point.service,
            at=visit.at,
            timezone=visit.situation.timezone,
            medical=visit.point.medical,
            forecast=forecasts_known(visit.situation.forecasts, visit.at).get(visit.day),
            authority_expires_at=_authority_until(visit),
        ),
        visit.situation.book,
    )


def _authority_until(visit: Visit) -> datetime | None:
    """The end of what was given at dispatch, or of the release that was entered since."""
    given, release = visit.order.authority_expires_at, release_of(visit)
    return given if given is None or release is None else max(given, release.expires_at)


def _after_release(visit: Visit, verdict: Verdict, order_type: OrderType, reason: Message) -> str:
    """Cut after payment or cancel: restored at once at no charge, nothing charged, counted as wrongful."""
    cancelled = visit.order.cancelled_at is not None
    verdict.case("wrongful_cut", blocking=False, reasons=[reason])
    _although_recalled(visit, verdict)
    if cancel_was_seen(visit):
        verdict.case(
            "cut_after_seen_cancel", seen_seq=visit.event.seen_seq, cancel_seq=visit.order.cancel_seq
        )
    reverse_charges(verdict, visit.order.entries)
    restore(visit, verdict, order_type, "wrongful_cut", wrongful=True)
    return "completed_after_cancel" if cancelled else "wrongful_cut"


def _although_recalled(visit: Visit, verdict: Verdict) -> None:
    """The technician had been told on the telephone not to cut, whether the code was entered or not."""
    recalled = recalled_before(visit)
    if recalled is None:
        return
    warned = CutWarning.of(visit.event.body)
    entered = recalled.used_at is not None and recalled.used_at <= visit.at
    verdict.case(
        "cut_although_recalled",
        at=recalled.given_at,
        who=recalled.given_by,
        entered=Message("code.was_entered" if entered else "code.not_entered"),
        told=warned.message,
        reason=warned.reason,
        cut_at=visit.at,
    )


def cancel_was_seen(visit: Visit) -> bool:
    """The tablet had received the cancel before it wrote the event."""
    seen, cancel = visit.event.seen_seq, visit.order.cancel_seq
    return seen is not None and cancel is not None and seen >= cancel


def reverse_charges(verdict: Verdict, entries: Iterable[EntryFacts]) -> None:
    """Reverse every fee that this order was already charged."""
    verdict.do(
        *(
            Reverse(entry.source, entry.purpose, Message("entry.not_charged"))
            for entry in entries
            if entry.purpose.startswith("fee_")
        )
    )


def restore(
    visit: Visit,
    verdict: Verdict,
    order_type: OrderType,
    reason: str,
    *,
    wrongful: bool,
    service_point: str | None = None,
) -> None:
    """Raise what `order_type` follows `reason` with, unless the next customer's start brings service back.

    When it is due is the setting of the type that is raised.
    """
    starts = any(other.change == ServiceChange.START for other in visit.point.other_orders)
    raised = order_type.follow_on(reason)
    if raised is None or (service_point is None and starts):
        return
    setting = visit.rules.setting(raised)
    hours = float(setting.get("wrongful_hours" if wrongful else "hours", 24.0))
    asked = Message("follow.restore_wrongful" if wrongful else "follow.restore_paid")
    promise = visit.at + timedelta(hours=hours)
    verdict.follow(
        order_type,
        reason,
        asked,
        priority=URGENT if wrongful else NEXT,
        no_charge=wrongful,
        due_hours=hours,
        extra={"promise_by": promise.isoformat()},
        service_point=service_point,
    )


def _lock_check(visit: Visit, verdict: Verdict, order_type: OrderType) -> None:
    days = visit.rules.setting("lock_check").get("days")
    if isinstance(days, int):
        verdict.follow(
            order_type,
            "lock_check",
            Message("follow.lock_check"),
            priority=20,
            due_hours=days * 24.0,
            extra={"reason": "lock_check"},
        )
