"""What follows when a technician could not do an order, by reason. Pure.

Most reasons send the order back to the dispatcher; some protect the customer or need an office case.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from workorders.judgement.consequences import Judgement, PlaceHold
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message

UnableRule = Callable[[Verdict, OrderType], Command]


def _dispatcher(_verdict: Verdict, _order_type: OrderType) -> Command:
    """Back to the dispatcher, who sends somebody again, calls the customer or closes the order."""
    return Command.REPORT_UNABLE


def _unsafe(verdict: Verdict, _order_type: OrderType) -> Command:
    verdict.case("unsafe_site", remarks=_remarks(verdict))
    return Command.COMPLETE_WITH_EXCEPTION


def _refused(verdict: Verdict, _order_type: OrderType) -> Command:
    verdict.case("refused", blocking=False, remarks=_remarks(verdict))
    return Command.REPORT_UNABLE


def _repair(verdict: Verdict, _order_type: OrderType) -> Command:
    reason = str(verdict.visit.event.body.get("reason"))
    verdict.case("repair_needed", blocking=False, reason=Message.of("repair.unable", reason=reason))
    return Command.REPORT_UNABLE


def _not_found(verdict: Verdict, order_type: OrderType) -> Command:
    if order_type.follow_on("meter_not_found") is not None:
        verdict.follow(
            order_type,
            "meter_not_found",
            Message("follow.find_meter"),
            priority=60,
            extra={"reason": "meter_not_found"},
        )
    else:
        reason = Message.of("repair.unable", reason="meter_not_found")
        verdict.case("repair_needed", blocking=False, reason=reason)
    return Command.REPORT_UNABLE


def _wrong_meter(verdict: Verdict, order_type: OrderType) -> Command:
    """Nothing was done; somebody looks twice, and the records are asked where the serial belongs."""
    wrong_meter(verdict, order_type)
    return Command.COMPLETE_WITH_EXCEPTION


def _medical(verdict: Verdict, order_type: OrderType) -> Command:
    """No cut, no second visit: a provisional protection until the certificate is decided."""
    if verdict.visit.account is not None:
        days = verdict.visit.rules.setting("medical_hold").get("days", 15)
        verdict.do(PlaceHold("medical", int(days)))
    verdict.case("medical_certificate", blocking=False, remarks=_remarks(verdict))
    return Command.HOLD_FROM_FIELD if order_type.needs_authority else Command.REPORT_UNABLE


def _proof(verdict: Verdict, _order_type: OrderType) -> Command:
    """No cut. Confirmed when the money is here; else the office checks the proof before anyone is sent."""
    visit = verdict.visit
    if visit.satisfied(visit.at):
        return Command.COMPLETE
    paid = visit.paid_cents
    verdict.case("proof_to_confirm", paid=paid, needed=paid + visit.needed_cents(visit.at))
    return Command.COMPLETE_WITH_EXCEPTION


UNABLE_RULES: Mapping[str, UnableRule] = MappingProxyType(
    {
        "no_access": _dispatcher,
        "locked_gate": _dispatcher,
        "dog": _dispatcher,
        "unsafe": _unsafe,
        "meter_not_found": _not_found,
        "buried_or_flooded": _repair,
        "wrong_meter": _wrong_meter,
        "valve_inoperable": _repair,
        "customer_refused": _refused,
        "medical_claim": _medical,
        "customer_absent": _dispatcher,
        "not_ready": _dispatcher,
        "weather": _dispatcher,
        "time_expired": _dispatcher,
        "proof_of_payment_shown": _proof,
    }
)
"""Every unable reason and what it leads to."""


def judge_unable(visit: Visit, order_type: OrderType) -> Judgement:
    """Judge an `unable` event. An unknown reason is a blocking case, never an error."""
    verdict = Verdict(visit)
    given = visit.event.body.get("reason")
    reason = given if isinstance(given, str) and given in UNABLE_RULES else None
    _keep_read(verdict)
    if reason is None:
        verdict.case("outcome_unknown", outcome=str(given)[:40])
        return verdict.judgement("unable", Command.COMPLETE_WITH_EXCEPTION)
    if reason in visit.rules.setting("visit_fee").get("unable_reasons", ()):
        verdict.fees(order_type.fees, "visited")
    command = UNABLE_RULES[reason](verdict, order_type)
    judgement = verdict.judgement(reason, command)
    if command in {Command.COMPLETE_WITH_EXCEPTION, Command.COMPLETE}:
        return judgement
    key = "held" if command is Command.HOLD_FROM_FIELD else "unable"
    message = Message.of(f"ack.{key}", reason=reason)
    return Judgement(judgement.outcome, message, judgement.consequences, command)


def wrong_meter(verdict: Verdict, order_type: OrderType) -> None:
    """The meter seen is not the one on record: a case naming where its serial belongs, and the order
    that checks the records, unless this is it."""
    visit = verdict.visit
    seen = visit.serial_seen
    other = visit.situation.meters.get(seen) if seen else None
    verdict.case(
        "serial_mismatch",
        seen=seen,
        installed=visit.situation.installed.serial if visit.situation.installed else None,
        elsewhere=other.installed_at if other else None,
    )
    verdict.follow(
        order_type,
        "wrong_meter",
        Message("follow.verify_meter"),
        priority=70,
        extra={"reason": "wrong_meter", "serial_seen": seen},
    )


def _keep_read(verdict: Verdict) -> None:
    """A read taken although the work could not be done is still a read of the installed meter."""
    visit = verdict.visit
    value, installed = visit.event.body.get("read"), visit.situation.installed
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or installed is None:
        return
    if visit.serial_seen in {None, installed.serial}:
        verdict.read(value, installed, "special")


def _remarks(verdict: Verdict) -> str | None:
    given = verdict.visit.event.body.get("remarks")
    return given if isinstance(given, str) else None
