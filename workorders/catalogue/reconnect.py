"""Reconnect: service cut for non-payment comes back."""

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.grammar.money import DEPOSIT_MAX_CENTS
from workorders.judgement.consequences import Judgement
from workorders.judgement.descriptors import (
    Choice,
    Field,
    FieldType,
    FollowOn,
    OrderType,
    PostingRule,
    RemoteWay,
)
from workorders.judgement.forms import (
    DIAL_MOVING,
    REMARKS,
    SEAL,
    SERIAL,
    VISIT_REASONS,
    left_on,
    photo,
    read,
)
from workorders.judgement.service_on import turned_on
from workorders.judgement.traits import Meets, ServiceChange, Whose
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit


def judge(visit: Visit) -> Judgement:
    """Service on, the fee and deposit unless the order is free; or left off for another visit."""
    verdict = Verdict(visit)
    if visit.given("payment_satisfied") is False:
        verdict.case("fees_unpaid", blocking=False)
    command = turned_on(
        visit, ORDER_TYPE, verdict, read_kind="special", tolerance_units=tolerance_units(visit)
    )
    return verdict.judgement("left_off" if command else "completed", command)


def tolerance_units(visit: Visit) -> int:
    """Units that may run while the service is off before somebody looks into it; 0 without a setting."""
    return int(visit.rules.setting(ORDER_TYPE.code).get("usage_tolerance_units", 0))


ORDER_TYPE = OrderType(
    code="reconnect",
    title="Reconnect",
    about="Service that was cut for non-payment comes back.",
    skills=("water",),
    minutes=20,
    extra=(
        Field(name="payment_satisfied", title="Payment satisfied", type=FieldType.YES_NO, required=True),
        Field(name="promise_by", title="Promised by", type=FieldType.INSTANT, in_field=True),
        Field(name="deposit_cents", title="Deposit to bill", type=FieldType.CENTS, max=DEPOSIT_MAX_CENTS),
    ),
    holds_unless="payment_satisfied",
    fields=(
        Field(
            name="somebody_home",
            title="Is the customer present?",
            type=FieldType.YES_NO,
            required=True,
            section="At the door",
        ),
        SERIAL,
        read("Read when turned on"),
        DIAL_MOVING,
        left_on(),
        SEAL,
        photo("photo", "Photo of the dial", required=False),
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Done", needs=("left_on", True)),
        Choice("left_off", "Left off", needs=("left_on", False)),
    ),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_absent", "customer_refused"),
    judge=judge,
    fees=("reconnect",),
    checks=("The read is compared with the off-read.", "Service already on costs nothing."),
    postings=(
        PostingRule("fee_reconnect", "turned on, unless the order is free", (("AR", "SVC"),)),
        PostingRule("deposit", "turned on and a deposit is due", (("AR", "DEP"),)),
    ),
    follow_ons=(
        FollowOn("tamper", "the read is above the off-read", ("usage_while_off",)),
        CHECK_RECORDS,
    ),
    service=ServiceChange.RESTORE,
    supersedes=(Meets(ServiceChange.CUT, Whose.SAME_ACCOUNT),),
    remote=RemoteWay("connect", {"left_on": True}),
)
