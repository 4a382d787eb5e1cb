"""Reads that the office wrote in the place of others: by order, with what was on record and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, literal, null, select
from sqlalchemy.orm import Session, aliased

from workorders.metering.register_definitions import registers_of
from workorders.tables import Meter, Read, RecordChange, RegisterRead

_TABLES: tuple[type[Read] | type[RegisterRead], ...] = (Read, RegisterRead)


@dataclass(frozen=True, slots=True)
class CorrectionMade:
    """What a read on record was and is, and who said so."""

    serial: str
    """Of the meter that the right read is of."""
    register: str | None
    """Title of a register besides the main one."""
    before: int
    after: int
    at: datetime
    actor: str
    reason: str


def correction_of(table: type[Read] | type[RegisterRead]) -> ColumnElement[str]:
    """The subject under which the correction of a read is on record, as SQL."""
    return literal(f"{table.__tablename__}:") + cast(table.id, String)


def corrections_of_order(session: Session, order_number: str) -> Iterator[CorrectionMade]:
    """Corrections of what an order read, the oldest first of each table."""
    for table in _TABLES:
        wrong = aliased(table)
        code = RegisterRead.register if table is RegisterRead else null()
        query = (
            select(table.value, wrong.value, code, Meter, RecordChange)
            .join(wrong, wrong.id == table.supersedes_id)
            .join(Meter, Meter.id == table.meter_id)
            .join(RecordChange, RecordChange.subject == correction_of(table))
            .where(table.order_number == order_number)
            .order_by(table.id)
        )
        for after, before, register, meter, why in session.execute(query):
            titles = {one.code: one.title for one in registers_of(meter.registers)}
            title = titles.get(register, register) if register else None
            yield CorrectionMade(meter.serial, title, before, after, why.at, why.actor, why.reason)
