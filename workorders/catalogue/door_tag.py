"""Door tag: the notice that announces a cut is posted at the door; its clock starts there."""

from workorders.judgement.consequences import Judgement, TagPosted
from workorders.judgement.descriptors import Field, FieldType, OrderType, PostingRule, Texts
from workorders.judgement.forms import DONE, PLACE_REASONS, REMARKS, choice, photo
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit

DELIVERED = {"handed": "Handed to somebody", "posted": "Posted on the door"}


def judge(visit: Visit) -> Judgement:
    """The tag counts from now on, and its fee is charged. Not delivered, it stays printed."""
    verdict = Verdict(visit)
    how = visit.answers.get("delivered")
    if how in DELIVERED:
        verdict.do(TagPosted(visit.at))
        verdict.fees(ORDER_TYPE.fees, "completed")
    else:
        verdict.case("tag_not_delivered")
    return verdict.judgement("completed")


ORDER_TYPE = OrderType(
    code="door_tag",
    title="Post door tag",
    about="The door tag that announces a cut is posted; its hours run from then.",
    skills=("water",),
    minutes=6,
    extra=(
        Field(name="notice_ids", title="Door tag on record", type=FieldType.IDS),
        Field(name="amount_cents", title="Amount that avoids the cut", type=FieldType.CENTS, in_field=True),
    ),
    fields=(
        choice("delivered", "How was the tag delivered?", DELIVERED, section="Tag"),
        Field(
            name="handed_to",
            title="Who took it?",
            type=FieldType.TEXT,
            required=True,
            max=80,
            only_if=("delivered", "handed"),
            section="Tag",
        ),
        photo("photo", "Photo of the tag on the door", only_if=("delivered", "posted")),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=PLACE_REASONS,
    judge=judge,
    fees=("door_tag",),
    checks=("The tag hangs at this address (geofence).",),
    postings=(PostingRule("fee_door_tag", "posted or handed over", (("AR", "SVC"),)),),
    texts=Texts(
        cases={
            "tag_not_delivered": (
                "Door tag not delivered",
                "The technician does not say how the tag was delivered; no cut can rest on it.",
            )
        }
    ),
    posts_notice=True,
    wants_read=False,
    needs_meter=False,
    serial_may_differ=True,
)
