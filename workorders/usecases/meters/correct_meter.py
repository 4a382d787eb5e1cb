"""What the records say of a meter, corrected by a person: its serial, make, size and dials."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.judgement.lifecycle import ACTIVE
from workorders.metering.register_definitions import registers_as_text, registers_from_text
from workorders.metering.registers import fits
from workorders.problems import Problem, Reason
from workorders.tables import Installation, Meter, Order, Read, RecordChange, RegisterRead
from workorders.usecases.history import enqueue, enqueue_in_field

DIALS = range(3, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterForm:
    """What stands on the meter itself."""

    serial: str
    make: str
    size: str
    dials: int
    registers: str | None = None
    """Those besides the main one, as text (`registers_from_text`); None: as they are."""


def correct_meter(
    session: Session, serial: str, form: MeterForm, *, reason: str, now: datetime, actor: str
) -> RecordChange | None:
    """Correct a meter's record; None when nothing differs. Tablets that show the meter get it.

    Raises Problem `not_found`, and `bad_input` naming the field: a serial that another meter has or that an
    order under way names, fewer dials than a read on record shows.
    """
    meter = session.scalar(select(Meter).where(Meter.serial == serial).with_for_update())
    if meter is None:
        raise Problem("not_found", what="meter", key=serial)
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    wanted = {
        "serial": _needed(form.serial, "serial", CODE_MAX).upper(),
        "make": _needed(form.make, "make", 60),
        "size": _needed(form.size, "size", 20),
        "dials": _dials(session, meter, form.dials),
        "registers": _registers(session, meter, form.registers),
    }
    if wanted["serial"] != meter.serial:
        _check_free(session, str(wanted["serial"]))
        _check_not_taken_along(session, meter)
    changes = {
        name: [getattr(meter, name), value] for name, value in wanted.items() if getattr(meter, name) != value
    }
    if not changes:
        return None
    for name, (_before, value) in changes.items():
        setattr(meter, name, value)
    if "registers" in changes:
        changes["registers"] = [registers_as_text(one) for one in changes["registers"]]
    made = RecordChange(subject=f"meter:{meter.id}", at=now, actor=actor[:80], reason=reason, changes=changes)
    session.add(made)
    session.flush()
    places = select(Installation.service_point_id).where(
        Installation.meter_id == meter.id, Installation.removed_at.is_(None)
    )
    enqueue_in_field(session, Order.service_point_id.in_(places), now=now)
    if meter.van_technician_id is not None:
        enqueue(session, meter.van_technician_id, "ref", "technician", now=now)
    return made


def _needed(text: str, field: str, longest: int) -> str:
    found = checked_line(text, field=field, longest=longest)
    if not found:
        raise Problem("bad_input", field=field, reason="it is needed")
    return found


def _check_free(session: Session, serial: str) -> None:
    if session.scalar(select(Meter.id).where(Meter.serial == serial)) is not None:
        raise Problem("bad_input", field="serial", reason="another meter has it")


def _check_not_taken_along(session: Session, meter: Meter) -> None:
    """An order that takes the meter from a van names it by its serial, on the technician's tablet too."""
    takes = {known.takes_meter_from_van for known in CATALOGUE.values()} - {None}
    for name in takes:
        order = session.scalar(
            select(Order.number)
            .where(Order.state.in_(ACTIVE), Order.extra[name].as_string() == meter.serial)
            .limit(1)
        )
        if order is not None:
            why = Reason("order {order} takes it along; finish or cancel that first", order=order)
            raise Problem("bad_input", field="serial", reason=why)


def _registers(session: Session, meter: Meter, text: str | None) -> list[dict[str, Any]]:
    """The registers wanted; one that was read stays, with dials enough for what it showed."""
    if text is None:
        return meter.registers
    wanted = registers_from_text(text)
    dials = {one["code"]: one["dials"] for one in wanted}
    read = select(RegisterRead.register, func.max(RegisterRead.value)).where(
        RegisterRead.meter_id == meter.id
    )
    for code, largest in session.execute(read.group_by(RegisterRead.register)):
        if code not in dials or not fits(largest, dials[code]):
            why = Reason("register {register} was read and shows {value}", register=code, value=largest)
            raise Problem("bad_input", field="registers", reason=why)
    return wanted


def _dials(session: Session, meter: Meter, dials: int) -> int:
    if dials not in DIALS:
        raise Problem(
            "bad_input", field="dials", reason=Reason("must be from {first} to {last}", first=3, last=9)
        )
    largest = session.scalar(select(func.max(Read.value)).where(Read.meter_id == meter.id))
    if largest is not None and not fits(largest, dials):
        why = Reason("a read on record shows {value}", value=largest)
        raise Problem("bad_input", field="dials", reason=why)
    return dials
