"""Disconnect for non-payment: the service is cut, or the customer pays at the door and it stays on."""

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.judgement.consequences import Judgement, SetServicePoint
from workorders.judgement.cuts import cut_elsewhere, judge_cut, wrong_premise
from workorders.judgement.descriptors import (
    Choice,
    Field,
    FieldType,
    FollowOn,
    OrderType,
    PostingRule,
    RemoteWay,
)
from workorders.judgement.forms import REMARKS, SEAL, SERIAL, VISIT_REASONS, choice, lock, photo, read
from workorders.judgement.lifecycle import Command
from workorders.judgement.traits import ServiceChange
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit


def judge(visit: Visit) -> Judgement:
    """Cut or collected. A cut is a fact; whether it was right decides fees, reconnect and review."""
    verdict = Verdict(visit)
    command: Command | None = None
    if not _was_cut(visit):
        outcome = _collected(visit, verdict)
    elif (other := cut_elsewhere(visit)) is not None:
        outcome, command = wrong_premise(visit, verdict, ORDER_TYPE, other)
    else:
        verdict.do(
            SetServicePoint(
                "off_np", visit.at, lock=visit.answers.get("lock"), seal=visit.answers.get("seal")
            )
        )
        verdict.read(visit.answers.get("read"), visit.meter, "special")
        if visit.point.state in {"off", "off_np"}:
            verdict.case("already_off", blocking=False)
        if visit.answers.get("proof_shown"):
            verdict.case("proof_shown_but_cut", blocking=False)
        outcome = judge_cut(visit, verdict, ORDER_TYPE)
    return verdict.judgement(outcome, command)


def _was_cut(visit: Visit) -> bool:
    answered = visit.answers.get("cut_made")
    if answered is not None:
        return bool(answered)
    left = visit.event.body.get("left")
    # A tuple, because a tablet may have written anything here, and a list has no hash.
    return left == "off" if left in ("on", "off") else visit.outcome != "collected"


def _collected(visit: Visit, verdict: Verdict) -> str:
    """Left on: right when enough was paid, else by the policy's floor, else a human decides."""
    verdict.read(visit.answers.get("read"), visit.meter, "special", required=False)
    if _visit_was_needed(visit):
        verdict.fees(ORDER_TYPE.fees, "visited")
    policy = visit.rules.payment_policy()
    floor = policy.floor_cents if policy is not None else 0
    if visit.satisfied(visit.at) or visit.order.cancelled_at is not None:
        return "collected"
    paid = visit.paid_cents
    needed = paid + visit.needed_cents(visit.at)
    if 0 < floor <= paid:
        verdict.case("partial_payment", blocking=False, paid=paid, needed=needed, floor=floor)
    else:
        verdict.case("left_on_underpaid", paid=paid, needed=needed)
    return "collected"


def _visit_was_needed(visit: Visit) -> bool:
    """Neither paid elsewhere nor called off before the technician took the money at this door.

    The payment at the door calls the order off by itself; the visit that brought it is still charged.
    """
    account, cancelled = visit.account, visit.order.cancelled_at
    if account is None:
        return cancelled is None
    here = [p for p in account.payments if p.order == visit.order.number and p.at <= visit.at]
    first = min((p.at for p in here), default=visit.at)
    if cancelled is not None and (not here or cancelled < first):
        return False
    return not visit.satisfied(visit.at, without=here)


ORDER_TYPE = OrderType(
    code="disconnect_np",
    title="Disconnect for non-payment",
    about="The service is cut for an unpaid bill, unless the customer pays at the door.",
    skills=("water",),
    minutes=20,
    extra=(
        Field(name="notice_ids", title="Notices it rests on", type=FieldType.IDS),
        Field(name="checks_allowed", title="Checks allowed", type=FieldType.YES_NO),
    ),
    fields=(
        choice(
            "contact",
            "Contact",
            {
                "nobody": "Nobody home",
                "customer": "Customer",
                "other_adult": "Another adult",
                "tenant": "Tenant",
            },
            section="At the door",
        ),
        Field(
            name="proof_shown",
            title="Was proof of payment shown?",
            type=FieldType.YES_NO,
            required=True,
            help="If so, do not cut: report proof of payment shown.",
            section="At the door",
        ),
        Field(
            name="cut_made",
            title="Was the service cut?",
            type=FieldType.YES_NO,
            required=True,
            help="Answer no when the customer paid and the service stays on.",
            section="Cut",
        ),
        choice(
            "cut_method",
            "How it was cut",
            {
                "curb_stop": "Curb stop",
                "meter_valve": "Valve at the meter",
                "meter_lock": "Lock on the meter",
            },
            section="Cut",
            only_if=("cut_made", True),
        ),
        Field(
            name="tag_left",
            title="Was a tag left?",
            type=FieldType.YES_NO,
            required=True,
            section="Cut",
            only_if=("cut_made", True),
        ),
        SERIAL,
        read("Read when cut", only_if=("cut_made", True)),
        lock(only_if=("cut_made", True), required=True),
        SEAL,
        photo("photo", "Photo of the lock", only_if=("cut_made", True)),
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Service cut", needs=("cut_made", True)),
        Choice("collected", "Paid at the door, left on", needs=("cut_made", False)),
    ),
    unable_reasons=(
        *VISIT_REASONS,
        "valve_inoperable",
        "customer_refused",
        "medical_claim",
        "proof_of_payment_shown",
    ),
    judge=judge,
    fees=("field_visit",),
    fee_needs_photo=(("fee_field_visit", "photo"),),
    checks=(
        "The cut rules at the instant of the cut: age and amount of the debt, notices, weekday, holiday, "
        "hour, forecast, medical and other holds, the order's authority.",
        "Paid or called off before the cut: wrongful; after it: valid.",
        "A meter of another service point: the wrong premise was cut.",
        "Left on: enough was paid at the door.",
    ),
    postings=(PostingRule("fee_field_visit", "cut, or visited and paid", (("AR", "SVC"),)),),
    follow_ons=(
        FollowOn("reconnect", "paid or called off after the cut: urgent, normal fees", ("paid", "released")),
        FollowOn(
            "reconnect", "the cut was wrongful: at once, at no charge", ("wrongful_cut", "wrong_premise")
        ),
        FollowOn("verify", "a lock check, when the rules set its days", ("lock_check",)),
        CHECK_RECORDS,
    ),
    collects_payment=True,
    service=ServiceChange.CUT,
    findings=("wrongful_cut",),
    cuts=("cut_made", True),
    door_checks=(
        "Knock and say why you are here, as the district's notices announced.",
        "Proof of payment is shown: do not cut, report proof of payment shown.",
        "Someone says that a person here depends on the service for their health: do not cut, report it.",
        "The meter's serial is the one on this order.",
    ),
    remote=RemoteWay("disconnect", {"cut_made": True, "proof_shown": False}),
)
