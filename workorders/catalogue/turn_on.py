"""Turn on: a customer moves in, or service that was off at the owner's wish starts again."""

from workorders.catalogue.reconnect import tolerance_units
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
    """Service on and the start read, the connect fee and the deposit; or left off for another visit."""
    verdict = Verdict(visit)
    if visit.given("fees_paid") is False:
        verdict.case("fees_unpaid", blocking=False)
    command = turned_on(visit, ORDER_TYPE, verdict, read_kind="start", tolerance_units=tolerance_units(visit))
    return verdict.judgement("left_off" if command else "completed", command)


ORDER_TYPE = OrderType(
    code="turn_on",
    title="Turn on",
    about="A customer moves in, or service that was off starts again.",
    skills=("water",),
    minutes=20,
    extra=(
        Field(name="start_date", title="Start date", type=FieldType.DATE, required=True, in_field=True),
        Field(name="fees_paid", title="Fees paid", type=FieldType.YES_NO, required=True),
        Field(name="deposit_cents", title="Deposit to bill", type=FieldType.CENTS, max=DEPOSIT_MAX_CENTS),
        Field(
            name="may_be_on",
            title="May be on already: take the read",
            type=FieldType.YES_NO,
            in_field=True,
        ),
    ),
    holds_unless="fees_paid",
    fields=(
        SERIAL,
        read("Read when turned on"),
        DIAL_MOVING,
        Field(
            name="somebody_home",
            title="Is somebody home?",
            type=FieldType.YES_NO,
            required=True,
            only_if=("dial_moving", True),
            help="If the dial moves and nobody is home, leave the service off.",
            section="Service",
        ),
        left_on(),
        SEAL,
        photo("photo", "Photo of the dial", required=False),
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Done", needs=("left_on", True)),
        Choice("left_off", "Left off", needs=("left_on", False)),
    ),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_absent", "customer_refused", "not_ready"),
    judge=judge,
    fees=("connect",),
    checks=(
        "The service point is off by the records; if not, the office gets a case and nothing is charged, "
        "unless the visit was for the read of a service that may be on.",
        "Dial moving and nobody home: left off; leaving it on becomes a case for the office.",
        "The on-read is compared with the off-read.",
    ),
    postings=(
        PostingRule("fee_connect", "turned on", (("AR", "SVC"),)),
        PostingRule("deposit", "turned on and a deposit is due", (("AR", "DEP"),)),
    ),
    follow_ons=(
        FollowOn("tamper", "the on-read is above the off-read", ("usage_while_off",)),
        CHECK_RECORDS,
    ),
    service=ServiceChange.START,
    # The newer customer's event wins over a collection order; both reads of a move are served by one visit.
    supersedes=(
        Meets(ServiceChange.CUT, Whose.OTHER_ACCOUNT),
        Meets(ServiceChange.RESTORE, Whose.OTHER_ACCOUNT),
    ),
    stands_beside=(Meets(ServiceChange.STOP, Whose.OTHER_ACCOUNT),),
    remote=RemoteWay("connect", {"left_on": True}),
)
