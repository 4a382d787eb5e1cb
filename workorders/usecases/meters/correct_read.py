"""A read that was written down wrongly: a new fact takes its place, and the bill is adjusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.metering.registers import fits
from workorders.problems import Problem, Reason
from workorders.queries.lookups import lock_accounts
from workorders.queries.read_corrections import ReadOnRecord, checked, read_on_record
from workorders.tables import Installation, Meter, Order, Read, ReadFinding, RecordChange, ServicePoint
from workorders.usecases.history import enqueue_in_field
from workorders.usecases.meters.agreement_reads import bounds_agreement, follow_read
from workorders.usecases.meters.read_adjustment import adjust_for_read

CORRECTED = "corrected"
"""Flag of a read that the office wrote in the place of another."""
ENDS = ("start", "final")
"""Kinds of reads that an installation repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCorrection:
    """What the dials showed, on which meter, and what the customer's bill needs."""

    value: int
    serial: str
    """The read's own meter, or the one it was taken of in truth."""
    reason: str
    adjust: str = ""
    """credit or debit, or nothing."""
    amount_cents: int = 0


def correct_read(
    session: Session, read_id: int, form: ReadCorrection, *, roles: Iterable[str], now: datetime, actor: str
) -> Read:
    """Write the right read in the place of a wrong one, which stays; what it changes of the bill is adjusted.

    The adjustment is posted within the limit of `roles`, else a second person decides it. Raises Problem
    `not_found`, `read_superseded`, `bad_input` naming the field, and those of `adjust_for_read`.
    """
    found = read_on_record(session, read_id)
    if found.account is not None:
        lock_accounts(session, {found.account.id})
    session.execute(select(ServicePoint.id).where(ServicePoint.id == found.point.id).with_for_update())
    # Whoever was quicker has superseded it by now.
    found = read_on_record(session, read_id)
    reason = checked_line(form.reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    meter, place = _meter_and_place(session, found, form.serial)
    if not fits(form.value, meter.dials):
        why = Reason("a register of {dials} dials cannot show it", dials=meter.dials)
        raise Problem("bad_input", field="value", reason=why)
    if (form.value, meter.id) == (found.read.value, found.read.meter_id):
        raise Problem("bad_input", field="value", reason="it is what the records say")
    made = _written(session, found, meter, place, form.value)
    _correct_installation(session, found, made)
    follow_read(session, found.point.id, found.read.id, made.id)
    # What was odd about it is answered.
    odd = update(ReadFinding).where(ReadFinding.read_id == found.read.id, ReadFinding.state == "open")
    decided = {"state": "accepted", "decided_at": now, "decided_by": actor[:80]}
    session.execute(odd.values(decided))
    if form.adjust:
        adjust_for_read(
            session,
            found.account,
            f"read-{made.id}",
            kind=form.adjust,
            amount_cents=form.amount_cents,
            reason=reason,
            evidence=f"{found.meter.serial}: {found.read.value} → {made.value}",
            roles=roles,
            now=now,
            actor=actor,
        )
    note = RecordChange(
        subject=f"read:{made.id}",
        at=now,
        actor=actor[:80],
        reason=reason,
        changes={"value": [found.read.value, made.value], "serial": [found.meter.serial, meter.serial]},
    )
    session.add(note)
    enqueue_in_field(session, Order.service_point_id.in_({found.point.id, place}), now=now)
    session.flush()
    return made


def _meter_and_place(session: Session, found: ReadOnRecord, serial: str) -> tuple[Meter, int]:
    """The meter that was read, and where it was then."""
    serial = checked_line(serial, field="serial", longest=40).upper()
    if serial in {"", found.meter.serial}:
        return found.read.meter, found.point.id
    if found.read.kind in ENDS:
        raise Problem("bad_input", field="serial", reason="the read of a set or removed meter stays with it")
    if bounds_agreement(session, found.point.id, found.read.id):
        raise Problem("bad_input", field="serial", reason="a service begins or ends with this read")
    meter = session.scalar(select(Meter).where(Meter.serial == serial))
    if meter is None:
        raise Problem("bad_input", field="serial", reason="no meter has it")
    at = found.read.taken_at
    place = session.scalar(
        select(Installation.service_point_id).where(
            Installation.meter_id == meter.id,
            Installation.installed_at <= at,
            Installation.removed_at.is_(None) | (Installation.removed_at >= at),
        )
    )
    if place is None:
        raise Problem("bad_input", field="serial", reason="that meter was nowhere installed then")
    return meter, place


def _written(session: Session, found: ReadOnRecord, meter: Meter, place: int, value: int) -> Read:
    same = place == found.point.id
    made = Read(
        meter_id=meter.id,
        service_point_id=place,
        taken_at=found.read.taken_at,
        value=value,
        kind=found.read.kind,
        source=f"correction:{found.read.id}",
        order_number=found.read.order_number,
        supersedes_id=found.read.id,
        # Of another service point nothing was billed by it.
        billed=found.read.billed and same,
        flags=[CORRECTED, *(checked(session, found, value, meter).flags if same else ())],
    )
    session.add(made)
    session.flush()
    return made


def _correct_installation(session: Session, found: ReadOnRecord, made: Read) -> None:
    """Start and final reads stand with the installation too."""
    at_meter = (Installation.meter_id == made.meter_id, Installation.service_point_id == found.point.id)
    if made.kind == "start":
        change = update(Installation).where(*at_meter, Installation.installed_at == made.taken_at)
        session.execute(change.values(start_read=made.value))
    elif made.kind == "final":
        change = update(Installation).where(*at_meter, Installation.removed_at == made.taken_at)
        session.execute(change.values(final_read=made.value))
