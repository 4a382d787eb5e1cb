"""Exchange: the meter comes out, another from this technician's van goes in, with both reads."""

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.judgement.consequences import Judgement, SetServicePoint
from workorders.judgement.descriptors import Choice, Field, FieldType, FollowOn, OrderType, PostingRule
from workorders.judgement.forms import REMARKS, SEAL, VISIT_REASONS, choice, new_meter, old_meter
from workorders.judgement.swaps import left_unmetered, new_meter_of, put_in, take_out
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit


def judge(visit: Visit) -> Judgement:
    """Old out, new in, each with its read; what the records speak against waits, nothing is overwritten."""
    verdict = Verdict(visit)
    old_out = take_out(visit, verdict, ORDER_TYPE)
    if not visit.answers.get("new_in", visit.outcome == "completed"):
        left_unmetered(visit, verdict, ORDER_TYPE)
        return verdict.judgement("partial")
    new = new_meter_of(visit)
    if new is None:
        verdict.case("new_meter_unread")
    else:
        put_in(visit, verdict, new, old_out=old_out)
    if visit.point.state == "unmetered" and visit.answers.get("left_on") is not False:
        verdict.do(SetServicePoint("on", visit.at, seal=visit.answers.get("seal")))
    elif visit.answers.get("seal") or visit.answers.get("left_on") is False:
        state = (
            "off"
            if visit.answers.get("left_on") is False and visit.point.state == "on"
            else visit.point.state
        )
        verdict.do(SetServicePoint(state, visit.at, seal=visit.answers.get("seal")))
    return verdict.judgement("completed")


ORDER_TYPE = OrderType(
    code="exchange",
    title="Exchange meter",
    about="The meter comes out and another goes in, with both reads.",
    skills=("water",),
    minutes=25,
    extra=(
        choice(
            "reason",
            "Reason",
            {
                "age": "Age",
                "condition": "Condition",
                "complaint": "Complaint",
                "suspicion": "Suspicion",
                "test_failed": "Failed its test",
                "size": "Other size",
                "finish": "Old meter is out already",
            },
            in_field=True,
        ),
        Field(name="van_stock", title="Meter to take along", type=FieldType.SERIAL, in_field=True),
    ),
    fields=(
        *old_meter(
            condition={"good": "Good", "worn": "Worn", "damaged": "Damaged", "tampered": "Tampered with"}
        ),
        Field(
            name="new_in",
            title="Is the new meter in?",
            type=FieldType.YES_NO,
            required=True,
            help="Answer no when the old one is out and the new one could not be set.",
            section="New meter",
        ),
        *new_meter(("new_in", True)),
        Field(
            name="left_on",
            title="Is the service left on?",
            type=FieldType.YES_NO,
            means="left",
            section="Service",
        ),
        SEAL,
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Done", needs=("new_in", True)),
        Choice("partial", "Old meter out, new meter not in", needs=("new_in", False)),
    ),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_refused", "customer_absent"),
    judge=judge,
    checks=(
        "The old serial is the installed one.",
        "The new meter is on this technician's van, is installed nowhere, and fits service and size.",
        "The old meter is out before the new one is in.",
        "Usage over an exchange is the old meter's part and the new meter's part.",
    ),
    postings=(PostingRule("plant", "the new meter is in and meters are capitalised", (("PLANT", "STOCK"),)),),
    follow_ons=(
        FollowOn("exchange", "old meter out, new meter not in: urgent", ("unmetered",)),
        FollowOn("meter_test", "the old meter was doubted and is held", ("held_for_test",)),
        CHECK_RECORDS,
    ),
    takes_meter_from_van="van_stock",
)
