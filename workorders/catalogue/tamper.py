"""Tamper: usage while off, a broken lock or a bypass is looked into and made safe."""

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.grammar.money import rounded
from workorders.grammar.numbers import READ_MAX
from workorders.judgement.charging import fee_entry
from workorders.judgement.consequences import Consequence, Judgement, Post, SetServicePoint
from workorders.judgement.descriptors import Field, FieldType, OrderType, PostingRule
from workorders.judgement.forms import (
    DONE,
    REMARKS,
    SEAL,
    SERIAL,
    VISIT_REASONS,
    choice,
    left_on,
    lock,
    photo,
    read,
)
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.messages.words_en import TAMPERING
from workorders.policy import fees


def judge(visit: Visit) -> Judgement:
    """How the service was left is a fact; every charge waits for the office's approval."""
    verdict = Verdict(visit)
    verdict.read(visit.answers.get("read"), visit.meter, "special", required=False)
    left = visit.answers.get("left_on")
    if left is not None:
        off = visit.point.state if visit.point.state in {"off", "off_np"} else "off"
        state = "on" if left else off
        verdict.do(
            SetServicePoint(state, visit.at, lock=visit.answers.get("lock"), seal=visit.answers.get("seal"))
        )
    kind = visit.answers.get("bypass_kind")
    if kind in (None, "none"):
        return verdict.judgement("no_tampering" if kind else "completed")
    verdict.case("tamper_approval", blocking=False, kind=kind, then=_charges(visit))
    return verdict.judgement("tampering")


def _charges(visit: Visit) -> tuple[Consequence, ...]:
    """The tampering fee and the price of what ran while the service was off."""
    account = visit.account
    if account is None or visit.order.no_charge:
        return ()
    due = fees.due(
        ORDER_TYPE.fees,
        "completed",
        visit.rules,
        account,
        service=visit.point.service,
        no_charge=False,
        posted=visit.order.entries,
    )
    charges: list[Consequence] = [p for p in map(fee_entry, due) if p is not None]
    units = visit.cents("usage_while_off")
    rate = visit.rules.usage_rate(visit.point.service, account.rate_class)
    cents = rounded(units * rate.cents_per_thousand, 1000) if rate is not None else 0
    if cents > 0:
        charges.append(Post("back_bill", Message.of("entry.back_bill", units=units), (("AR", "REV", cents),)))
    return tuple(charges)


ORDER_TYPE = OrderType(
    code="tamper",
    title="Tampering",
    about="Usage while off, a broken lock or a bypass is looked into and made safe.",
    skills=("water",),
    minutes=40,
    extra=(
        choice(
            "reason",
            "Reason",
            {
                "usage_while_off": "Usage while off",
                "lock_broken": "Found on",
                "report": "Reported",
            },
            in_field=True,
        ),
        Field(
            name="usage_while_off",
            title="Units used while off",
            type=FieldType.READ,
            max=READ_MAX,
            in_field=True,
        ),
        Field(name="last_lock", title="Last lock", type=FieldType.TEXT, max=40, in_field=True),
        Field(name="last_seal", title="Last seal", type=FieldType.TEXT, max=40, in_field=True),
    ),
    fields=(
        SERIAL,
        read(required=False),
        photo("photo_before", "Photo before you touch anything", section="Findings"),
        choice("bypass_kind", "What was found", TAMPERING, section="Findings"),
        Field(
            name="evidence",
            title="Evidence taken, and who keeps it",
            type=FieldType.TEXT,
            max=200,
            section="Findings",
        ),
        left_on(),
        lock(),
        SEAL,
        photo("photo_after", "Photo when you leave"),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_refused"),
    judge=judge,
    pickups={"tampering": {"reason": "report"}},
    fees=("tamper",),
    fees_by_finding=("tamper",),
    checks=("Two photos: before and after.",),
    postings=(
        PostingRule("fee_tamper", "the office approves", (("AR", "SVC"),)),
        PostingRule("back_bill", "the office approves: usage while off", (("AR", "REV"),)),
    ),
    follow_ons=(CHECK_RECORDS,),
    findings=("tamper_approval",),
)
