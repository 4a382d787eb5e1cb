"""Exchange: the meter comes out, another from this technician's van goes in, with both reads."""

from dataclasses import dataclass
from typing import Any

from workorders.consequences import (
    Consequence,
    InstallMeter,
    Judgement,
    Post,
    RecordRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.descriptors import Choice, Field, FieldType, FollowOn, OrderType, PostingRule
from workorders.forms import DONE, REMARKS, SEAL, VISIT_REASONS, choice, photo
from workorders.metering import fits, may_install
from workorders.situation import MeterFacts
from workorders.verdict import Verdict
from workorders.visit import Visit

FINISH_HOURS = 24.0
"""A service point without a meter is estimated; nobody should be for longer than a day."""


@dataclass(frozen=True, slots=True)
class NewMeter:
    """What the technician says went in."""

    serial: str
    read: int
    dials: int | None
    endpoint: str | None


def judge(visit: Visit) -> Judgement:
    """Old out, new in, each with its read; what the records speak against waits, nothing is overwritten."""
    verdict = Verdict(visit)
    old_out = _take_out(visit, verdict)
    if not visit.answers.get("new_in", visit.outcome == "completed"):
        _unmetered(visit, verdict)
        return verdict.judgement("partial")
    new = _new_meter(visit)
    if new is None:
        verdict.case("new_meter_unread")
    else:
        _put_in(visit, verdict, new, old_out=old_out)
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


def _take_out(visit: Visit, verdict: Verdict) -> bool:
    """Record the old meter's removal; answers whether the records now know none at the service point."""
    installed, value = visit.situation.installed, visit.answers.get("old_read")
    if not visit.answers.get("old_there", True):
        if installed is not None:
            verdict.case("old_meter_missing", installed=installed.serial)
        return installed is None
    if installed is None:
        verdict.case("no_meter_on_record", seen=visit.serial_seen)
        return True
    verdict.read(value, installed, "final")
    if value is None or not fits(value, installed.dials):
        return False
    verdict.do(RemoveMeter(installed.serial, value, visit.at, status=_fate(visit)))
    if _fate(visit) == "held":
        verdict.follow(
            "meter_test",
            "held_for_test",
            f"Test the removed meter {installed.serial}.",
            priority=40,
            extra={"kind": "suspicion", "place": "bench", "serial": installed.serial, "size": installed.size},
        )
    return True


def _fate(visit: Visit) -> str:
    """A doubted meter is kept for its test; any other has done its work."""
    doubted = visit.given("reason") in ("complaint", "suspicion")
    return "held" if doubted and visit.answers.get("condition") != "damaged" else "retired"


def _unmetered(visit: Visit, verdict: Verdict) -> None:
    verdict.do(SetServicePoint("unmetered", visit.at))
    verdict.case("unmetered", blocking=False)
    verdict.follow(
        "exchange",
        "unmetered",
        "Old meter out, new meter not in: set one.",
        priority=90,
        due_hours=FINISH_HOURS,
        extra={"reason": "finish"},
    )


def _new_meter(visit: Visit) -> NewMeter | None:
    serial, value, dials = (visit.answers.get(n) for n in ("new_serial", "new_read", "new_dials"))
    if not serial or value is None:
        return None
    known = visit.situation.meter(str(serial))
    return NewMeter(
        known.serial if known is not None else str(serial),
        int(value),
        int(dials) if dials is not None else None,
        visit.answers.get("endpoint") or None,
    )


def _put_in(visit: Visit, verdict: Verdict, new: NewMeter, *, old_out: bool) -> None:
    """Install the new meter, or open the case that says why not, with the installation waiting in it."""
    meter = visit.situation.meter(new.serial)
    steps = _steps(visit, new)
    waits = False
    if new.serial == visit.serial_seen:
        verdict.case("same_serial", serial=new.serial)
        return
    for code in may_install(meter, visit.event.technician, visit.point):
        verdict.case(code, then=() if waits else steps, **_about(visit, meter, new.serial))
        waits = True
    if meter is not None and not waits and not _dials_fit(meter, new):
        seen = new.dials or len(str(new.read))
        verdict.case("new_meter_dials", then=steps, serial=new.serial, dials=meter.dials, seen=seen)
        waits = True
    if not waits and not old_out:
        # The old meter's installation is still open by the records, and a place holds one meter.
        verdict.case("old_not_out", then=steps, serial=new.serial)
        waits = True
    if not waits:
        verdict.do(*steps)
    if new.endpoint:
        verdict.case("ami_registration", blocking=False, endpoint=new.endpoint, serial=new.serial)


def _dials_fit(meter: MeterFacts, new: NewMeter) -> bool:
    return new.dials in (None, meter.dials) and fits(new.read, meter.dials)


def _steps(visit: Visit, new: NewMeter) -> tuple[Consequence, ...]:
    steps: list[Consequence] = [
        InstallMeter(new.serial, new.read, visit.at, endpoint=new.endpoint),
        RecordRead(new.serial, new.read, "start", visit.at),
    ]
    policy = visit.rules.setting("meter_plant")
    cents = policy.get("cents_by_size", {}).get(visit.point.size, 0) if policy.get("capitalise") else 0
    if cents > 0 and visit.account is not None:
        steps.append(Post("plant", f"Meter {new.serial} in service", (("PLANT", "STOCK", cents),)))
    return tuple(steps)


def _about(visit: Visit, meter: MeterFacts | None, serial: str) -> dict[str, Any]:
    """Where the records have the new meter, for the words of its case."""
    if meter is None:
        return {"serial": serial}
    van = f"on the van of {meter.van_technician}" if meter.van_technician else meter.status.replace("_", " ")
    where = meter.installed_at or van
    return {"serial": serial, "where": where, "size": meter.size, "wanted": visit.point.size}


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
        ),
        Field(name="van_stock", title="Meter to take along", type=FieldType.SERIAL),
    ),
    fields=(
        Field(
            name="old_there",
            title="Is the old meter in place?",
            type=FieldType.YES_NO,
            required=True,
            section="Old meter",
        ),
        Field(
            name="old_serial",
            title="Serial of the old meter",
            type=FieldType.SERIAL,
            required=True,
            help="It must be the meter of this order; if not, stop and report another meter.",
            section="Old meter",
            means="serial_seen",
            only_if=("old_there", True),
        ),
        Field(
            name="old_read",
            title="Final read of the old meter",
            type=FieldType.READ,
            required=True,
            section="Old meter",
            means="read",
            only_if=("old_there", True),
        ),
        choice(
            "condition",
            "Condition of the old meter",
            {"good": "Good", "worn": "Worn", "damaged": "Damaged", "tampered": "Tampered with"},
            section="Old meter",
            only_if=("old_there", True),
        ),
        photo(
            "photo_old", "Photo of the old meter's dials", section="Old meter", only_if=("old_there", True)
        ),
        Field(
            name="new_in",
            title="Is the new meter in?",
            type=FieldType.YES_NO,
            required=True,
            help="Answer no when the old one is out and the new one could not be set.",
            section="New meter",
        ),
        Field(
            name="new_serial",
            title="Serial of the new meter",
            type=FieldType.SERIAL,
            required=True,
            section="New meter",
            only_if=("new_in", True),
        ),
        Field(
            name="new_read",
            title="Start read of the new meter",
            type=FieldType.READ,
            required=True,
            section="New meter",
            only_if=("new_in", True),
        ),
        Field(
            name="new_dials",
            title="Dials of the new meter",
            type=FieldType.NUMBER,
            min=3,
            max=9,
            section="New meter",
            only_if=("new_in", True),
        ),
        Field(
            name="endpoint",
            title="Endpoint (radio) number",
            type=FieldType.TEXT,
            max=60,
            section="New meter",
            only_if=("new_in", True),
        ),
        photo("photo_new", "Photo of the new meter", section="New meter", only_if=("new_in", True)),
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
    outcomes=(DONE, Choice("partial", "Old meter out, new meter not in")),
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
        FollowOn("exchange", "old meter out, new meter not in: urgent"),
        FollowOn("meter_test", "the old meter was doubted and is held"),
    ),
)
