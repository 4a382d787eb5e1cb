"""Reads of meters, as many as the file has: read row by row, checked and written in batches.

What is kept in memory is what the district has of meters, not what the file has of reads.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.imports.context import ImportContext, Record
from server.imports.damage import damage
from server.imports.fields import Day, RowSchema, Whole, choice, noon, text
from server.imports.meters import HIGHEST_READ
from server.imports.nothing import is_nothing
from server.imports.report import RowError
from server.imports.table import Row
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import Installation, Meter, Read, RegisterRead
from workorders.tables.bulk import insert_all

TOGETHER = 10_000
"""Rows that are checked and written together."""
MOST_ERRORS = 1_000
"""Faults after which the rest of a file is not looked at."""
_Key = tuple[str, int, str]
"""Source, meter and kind: what makes a read one."""
_PLAIN_SERIAL = re.compile(r"[A-Za-z0-9-]{1,40}")
_PLAIN_VALUE = re.compile(r"[0-9]{1,9}")
READ_KINDS = ("actual", "estimated", "special", "final")


class ReadRow(RowSchema):
    """Columns of the reads file."""

    serial = text("serial number of the meter", 40, required=True)
    read_on = Day(required=True, metadata={"help": "day of the read, YYYY-MM-DD"})
    value = Whole(0, HIGHEST_READ, required=True, metadata={"help": "what the dials showed"})
    kind = choice("kind of the read", READ_KINDS, "actual")
    register = text("code of one of the meter's registers; none for its main one", 20)


def quick(row: Row) -> Record | None:
    """The record of a row that has nothing unusual about it, as `ReadRow` would make it; None: ask that.

    A schema costs more than all else that is done with a read, and a file has millions of them.
    """
    cells = row.cells
    if cells.get("register"):
        return None
    serial, value, kind = cells.get("serial", ""), cells.get("value", ""), cells.get("kind", "actual")
    day = _plain_day(cells.get("read_on", ""))
    plain = _PLAIN_SERIAL.fullmatch(serial) and _PLAIN_VALUE.fullmatch(value) and kind in READ_KINDS
    if day is None or not plain or is_nothing("serial", serial) or damage("serial", serial) is not None:
        return None
    return Record(row.number, {"serial": serial, "read_on": day, "value": int(value), "kind": kind})


@lru_cache(maxsize=4096)
def _plain_day(cell: str) -> date | None:
    try:
        return day_from_text(cell, field="")
    except Problem:
        return None


@dataclass(frozen=True, slots=True)
class _Installed:
    point: int
    since: date
    until: date | None


@dataclass(slots=True)
class _Known:
    """A meter, and where it was when."""

    id: int
    beyond: int
    """The first figure that its dials cannot show."""
    registers: dict[str, int] = field(default_factory=dict)
    """By code, the first figure that a register besides the main one cannot show."""
    places: list[_Installed] = field(default_factory=list)

    def beyond_of(self, register: str | None) -> int | None:
        """The first figure that a register (None: the main one) cannot show; None when there is none such."""
        return self.beyond if register is None else self.registers.get(register)

    def at(self, day: date) -> int | None:
        """The service point where it was on a day, the days it went in and came out included."""
        for place in self.places:
            if place.since <= day and (place.until is None or day <= place.until):
                return place.point
        return None


class Reads:
    """Rows of one file on their way into the database."""

    def __init__(self, session: Session, context: ImportContext) -> None:
        self._session, self._context = session, context
        self._meters = _meters(session, context.zone)
        self._today = context.now.astimezone(context.zone).date()
        self._noons: dict[date, datetime] = {}
        self.written = Counter[str](reads=0)

    def errors(self, records: Sequence[Record]) -> Iterator[RowError]:
        """Write the rows if nothing is wrong with any of them; otherwise say what is."""
        found, rows = [], []
        for record in records:
            fault = self._fault(record)
            if fault is not None:
                found.append(fault)
            elif not record.faulty:
                rows.append(self._row(record))
        if len(found) == 0 and len(rows) == len(records):
            found = list(self._write(rows, records))
        yield from found

    def _fault(self, record: Record) -> RowError | None:
        serial, day, value = record.get("serial"), record.get("read_on"), record.get("value")
        if serial is None:
            return None
        meter = self._meters.get(serial)
        if meter is None:
            return record.error("serial", f"there is no meter {serial}")
        beyond = meter.beyond_of(record.get("register"))
        if beyond is None:
            return record.error("register", f"meter {serial} has no register {record.get('register')}")
        if value is not None and value >= beyond:
            return record.error("value", f"does not fit on {len(str(beyond)) - 1} dials")
        return None if day is None else self._fault_of_day(record, meter, day)

    def _fault_of_day(self, record: Record, meter: _Known, day: date) -> RowError | None:
        if day > self._today:
            return record.error("read_on", "lies in the future")
        if meter.at(day) is None:
            serial = record.get("serial")
            return record.error("read_on", f"meter {serial} was installed nowhere on that day")
        return None

    def _row(self, record: Record) -> dict[str, Any]:
        values, meter = record.values, self._meters[record.values["serial"]]
        day: date = values["read_on"]
        at = self._noons.get(day)
        if at is None:
            at = self._noons[day] = noon(day, self._context.zone)
        return {
            "meter_id": meter.id,
            "service_point_id": meter.at(day),
            "value": values["value"],
            "taken_at": at,
            "kind": values["kind"],
            # Without the file: a read of a meter and day comes once, whichever file it is in.
            "source": f"import:reads:{day.isoformat()}",
            "flags": [],
        } | ({"register": values["register"]} if values.get("register") else {})

    def _write(self, rows: list[dict[str, Any]], records: Sequence[Record]) -> Iterator[RowError]:
        of_registers = [row for row in rows if "register" in row]
        try:
            with self._session.begin_nested():
                insert_all(self._session, Read, [row for row in rows if "register" not in row])
                insert_all(self._session, RegisterRead, of_registers)
            self.written["reads"] += len(rows) - len(of_registers)
            self.written["register_reads"] += len(of_registers)
        except IntegrityError:
            known, seen = self._known(rows), set()
            for row, record in zip(rows, records, strict=True):
                key = _key(row)
                if key in known or key in seen:
                    words = f"the {row['kind']} read of {record.get('serial')} on that day came before"
                    yield record.error("read_on", words)
                seen.add(key)

    def _known(self, rows: list[dict[str, Any]]) -> set[_Key]:
        meters, sources = sorted({row["meter_id"] for row in rows}), sorted({row["source"] for row in rows})
        found: set[_Key] = set()
        for part in pieces(meters):
            asked = select(Read.source, Read.meter_id, Read.kind).where(
                Read.meter_id.in_(part), Read.source.in_(sources)
            )
            found.update((row[0], row[1], row[2]) for row in self._session.execute(asked))
        return found | self._known_of_registers(meters, sources)

    def _known_of_registers(self, meters: list[int], sources: list[str]) -> set[_Key]:
        found: set[_Key] = set()
        for part in pieces(meters):
            asked = select(
                RegisterRead.source, RegisterRead.meter_id, RegisterRead.kind, RegisterRead.register
            ).where(RegisterRead.meter_id.in_(part), RegisterRead.source.in_(sources))
            found.update((row[0], row[1], f"{row[2]}/{row[3]}") for row in self._session.execute(asked))
        return found


def stream(
    session: Session, records: Iterator[tuple[Record, list[RowError]]], context: ImportContext
) -> tuple[dict[str, int], list[RowError], int]:
    """Check and write the rows of a file, each with what is wrong with it by itself.

    Answers what was written, every fault (of MOST_ERRORS at most), and how many rows the file has.
    """
    reads, errors, count = Reads(session, context), [], 0
    while part := list(islice(records, TOGETHER)):
        count += len(part)
        for _record, faults in part:
            errors += faults
        errors += reads.errors([record for record, _faults in part])
        context.progress("reading and writing reads", count, count)
        if len(errors) > MOST_ERRORS:
            errors = errors[:MOST_ERRORS]
            errors.append(RowError(count + 1, "", "bad_input", "there are more faults in this file"))
            break
    counts = {table: number for table, number in reads.written.items() if number or table == "reads"}
    return counts, errors, count


def _key(row: dict[str, Any]) -> _Key:
    register = row.get("register")
    return row["source"], row["meter_id"], row["kind"] if register is None else f"{row['kind']}/{register}"


def _meters(session: Session, zone: ZoneInfo) -> dict[str, _Known]:
    """Every meter by its serial, with the places it was installed at."""
    known: dict[str, _Known] = {}
    rows = session.execute(
        select(
            Meter.serial,
            Meter.id,
            Meter.dials,
            Meter.registers,
            Installation.service_point_id,
            Installation.installed_at,
            Installation.removed_at,
        )
        .outerjoin(Installation, Installation.meter_id == Meter.id)
        .execution_options(yield_per=TOGETHER)
    )
    for serial, meter_id, dials, registers, point, since, until in rows:
        meter = known.get(serial)
        if meter is None:
            meter = known[serial] = _Known(meter_id, 10**dials)
            meter.registers = {one["code"]: 10 ** one["dials"] for one in registers}
        if point is not None:
            out = None if until is None else until.astimezone(zone).date()
            meter.places.append(_Installed(point, since.astimezone(zone).date(), out))
    return known
