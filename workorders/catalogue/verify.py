"""Verify: somebody looks which meter is there and how the service stands; the office corrects the records."""

from workorders.judgement.consequences import Consequence, Judgement, SetServicePoint
from workorders.judgement.descriptors import Field, FieldType, FollowOn, OrderType
from workorders.judgement.forms import DONE, REMARKS, SEAL, choice, lock, photo, read
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message

STATES = {"on": "On", "off": "Off", "unmetered": "No meter", "inactive": "Abandoned"}


def judge(visit: Visit) -> Judgement:
    """Every difference is shown; the corrections wait for the office. A broken lock is looked into."""
    verdict = Verdict(visit)
    seen, installed = visit.serial_seen, visit.situation.installed
    differences: list[Message] = []
    if seen is not None and (installed is None or installed.serial != seen):
        known = visit.situation.meters.get(seen)
        differences.append(
            Message.of("differs.meter", seen=seen, installed=installed.serial)
            if installed is not None
            else Message.of("differs.no_meter", seen=seen)
        )
        if known is not None and known.installed_at not in (None, visit.point.number):
            verdict.case("crossed_meters", seen=seen, elsewhere=known.installed_at)
    else:
        verdict.read(visit.answers.get("read"), installed, "special", required=False)
    then = _state(visit, verdict, differences)
    if differences:
        verdict.case("record_differs", then=then, differences=differences)
    return verdict.judgement("differs" if differences else "completed")


def _state(visit: Visit, verdict: Verdict, differences: list[Message]) -> tuple[Consequence, ...]:
    """The service's state as found, when the records say otherwise, to be written when accepted."""
    found = visit.answers.get("status")
    recorded = visit.point.state
    if found is None or found == recorded or (found == "off" and recorded == "off_np"):
        return ()
    differences.append(Message.of("differs.state", found=found, recorded=recorded))
    if found == "on" and recorded in {"off", "off_np"}:
        verdict.follow(
            ORDER_TYPE,
            "lock_broken",
            Message("follow.lock_broken"),
            priority=70,
            extra={"reason": "lock_broken", "last_lock": visit.point.lock, "last_seal": visit.point.seal},
        )
    lock_, seal_ = visit.answers.get("lock"), visit.answers.get("seal")
    return (SetServicePoint(str(found), visit.at, lock=lock_, seal=seal_),)


CHECK_RECORDS = FollowOn(
    "verify", "another meter is there, or none is found", ("wrong_meter", "meter_not_found")
)
"""What every other visit to a meter follows such a find with."""

ORDER_TYPE = OrderType(
    code="verify",
    title="Verify records",
    about="Somebody looks which meter is there and how the service stands.",
    skills=("water",),
    minutes=15,
    extra=(
        choice(
            "reason",
            "Reason",
            {
                "wrong_meter": "Another meter was seen",
                "meter_not_found": "The meter was not found",
                "lock_check": "Lock check",
                "survey": "Survey",
            },
            in_field=True,
        ),
        Field(name="serial_seen", title="Serial seen before", type=FieldType.SERIAL, in_field=True),
    ),
    fields=(
        choice("status", "How does the service stand?", STATES, section="Service"),
        lock(),
        SEAL,
        Field(
            name="serial_seen",
            title="Serial number on the meter",
            type=FieldType.SERIAL,
            required=True,
            help="Read it twice.",
            section="Meter",
            means="serial_seen",
        ),
        read(required=False),
        photo("photo_serial", "Photo of the serial number"),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=(
        "no_access",
        "locked_gate",
        "dog",
        "unsafe",
        "meter_not_found",
        "buried_or_flooded",
        "weather",
        "time_expired",
    ),
    judge=judge,
    pickups={"wrong_meter": {"reason": "wrong_meter"}, "request": {"reason": "survey"}},
    checks=("Every difference to the records is shown; the office accepts each correction.",),
    follow_ons=(FollowOn("tamper", "the service is on although it is off by the records", ("lock_broken",)),),
    serial_may_differ=True,
    needs_meter=False,
)
