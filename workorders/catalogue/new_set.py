"""New set: a new service gets its first meter, once the fees are paid and the site is ready."""

from typing import Any

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.grammar.money import DEPOSIT_MAX_CENTS
from workorders.judgement.consequences import Judgement, MoveAgreement, SetServicePoint
from workorders.judgement.descriptors import Choice, Field, FieldType, FollowOn, OrderType, PostingRule, Texts
from workorders.judgement.forms import PLACE_REASONS, REMARKS, SEAL, choice, left_on, lock, new_meter
from workorders.judgement.swaps import new_meter_of, put_in
from workorders.judgement.traits import ServiceChange
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message

REINSPECT_HOURS = 7 * 24.0
"""When somebody looks again at a site that was not ready; what is missing takes a plumber some days."""
READY = ("site_ready", True)


def judge(visit: Visit) -> Judgement:
    """The first meter in, the service as it was left, the fee and the deposit; or another look later."""
    verdict = Verdict(visit)
    if not visit.answers.get("site_ready", visit.outcome == "completed"):
        return _not_ready(visit, verdict)
    if visit.given("fees_paid") is False:
        verdict.case("fees_unpaid", blocking=False)
    new = new_meter_of(visit)
    if new is None:
        verdict.case("new_meter_unread")
    else:
        put_in(visit, verdict, new, old_out=visit.situation.installed is None)
        if visit.given("application") is not None:
            verdict.do(MoveAgreement("start", visit.at))
    left = bool(visit.answers.get("left_on", False))
    verdict.do(
        SetServicePoint(
            "on" if left else "off",
            visit.at,
            lock=None if left else visit.answers.get("lock"),
            seal=visit.answers.get("seal"),
        )
    )
    verdict.fees(("new_set",), "completed")
    if not visit.order.no_charge:
        verdict.post("deposit", Message("entry.deposit"), ("AR", "DEP", visit.cents("deposit_cents")))
    return verdict.judgement("completed")


def _not_ready(visit: Visit, verdict: Verdict) -> Judgement:
    """The trip costs a field visit, and the same is asked again in a week."""
    verdict.fees(("field_visit",), "visited")
    verdict.follow(
        ORDER_TYPE,
        "site_not_ready",
        Message("follow.site_not_ready"),
        due_hours=REINSPECT_HOURS,
        extra=_asked_again(visit),
    )
    return verdict.judgement("not_ready")


def _asked_again(visit: Visit) -> dict[str, Any]:
    """What of the office's input holds for the next visit; the meter is chosen anew on its day."""
    application = visit.given("application")
    again: dict[str, Any] = {"application": application} if isinstance(application, str) else {}
    deposit = visit.cents("deposit_cents")
    return again | ({"deposit_cents": deposit} if deposit <= DEPOSIT_MAX_CENTS and deposit else {})


ORDER_TYPE = OrderType(
    code="new_set",
    title="Set new meter",
    about="A new service gets its first meter.",
    skills=("water",),
    minutes=45,
    extra=(
        Field(name="application", title="Application", type=FieldType.TEXT, max=60, in_field=True),
        Field(name="fees_paid", title="Fees paid", type=FieldType.YES_NO, required=True),
        Field(name="tap_ready", title="Tap made and inspected", type=FieldType.YES_NO, in_field=True),
        Field(name="van_stock", title="Meter to take along", type=FieldType.SERIAL, in_field=True),
        Field(name="deposit_cents", title="Deposit to bill", type=FieldType.CENTS, max=DEPOSIT_MAX_CENTS),
    ),
    holds_unless="fees_paid",
    fields=(
        Field(
            name="site_ready",
            title="Is the site ready for the meter?",
            type=FieldType.YES_NO,
            required=True,
            help="Box set to grade, service line pressure tested, backflow assembly where one is asked for.",
            section="Site",
        ),
        choice(
            "missing",
            "What is missing",
            {
                "meter_box": "Meter box",
                "service_line": "Service line",
                "backflow": "Backflow assembly",
                "permit": "Permit or inspection",
                "other": "Something else",
            },
            section="Site",
            only_if=("site_ready", False),
        ),
        *new_meter(READY),
        left_on(only_if=READY),
        lock(only_if=("left_on", False)),
        SEAL,
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Done", needs=READY),
        Choice("not_ready", "Site not ready", needs=("site_ready", False)),
    ),
    unable_reasons=(*PLACE_REASONS, "wrong_meter", "valve_inoperable", "customer_absent", "not_ready"),
    judge=judge,
    fees=("new_set", "field_visit"),
    fees_by_finding=("field_visit",),
    checks=(
        "The service point has no meter.",
        "The meter is on this technician's van, is installed nowhere, and fits service and size.",
    ),
    postings=(
        PostingRule("fee_new_set", "the meter is set", (("AR", "SVC"),)),
        PostingRule("deposit", "the meter is set and a deposit is due", (("AR", "DEP"),)),
        PostingRule("fee_field_visit", "the site was not ready", (("AR", "SVC"),)),
        PostingRule("plant", "the meter is set and meters are capitalised", (("PLANT", "STOCK"),)),
    ),
    follow_ons=(
        FollowOn("new_set", "the site was not ready: looked at again in a week", ("site_not_ready",)),
        CHECK_RECORDS,
    ),
    texts=Texts(follow_reasons={"site_not_ready": "The site was not ready"}),
    service=ServiceChange.SET,
    takes_meter_from_van="van_stock",
    meter_at_start=False,
    wants_read=False,
    needs_meter=False,
)
