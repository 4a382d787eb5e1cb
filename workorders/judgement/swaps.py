"""The steps of an exchange: the old meter out, the new one in, each with its read. Pure."""

from dataclasses import dataclass
from typing import Any

from workorders.facts import MeterFacts
from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    Post,
    RecordRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.judgement.descriptors import OrderType
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.metering.registers import fits, may_install

FINISH_HOURS = 24.0
"""A service point without a meter is estimated; nobody should be for longer than a day."""


@dataclass(frozen=True, slots=True)
class NewMeter:
    """What the technician says went in."""

    serial: str
    read: int
    dials: int | None
    endpoint: str | None


def take_out(visit: Visit, verdict: Verdict, order_type: OrderType, *, fate: str | None = None) -> bool:
    """Record the old meter's removal; answers whether the records now know none at the service point.

    `fate` is the meter's new status (`RemoveMeter`); None: by why it is exchanged and how it is.
    """
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
    status = fate or _fate(visit)
    verdict.do(RemoveMeter(installed.serial, value, visit.at, status=status))
    if status == "held":
        verdict.follow(
            order_type,
            "held_for_test",
            Message.of("follow.test_removed", serial=installed.serial),
            priority=40,
            extra={"kind": "suspicion", "place": "bench", "serial": installed.serial, "size": installed.size},
        )
    return True


def _fate(visit: Visit) -> str:
    """A doubted meter is kept for its test; any other has done its work."""
    doubted = visit.given("reason") in ("complaint", "suspicion")
    return "held" if doubted and visit.answers.get("condition") != "damaged" else "retired"


def left_unmetered(visit: Visit, verdict: Verdict, order_type: OrderType) -> None:
    verdict.do(SetServicePoint("unmetered", visit.at))
    verdict.case("unmetered", blocking=False)
    verdict.follow(
        order_type,
        "unmetered",
        Message("follow.unmetered"),
        priority=90,
        due_hours=FINISH_HOURS,
        extra={"reason": "finish"},
    )


def new_meter_of(visit: Visit) -> NewMeter | None:
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


def put_in(visit: Visit, verdict: Verdict, new: NewMeter, *, old_out: bool) -> None:
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
        steps.append(
            Post("plant", Message.of("entry.plant", serial=new.serial), (("PLANT", "STOCK", cents),))
        )
    return tuple(steps)


def _about(visit: Visit, meter: MeterFacts | None, serial: str) -> dict[str, Any]:
    """Where the records have the new meter, for the words of its case."""
    if meter is None:
        return {"serial": serial}
    return {"serial": serial, "where": _place(meter), "size": meter.size, "wanted": visit.point.size}


def _place(meter: MeterFacts) -> Message:
    if meter.installed_at is not None:
        return Message.of("meter.at", point=meter.installed_at)
    if meter.van_technician is not None:
        return Message.of("meter.on_van", technician=meter.van_technician)
    return Message(f"meter.{meter.status}")
