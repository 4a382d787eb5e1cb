"""One file, one transaction: read, check everything, write all of it or nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from geo.territory.extent import Extent, district_extent
from server.db import count_rows_anew
from server.imports.context import ImportContext, Record, RowsRejected
from server.imports.damage import damage
from server.imports.kinds import KINDS, Kind, LongKind
from server.imports.nothing import is_nothing
from server.imports.report import ImportReport, RowError
from server.imports.table import Row
from server.progress import Progress, silent
from workorders.messages.words import OURSELVES
from workorders.usecases.exchange.import_runs import (
    KEPT_ERRORS,
    RunMade,
    begin_run,
    note_refused,
    note_written,
    source_of,
)

PROGRESS_ROWS = 1_000
MOST_ERRORS = 1_000
"""Faults after which the parts of a file that follow are not looked at."""
COUNTED_ANEW = 1_000
"""Rows from which on PostgreSQL is told what lies where; for fewer its own look minutes later will do."""
MORE_FAULTS = "the rows from here on were not looked at"
NO_ROWS = RowError(1, "", "bad_input", "the file has no rows")


def import_rows(
    sessions: sessionmaker[Session],
    kind: str,
    file: str,
    data: bytes,
    *,
    now: datetime,
    zone: ZoneInfo,
    dry_run: bool = False,
    progress: Progress = silent,
    data_dir: Path | None = None,
    actor: str | None = None,
    way: str = "command",
) -> ImportReport:
    """Import the bytes of one CSV file of a kind in `KINDS`; `file` is its name, for the report.
    Positions are held against the district's premises and the streets in `data_dir`.

    Nothing is written when the report has errors, or in a dry run, which writes everything and takes it
    back, so that the database's own constraints are tried too. The same bytes have the same source name,
    until an import of them is undone. `way` is how the file came: page | command | folder; `actor` who gave
    it in, where a person did.
    """
    with sessions() as session:
        extent = district_extent(session, data_dir)
    with sessions() as session:
        report = import_in(
            session,
            kind,
            file,
            data,
            now=now,
            zone=zone,
            dry_run=dry_run,
            progress=progress,
            extent=extent,
            actor=actor,
            way=way,
        )
        if report.written:
            session.commit()
    if report.written and max(report.rows, *report.counts.values(), 0) >= COUNTED_ANEW:
        # After the commit: whoever waits for the import's locks waits for no statistics.
        with suppress(SQLAlchemyError), sessions.begin() as session:
            count_rows_anew(session)
    if not report.errors or dry_run:
        return report
    shown = [asdict(one) for one in report.errors[:KEPT_ERRORS]]
    with sessions.begin() as session:
        made = replace(_made(session, kind, file, data, way), rows=report.rows)
        run = note_refused(session, made, shown, len(report.errors), now=now, actor=actor or OURSELVES)
    return replace(report, run=run)


def import_in(
    session: Session,
    kind: str,
    file: str,
    data: bytes,
    *,
    now: datetime,
    zone: ZoneInfo,
    dry_run: bool = False,
    progress: Progress = silent,
    extent: Extent | None = None,
    actor: str | None = None,
    way: str = "page",
) -> ImportReport:
    """`import_rows` inside the caller's transaction, which is rolled back when nothing is to be kept."""
    chosen = KINDS[kind]
    # Waits first: an undoing that goes on gives the same file another source.
    before = begin_run(session)
    made = _made(session, kind, file, data, way)
    context = ImportContext(made.source, now, zone, progress, extent=extent, actor=actor or made.source)
    if isinstance(chosen, LongKind):
        counts, errors, rows = _stream(session, chosen, data, context)
    else:
        counts, errors, rows = _take(session, chosen, data, context)
    run = None
    if errors or dry_run:
        session.rollback()
    else:
        written = replace(made, rows=rows)
        by = actor or OURSELVES
        run = note_written(session, written, before, counts, context.added, now=now, actor=by)
    notes = tuple(sorted(context.notes))
    return ImportReport(kind, file, rows, dry_run, counts, tuple(sorted(errors)), notes, run)


def _made(session: Session, kind: str, file: str, data: bytes, way: str) -> RunMade:
    sha256 = hashlib.sha256(data).hexdigest()
    return RunMade(kind, file, sha256, source_of(session, kind, sha256), way, 0)


Taken = tuple[dict[str, int], list[RowError], int]
"""What was written by table, what is wrong, and how many rows the file has."""


def _take(session: Session, chosen: Kind, data: bytes, context: ImportContext) -> Taken:
    """Check all rows of a file, and write them when nothing is wrong; in parts, whatever its size.

    A file of more than one part is read twice, which costs less than keeping all of it.
    """
    errors: list[RowError] = []
    rows, whole = 0, None
    for part in _parts(chosen, data, context, errors):
        whole, rows = (part if rows == 0 else None), rows + len(part)
        errors.extend(chosen.check(session, part, context))
        if len(errors) > MOST_ERRORS and part is not whole:
            errors.append(RowError(part[-1].number + 1, "", "bad_input", MORE_FAULTS))
            break
    if not rows and not errors:
        errors.append(NO_ROWS)
    if errors:
        return {}, errors, rows
    context.kept.clear()
    counts: Counter[str] = Counter()
    written = 0
    for part in [whole] if whole is not None else _parts(chosen, data, replace(context, notes=[]), []):
        try:
            counts.update(
                chosen.write(session, part, replace(context, progress=_from(context, written, rows)))
            )
            session.flush()
        except RowsRejected as rejected:
            errors.extend(rejected.errors)
        written += len(part)
    return {} if errors else dict(counts), errors, rows


def _parts(
    chosen: Kind, data: bytes, context: ImportContext, errors: list[RowError]
) -> Iterator[list[Record]]:
    """The rows of a file through their schema, some at a time; what is wrong with them joins `errors`.

    A row with faults keeps its good cells, so that they are checked too.
    """
    schema, lines = chosen.schema(), data.count(b"\n")
    rows = chosen.read(data, schema.fields, _required(schema), errors, context.zone)
    count = 0
    while some := list(islice(rows, chosen.part)):
        part = []
        for row in some:
            record, faults = _record(schema, row, context)
            part.append(record)
            errors.extend(faults)
            count += 1
            if count % PROGRESS_ROWS == 0:
                context.progress("reading rows", count, max(lines, count))
        yield part
    context.progress("reading rows", count, count)


def _from(context: ImportContext, before: int, rows: int) -> Progress:
    """Progress of a part, as that of the file whose `before` rows are written."""

    def report(step: str, done: int, total: int) -> None:
        context.progress(step, before + done, max(rows, before + total))

    return report


def _stream(session: Session, chosen: LongKind, data: bytes, context: ImportContext) -> Taken:
    schema, unreadable = chosen.schema(), list[RowError]()

    def read(row: Row) -> tuple[Record, list[RowError]]:
        plain = chosen.quick(row)
        return _record(schema, row, context) if plain is None else (plain, [])

    rows = chosen.read(data, schema.fields, _required(schema), unreadable, context.zone)
    counts, errors, many = chosen.stream(session, map(read, rows), context)
    if not many and not unreadable:
        unreadable.append(NO_ROWS)
    return counts, [*unreadable, *errors], many


def _required(schema: Schema) -> list[str]:
    return [name for name, spec in schema.fields.items() if spec.required]


def _record(schema: Schema, row: Row, context: ImportContext) -> tuple[Record, list[RowError]]:
    cells, doubted = _trusted(schema, row, context)
    try:
        return Record(row.number, schema.load(cells), frozenset(doubted)), list(doubted.values())
    except ValidationError as error:
        messages = error.messages_dict
        faults = [
            RowError(row.number, column, "bad_input", "; ".join(str(word) for word in words))
            for column, words in messages.items()
            if column not in doubted
        ]
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        return Record(row.number, valid, frozenset(messages) | frozenset(doubted)), [
            *doubted.values(),
            *faults,
        ]


def _trusted(schema: Schema, row: Row, context: ImportContext) -> tuple[dict[str, str], dict[str, RowError]]:
    """The cells of a row that can be taken as written, and a fault for each that cannot.

    A word for nothing leaves an optional cell empty, with a note; where something is needed it is a fault.
    """
    cells: dict[str, str] = {}
    faults: dict[str, RowError] = {}
    for column, cell in row.cells.items():
        if is_nothing(column, cell):
            if schema.fields[column].required:
                words = f"“{cell}” is a word for nothing, and something is needed here"
                faults[column] = RowError(row.number, column, "bad_input", words)
            else:
                note = f"“{cell}” is a word for nothing: read as an empty cell"
                context.notes.append(RowError(row.number, column, "read_as_empty", note))
            continue
        doubt = damage(column, cell)
        if doubt is None:
            cells[column] = cell
        else:
            faults[column] = RowError(row.number, column, "bad_input", doubt)
    return cells, faults
