"""Investigate: a leak, a high bill, low pressure or a complaint is looked into."""

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.grammar.money import rounded
from workorders.judgement.consequences import Judgement, Post
from workorders.judgement.descriptors import Field, FieldType, FollowOn, OrderType, PostingRule
from workorders.judgement.forms import DONE, REMARKS, SERIAL, VISIT_REASONS, choice, photo, read
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message


def judge(visit: Visit) -> Judgement:
    """Nothing is posted by itself: a leak adjustment is proposed, and repairs or a test are raised."""
    verdict = Verdict(visit)
    verdict.read(visit.answers.get("read"), visit.meter, "special")
    leaking = bool(visit.answers.get("leak_dial_moving"))
    side = visit.answers.get("side")
    if leaking and side == "customer":
        _propose_adjustment(visit, verdict)
    if side == "district":
        verdict.case("repair_needed", blocking=False, reason=Message("repair.district_leak"))
    if visit.given("complaint") == "low_pressure" and visit.answers.get("pressure") is not None:
        psi = visit.answers["pressure"]
        if psi < LOW_PSI:
            reason = Message.of("repair.low_pressure", psi=psi)
            verdict.case("repair_needed", blocking=False, reason=reason)
    if visit.answers.get("meter_suspect"):
        verdict.follow(
            ORDER_TYPE,
            "meter_suspect",
            Message("follow.test_suspect"),
            extra={"kind": "suspicion", "place": "field"},
        )
    return verdict.judgement("completed")


LOW_PSI = 20
"""Below this at the tap backflow threatens; the figure most states' drinking water rules name."""


def _propose_adjustment(visit: Visit, verdict: Verdict) -> None:
    """The policy's share of the price of what ran above the usual, for a CSR to approve."""
    meter, value, account = visit.meter, visit.answers.get("read"), visit.account
    percent = int(visit.rules.setting("leak_adjustment").get("percent", 0))
    if meter is None or value is None or account is None or not percent:
        return
    check = visit.check(value, meter)
    rate = visit.rules.usage_rate(visit.point.service, account.rate_class)
    if check.usage is None or check.estimate is None or rate is None:
        return
    units = max(0, round(check.usage - check.estimate.units))
    cents = rounded(units * rate.cents_per_thousand * percent, 100_000)
    if cents > 0:
        post = Post("leak_adjustment", Message("entry.leak_adjustment"), (("REV", "AR", cents),))
        verdict.case("leak_adjustment", blocking=False, cents=cents, units=units, then=(post,))


ORDER_TYPE = OrderType(
    code="investigate",
    title="Investigate",
    about="A leak, a high bill, low pressure or a complaint is looked into.",
    skills=("water",),
    minutes=40,
    extra=(
        choice(
            "complaint",
            "Complaint",
            {
                "leak": "Leak",
                "no_water": "No water",
                "high_bill": "High bill",
                "low_pressure": "Low pressure",
                "other": "Other",
            },
            in_field=True,
        ),
        Field(name="details", title="What the customer says", type=FieldType.TEXT, in_field=True),
    ),
    fields=(
        SERIAL,
        read(),
        Field(
            name="leak_dial_moving",
            title="Does the leak dial move with the house valve shut?",
            type=FieldType.YES_NO,
            required=True,
            section="Findings",
        ),
        choice(
            "side",
            "Where is the fault?",
            {"none": "No fault found", "customer": "Customer's side", "district": "District's side"},
            section="Findings",
        ),
        Field(
            name="pressure",
            title="Pressure",
            type=FieldType.NUMBER,
            unit="psi",
            min=0,
            max=300,
            section="Findings",
        ),
        Field(
            name="flow", title="Flow", type=FieldType.NUMBER, unit="gpm", min=0, max=5000, section="Findings"
        ),
        Field(name="meter_suspect", title="Is the meter suspect?", type=FieldType.YES_NO, section="Findings"),
        photo("photo", "Photo", required=False),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=(*VISIT_REASONS, "customer_absent", "customer_refused"),
    judge=judge,
    pickups={"leak": {"complaint": "leak"}, "request": {"complaint": "other"}},
    checks=("The read is plausible.",),
    postings=(PostingRule("leak_adjustment", "a CSR approves the proposal", (("REV", "AR"),)),),
    follow_ons=(FollowOn("meter_test", "the meter is suspect", ("meter_suspect",)), CHECK_RECORDS),
)
