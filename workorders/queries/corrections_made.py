"""Reads that the office wrote in the place of others: by order, with what was on record and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, literal, null, select, union_all
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
    """Corrections of what an order read, main reads first, the oldest first of each."""
    both = union_all(*(_corrections(table, order_number) for table in _TABLES)).order_by("place", "id")
    for one in session.execute(both):
        titles = {known.code: known.title for known in registers_of(one.registers)}
        title = titles.get(one.register, one.register) if one.register else None
        yield CorrectionMade(one.serial, title, one.before, one.after, one.at, one.actor, one.reason)


def _corrections(table: type[Read] | type[RegisterRead], order_number: str) -> Select[Any]:
    wrong = aliased(table)
    code = RegisterRead.register if table is RegisterRead else cast(null(), String)
    return (
        select(
            literal(_TABLES.index(table)).label("place"),
            table.id.label("id"),
            table.value.label("after"),
            wrong.value.label("before"),
            code.label("register"),
            Meter.serial,
            Meter.registers,
            RecordChange.at,
            RecordChange.actor,
            RecordChange.reason,
        )
        .join(wrong, wrong.id == table.supersedes_id)
        .join(Meter, Meter.id == table.meter_id)
        .join(RecordChange, RecordChange.subject == correction_of(table))
        .where(table.order_number == order_number)
    )
