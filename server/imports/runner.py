"""One file, one transaction: read, check everything, write all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError
from sqlalchemy.orm import Session, sessionmaker

from geo.territory.extent import district_extent
from server.db import count_rows_anew
from server.imports import accounts, forecast, meters, orders, premises, shifts, technicians
from server.imports.context import ImportContext, Record, RowsRejected
from server.imports.damage import damage
from server.imports.nothing import is_nothing
from server.imports.report import ImportReport, RowError
from server.imports.table import Row, Table, read_table
from server.progress import Progress, silent

PROGRESS_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file may be about: its columns, its checks and its writing."""

    name: str
    schema: type[Schema]
    check: Callable[[Session, Sequence[Record], ImportContext], Iterator[RowError]]
    write: Callable[[Session, Sequence[Record], ImportContext], dict[str, int]]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("premises", premises.PremiseRow, premises.check, premises.write),
        Kind("accounts", accounts.AccountRow, accounts.check, accounts.write),
        Kind("technicians", technicians.TechnicianRow, technicians.check, technicians.write),
        Kind("shifts", shifts.ShiftRow, shifts.check, shifts.write),
        Kind("meters", meters.MeterRow, meters.check, meters.write),
        Kind("orders", orders.OrderRow, orders.check, orders.write),
        Kind("forecast", forecast.ForecastRow, forecast.check, forecast.write),
    )
}


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
) -> ImportReport:
    """Import the bytes of one CSV file of a kind in `KINDS`; `file` is its name, for the report.
    Positions are held against the district's premises and the streets in `data_dir`.

    Nothing is written when the report has errors, or in a dry run, which writes everything and takes it
    back, so that the database's own constraints are tried too. The same bytes have the same source name.
    """
    chosen = KINDS[kind]
    schema = chosen.schema()
    required = [name for name, spec in schema.fields.items() if spec.required]
    table = read_table(data, schema.fields, required)
    source = f"import:{kind}:{hashlib.sha256(data).hexdigest()[:12]}"
    with sessions() as session:
        extent = district_extent(session, data_dir)
    context = ImportContext(source, now, zone, progress, extent=extent)
    records, errors = _load(schema, table, context)
    counts: dict[str, int] = {}
    with sessions() as session:
        errors.extend(chosen.check(session, records, context))
        if not errors:
            try:
                counts = chosen.write(session, records, context)
                session.flush()
            except RowsRejected as rejected:
                errors.extend(rejected.errors)
        if errors or dry_run:
            session.rollback()
        else:
            count_rows_anew(session)
            session.commit()
    return ImportReport(
        kind, file, len(table.rows), dry_run, counts, tuple(sorted(errors)), tuple(sorted(context.notes))
    )


def _load(schema: Schema, table: Table, context: ImportContext) -> tuple[list[Record], list[RowError]]:
    """Each row through its schema; a row with faults keeps its good cells, so that they are checked too."""
    errors = list(table.errors)
    if not table.rows and not errors:
        errors.append(RowError(1, "", "bad_input", "the file has no rows"))
    records = []
    for count, row in enumerate(table.rows, 1):
        record, faults = _record(schema, row, context)
        records.append(record)
        errors.extend(faults)
        if count % PROGRESS_ROWS == 0 or count == len(table.rows):
            context.progress("reading rows", count, len(table.rows))
    return records, errors


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
