"""Removal: the meter is taken away for good, and the service is capped."""

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.judgement.consequences import Judgement, MoveAgreement, SetServicePoint
from workorders.judgement.descriptors import OrderType, PostingRule, Texts
from workorders.judgement.forms import DONE, REMARKS, VISIT_REASONS, choice, old_meter, photo
from workorders.judgement.swaps import take_out
from workorders.judgement.traits import Meets, ServiceChange, Whose
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message

RETURNS = "in_van"
TEMPORARY = "temporary"
"""Reason of an order that ends a temporary service, and its agreement with it."""


def judge(visit: Visit) -> Judgement:
    """The final read, the meter to the van or retired, the service point out of use, the fee."""
    verdict = Verdict(visit)
    meter = visit.situation.installed
    fate = RETURNS if visit.answers.get("meter_goes") == "van" else "retired"
    out = take_out(visit, verdict, ORDER_TYPE, fate=fate)
    verdict.do(SetServicePoint("inactive", visit.at))
    if visit.answers.get("capped") == "open":
        verdict.case("left_uncapped")
    if out and meter is not None and fate == RETURNS:
        policy = visit.rules.setting("meter_plant")
        cents = policy.get("cents_by_size", {}).get(meter.size, 0) if policy.get("capitalise") else 0
        back = Message.of("entry.plant_back", serial=meter.serial)
        verdict.post("plant_back", back, ("STOCK", "PLANT", cents))
    verdict.fees(ORDER_TYPE.fees, "completed")
    if visit.given("reason") == TEMPORARY:
        verdict.do(MoveAgreement("stop", visit.at))
    else:
        verdict.case("service_abandoned", blocking=False)
    return verdict.judgement("completed")


ORDER_TYPE = OrderType(
    code="removal",
    title="Remove meter",
    about="The meter is taken away for good and the service is capped.",
    skills=("water",),
    minutes=35,
    extra=(
        choice(
            "reason",
            "Reason",
            {
                "demolished": "Building demolished",
                "vacant": "Not used any more",
                "combined": "Served by another meter",
                "unpaid": "Long unpaid",
                "hazard": "Hazard",
                TEMPORARY: "Temporary service ends",
            },
            in_field=True,
        ),
    ),
    fields=(
        *old_meter(
            condition={"good": "Good", "worn": "Worn", "damaged": "Damaged", "tampered": "Tampered with"}
        ),
        choice(
            "meter_goes",
            "Where does the meter go?",
            {"van": "Back to the van", "scrap": "Retired"},
            section="Old meter",
            only_if=("old_there", True),
        ),
        choice(
            "capped",
            "How was the service closed?",
            {
                "capped": "Capped at the meter",
                "plugged": "Plugged at the main",
                "locked": "Curb stop shut and locked",
                "open": "Could not be closed",
            },
            section="Service",
        ),
        photo("photo_capped", "Photo of the closed service"),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_refused"),
    judge=judge,
    fees=("removal",),
    checks=("The meter on record is the one that is taken out.", "The service was closed."),
    postings=(
        PostingRule("fee_removal", "the meter is removed", (("AR", "SVC"),)),
        PostingRule(
            "plant_back", "the meter goes back to the van and meters are capitalised", (("STOCK", "PLANT"),)
        ),
    ),
    follow_ons=(CHECK_RECORDS,),
    texts=Texts(
        cases={
            "left_uncapped": (
                "Service could not be closed",
                "The meter is out and the service could not be capped: send somebody with the means.",
            ),
            "service_abandoned": (
                "Service abandoned",
                "The meter is gone: end the agreement, and say when the tap is to be given up.",
            ),
        }
    ),
    service=ServiceChange.REMOVE,
    supersedes=(
        Meets(ServiceChange.CUT, Whose.SAME_ACCOUNT),
        Meets(ServiceChange.CUT, Whose.OTHER_ACCOUNT),
        Meets(ServiceChange.RESTORE, Whose.SAME_ACCOUNT),
    ),
    stands_beside=(
        Meets(ServiceChange.STOP, Whose.SAME_ACCOUNT),
        Meets(ServiceChange.STOP, Whose.OTHER_ACCOUNT),
    ),
    meter_at_start=True,
)
