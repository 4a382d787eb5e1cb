"""Turn off: a customer moves out; the final read closes the account's bill."""

from datetime import timedelta

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.facts import OtherOrder
from workorders.grammar.money import rounded
from workorders.judgement.consequences import Judgement, MoveAgreement, Post, SetServicePoint
from workorders.judgement.descriptors import Field, FieldType, FollowOn, OrderType, PostingRule, RemoteWay
from workorders.judgement.forms import DONE, REMARKS, SEAL, SERIAL, VISIT_REASONS, left_on, lock, photo, read
from workorders.judgement.traits import Meets, ServiceChange, Whose
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message


def judge(visit: Visit) -> Judgement:
    """The final read, the deposit back on the account, the credit ready for refund, the service off."""
    verdict = Verdict(visit)
    successor = _successor(visit)
    used = verdict.read(visit.answers.get("read"), visit.meter, "final", flags=_other_uses(visit, successor))
    left = bool(visit.answers.get("left_on", False))
    asked_on = visit.given("leave_on") is True
    if not left:
        verdict.do(
            SetServicePoint("off", visit.at, lock=visit.answers.get("lock"), seal=visit.answers.get("seal"))
        )
        if visit.point.state in {"off", "off_np"}:
            verdict.case("already_off", blocking=False)
        elif asked_on:
            verdict.case("off_although_left_on", blocking=False)
    elif successor is None and not asked_on:
        verdict.case("left_on_after_turn_off", blocking=False)
    if successor is not None:
        verdict.case("successor_same_day", blocking=False, order=successor.number, left_on=left)
    verdict.do(MoveAgreement("stop", visit.at))
    _settle(visit, verdict, used)
    return verdict.judgement("completed")


def _successor(visit: Visit) -> OtherOrder | None:
    """The next customer's turn_on of the same day: one read serves both, no second trip."""
    own = visit.account.number if visit.account else None
    for other in visit.point.other_orders:
        if other.change == ServiceChange.START and other.account != own and other.due_on == visit.day:
            return other
    return None


def _other_uses(visit: Visit, successor: OtherOrder | None) -> tuple[str, ...]:
    days = int(visit.rules.setting(ORDER_TYPE.code).get("scheduled_read_days", 0))
    near = visit.point.next_read_on
    flags = []
    if near is not None and abs(near - visit.day) <= timedelta(days=days):
        flags.append("serves_scheduled_read")
    if successor is not None:
        flags.append("serves_successor")
    return tuple(flags)


def _settle(visit: Visit, verdict: Verdict, used: int | None) -> None:
    """Deposit to the account; what is left to the customer waits until the final bill is on the account."""
    account = visit.account
    if account is None or visit.given("keep_deposit") is True:
        return
    verdict.post("deposit_back", Message("entry.deposit_back"), ("DEP", "AR", account.deposit_cents))
    rate = visit.rules.usage_rate(visit.point.service, account.rate_class)
    last_bill = rounded(used * rate.cents_per_thousand, 1000) if used is not None and rate is not None else 0
    credit = max(account.deposit_cents, 0) - account.balance_cents - last_bill
    if credit > 0:
        verdict.case(
            "final_credit",
            blocking=False,
            cents=credit,
            final_usage_cents=last_bill,
            then=(Post("refund", Message("entry.refund"), (("AR", "REFUND", credit),)),),
        )


ORDER_TYPE = OrderType(
    code="turn_off",
    title="Turn off",
    about="A customer moves out; the final read closes the bill.",
    skills=("water",),
    minutes=20,
    extra=(
        Field(name="stop_date", title="Stop date", type=FieldType.DATE, required=True, in_field=True),
        Field(name="forwarding_address", title="Forwarding address", type=FieldType.TEXT, max=200),
        Field(
            name="leave_on",
            title="Leave the service on, take the read",
            type=FieldType.YES_NO,
            in_field=True,
        ),
        Field(
            name="keep_deposit",
            title="The deposit stays for other service of the account",
            type=FieldType.YES_NO,
        ),
    ),
    fields=(
        SERIAL,
        read("Final read"),
        left_on("Is the service left on for the next customer?"),
        lock(only_if=("left_on", False), required=True),
        SEAL,
        photo("photo", "Photo of the dial", required=False),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_refused"),
    judge=judge,
    checks=(
        "The final read is there and fits the history.",
        "A turn_on of the next customer on the same day, or a scheduled read nearby, is served by this read.",
        "Left on although it was to be turned off, or the other way round, is a case for the office.",
    ),
    postings=(
        PostingRule("deposit_back", "a deposit is held", (("DEP", "AR"),)),
        PostingRule("refund", "the office accepts the credit once the final bill is in", (("AR", "REFUND"),)),
    ),
    follow_ons=(
        FollowOn("reconnect", "turned off after it was cancelled: restored at no charge", ("released",)),
        CHECK_RECORDS,
    ),
    service=ServiceChange.STOP,
    supersedes=(
        Meets(ServiceChange.CUT, Whose.SAME_ACCOUNT),
        Meets(ServiceChange.RESTORE, Whose.SAME_ACCOUNT),
    ),
    stands_beside=(Meets(ServiceChange.START, Whose.OTHER_ACCOUNT),),
    remote=RemoteWay("disconnect", {"left_on": False}),
)
