"""Reread: a read is doubted, by the customer, the bill check or the office."""

from datetime import timedelta

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.facts import MeterFacts, ReadFacts
from workorders.grammar.numbers import READ_MAX
from workorders.judgement.consequences import Judgement
from workorders.judgement.descriptors import Field, FieldType, FollowOn, OrderType, PostingRule, RemoteWay
from workorders.judgement.forms import DIAL_MOVING, DONE, REMARKS, SERIAL, VISIT_REASONS, choice, photo, read
from workorders.judgement.rebilling import check_without, rebill
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.metering.registers import fits, usage


def judge(visit: Visit) -> Judgement:
    """Confirm the doubted read, or supersede it and correct its bill; then what the visit showed besides."""
    verdict = Verdict(visit)
    value, meter = visit.answers.get("read"), visit.meter
    first = _disputed(visit)
    outcome = "completed"
    if value is None or meter is None or first is None:
        verdict.read(value, meter, "special")
    elif _agrees(visit, meter, first, value):
        outcome = "confirmed"
        verdict.read(value, meter, "special")
        if visit.given("requested_by_customer"):
            verdict.fees(ORDER_TYPE.fees, "completed")
        if visit.given("flag_reason") == "high":
            verdict.case("confirmed_high_read", blocking=False, value=value)
    else:
        outcome = _correct(visit, verdict, meter, first, value)
    _follow(visit, verdict)
    return verdict.judgement(outcome)


def _disputed(visit: Visit) -> ReadFacts | None:
    """The read that is doubted: the one with the disputed value, else the latest one before the visit."""
    meter = visit.meter
    if meter is None:
        return None
    known = [r for r in visit.situation.reads if r.serial == meter.serial and r.at < visit.at]
    wanted = visit.given("disputed_read")
    matching = [r for r in known if r.value == wanted]
    return (
        matching[-1] if matching else max(known, key=lambda r: r.at, default=None) if wanted is None else None
    )


def _agrees(visit: Visit, meter: MeterFacts, first: ReadFacts, value: int) -> bool:
    """The dials went on from the first read by no more than a household uses in the time between.

    The pace is that of the history without the first read, because a wrong read would vouch for itself.
    """
    if not (fits(value, meter.dials) and fits(first.value, meter.dials)):
        return False
    since = usage(value, first.value, meter.dials, meter.multiplier)
    tolerance = int(visit.rules.setting(ORDER_TYPE.code).get("agrees_within_units", 0))
    if since <= tolerance:
        return True
    expected = check_without(visit, meter, first, value).estimate
    if expected is None or expected.previous.at >= first.at:
        return False
    span = (visit.at - expected.previous.at) / timedelta(days=1)
    share = ((visit.at - first.at) / timedelta(days=1)) / span
    return since <= max(float(tolerance), expected.high * share)


def _correct(visit: Visit, verdict: Verdict, meter: MeterFacts, first: ReadFacts, value: int) -> str:
    """The first read was wrong: the reread supersedes it when it fits the history, and the bill follows."""
    check = check_without(visit, meter, first, value)
    if not check.believed or check.finding == "no_previous":
        verdict.read(value, meter, "special")
        verdict.case("reread_unclear", value=value, first=first.value)
        return "completed"
    verdict.read(value, meter, "special", supersedes=first.source, check=check)
    if first.billed:
        rebill(visit, verdict, meter, first, check)
    return "corrected"


def _follow(visit: Visit, verdict: Verdict) -> None:
    if visit.answers.get("dial_moving") and visit.answers.get("taps_closed"):
        verdict.follow(
            ORDER_TYPE,
            "leak",
            Message("follow.leak"),
            priority=60,
            extra={"complaint": "leak"},
        )
    if visit.answers.get("meter_condition", "good") != "good":
        verdict.follow(
            ORDER_TYPE,
            "meter_condition",
            Message("follow.meter_condition"),
            extra={"reason": "condition"},
        )


ORDER_TYPE = OrderType(
    code="reread",
    title="Reread",
    about="A read is doubted; read again, with a photo.",
    skills=("water",),
    minutes=10,
    extra=(
        choice(
            "flag_reason",
            "Why it is doubted",
            {
                "high": "High",
                "low": "Low",
                "zero": "No usage",
                "below_previous": "Below the previous read",
                "complaint": "Complaint",
                "estimate": "Follows an estimate",
            },
            in_field=True,
        ),
        Field(name="disputed_read", title="Disputed read", type=FieldType.READ, max=READ_MAX, in_field=True),
        Field(
            name="requested_by_customer",
            title="Requested by the customer",
            type=FieldType.YES_NO,
            in_field=True,
        ),
    ),
    fields=(
        SERIAL,
        read(),
        DIAL_MOVING,
        Field(
            name="taps_closed",
            title="Are all taps closed?",
            type=FieldType.YES_NO,
            only_if=("dial_moving", True),
            section="Meter",
        ),
        choice(
            "meter_condition",
            "Condition of the meter",
            {"good": "Good", "hard_to_read": "Hard to read", "damaged": "Damaged"},
            section="Meter",
        ),
        photo("photo", "Photo of the dial"),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=VISIT_REASONS,
    judge=judge,
    pickups={"request": {"flag_reason": "complaint"}},
    answers_findings={
        "high": {"flag_reason": "high"},
        "use_while_off": {"flag_reason": "high"},
        "low": {"flag_reason": "low"},
        "zero": {"flag_reason": "zero"},
        "stopped": {"flag_reason": "zero"},
        "reversed": {"flag_reason": "below_previous"},
    },
    fees=("reread_request",),
    fees_by_finding=("reread_request",),
    checks=(
        "The reread agrees with the first read when the dials went on by no more than usual: confirmed.",
        "Otherwise it supersedes the first read if it fits the history without it; if neither fits, a human "
        "decides.",
    ),
    postings=(
        PostingRule(
            "rebill",
            "the wrong read was billed: taken back, then billed right",
            (("REV", "AR"), ("AR", "REV")),
        ),
        PostingRule("fee_reread_request", "asked for by the customer and confirmed", (("AR", "SVC"),)),
    ),
    follow_ons=(
        FollowOn("investigate", "the dial moves with every tap closed", ("leak",)),
        FollowOn("exchange", "the meter is damaged or hard to read", ("meter_condition",)),
        CHECK_RECORDS,
    ),
    remote=RemoteWay("read"),
)
