"""Reads of registers besides the main ones: as rules see them, and as pages show them with their usage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select, union
from sqlalchemy.orm import Session, aliased

from workorders.facts import ReadFacts, RegisterFacts
from workorders.metering.register_definitions import registers_of
from workorders.metering.registers import fits, usage
from workorders.queries.corrections_made import correction_of
from workorders.tables import Installation, Meter, RecordChange, RegisterRead

NEWEST = 24
"""Reads of a register that are looked at: two years of monthly ones."""
_Kept = tuple[RegisterRead, RecordChange | None]


def register_reads_of(session: Session, points: Iterable[int]) -> dict[int, list[ReadFacts]]:
    """By service point id, the reads of the registers there that no other supersedes, oldest first.

    Each is named `SERIAL/code`.
    """
    later = aliased(RegisterRead)
    rows = session.execute(
        select(RegisterRead, Meter.serial)
        .join(Meter, Meter.id == RegisterRead.meter_id)
        .outerjoin(later, later.supersedes_id == RegisterRead.id)
        .where(RegisterRead.service_point_id.in_(sorted(points)), later.id.is_(None))
        .order_by(RegisterRead.taken_at, RegisterRead.id)
    )
    found: dict[int, list[ReadFacts]] = {}
    for read, serial in rows:
        facts = ReadFacts(
            f"{serial}/{read.register}",
            read.taken_at,
            read.value,
            read.kind,
            read.source,
            flags=tuple(read.flags),
        )
        found.setdefault(read.service_point_id, []).append(facts)
    return found


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One read of a register, with the usage since the one before where that can be believed."""

    read: RegisterRead
    usage: int | None
    replaced: bool
    """Another read has taken its place."""
    why: RecordChange | None
    """Who wrote it in the place of another, and why."""


@dataclass(frozen=True, slots=True)
class RegisterHistory:
    """A register of a meter and its newest reads, newest first."""

    serial: str
    register: RegisterFacts
    lines: tuple[RegisterLine, ...]


def register_histories(session: Session, meters: Sequence[Meter]) -> list[RegisterHistory]:
    """The registers of these meters; none for meters that have only their main one."""
    having = {meter.id: meter for meter in meters if meter.registers}
    if not having:
        return []
    query = (
        select(RegisterRead, RecordChange)
        .outerjoin(RecordChange, RecordChange.subject == correction_of(RegisterRead))
        .where(RegisterRead.meter_id.in_(sorted(having)))
    )
    reads: dict[tuple[int, str], list[_Kept]] = {}
    for read, why in session.execute(query.order_by(RegisterRead.taken_at, RegisterRead.id)):
        reads.setdefault((read.meter_id, read.register), []).append((read, why))
    return [
        RegisterHistory(meter.serial, register, _lines(reads.get((meter.id, register.code), []), register))
        for meter in having.values()
        for register in registers_of(meter.registers)
    ]


def registers_at(session: Session, points: Iterable[int]) -> list[RegisterHistory]:
    """The registers of the meters that are at these service points now."""
    query = (
        select(Meter)
        .join(Installation, Installation.meter_id == Meter.id)
        .where(Installation.service_point_id.in_(sorted(points)), Installation.removed_at.is_(None))
        .order_by(Meter.serial)
    )
    return register_histories(session, session.scalars(query).all())


def registers_of_order(session: Session, order_number: str, point_id: int) -> list[RegisterHistory]:
    """The registers of the meters that an order is about: those read by it, and what is there now."""
    read_by_it = select(RegisterRead.meter_id).where(RegisterRead.order_number == order_number)
    there = select(Installation.meter_id).where(
        Installation.service_point_id == point_id, Installation.removed_at.is_(None)
    )
    meters = session.scalars(
        select(Meter).where(Meter.id.in_(union(read_by_it, there))).order_by(Meter.serial)
    )
    return register_histories(session, meters.all())


def _lines(reads: Sequence[_Kept], register: RegisterFacts) -> tuple[RegisterLine, ...]:
    """Newest first; a read that was not believed or is replaced has no usage, nor has the first."""
    replaced = {read.supersedes_id for read, _why in reads}
    billable = [read for read, _why in reads if "not_billable" not in read.flags and read.id not in replaced]
    used = {
        later.id: usage(later.value, earlier.value, register.dials, register.multiplier)
        for earlier, later in pairwise(billable)
        if fits(earlier.value, register.dials) and fits(later.value, register.dials)
    }
    lines = [RegisterLine(read, used.get(read.id), read.id in replaced, why) for read, why in reads]
    return tuple(reversed(lines[-NEWEST:]))
