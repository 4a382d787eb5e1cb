"""What every importer is given, and the look-ups they share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.territory.extent import Extent
from server.imports.report import RowError
from server.progress import Progress
from workorders.queries.pieces import pieces
from workorders.tables.bulk import insert_all, reserve_ids

BATCH = 1_000
"""Rows in one bulk insert: large enough to be cheap, small enough that progress moves."""


class RowsRejected(Exception):  # noqa: N818 - the rows are what was rejected
    """Rows that the domain's own rules refused while they were written; nothing of the file stays."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} rows")


@dataclass(frozen=True, slots=True)
class Record:
    """A row that was read: its number, and the columns that are well formed."""

    number: int
    values: dict[str, Any]
    faulty: frozenset[str] = frozenset()
    """Columns that were named as wrong already, so that their absence is not named again."""

    def get(self, column: str) -> Any:
        """The value of a column; None when the cell was empty or not well formed."""
        return self.values.get(column)

    def error(self, column: str, words: str, code: str = "bad_input") -> RowError:
        """Something wrong with this row."""
        return RowError(self.number, column, code, words)


@dataclass(frozen=True, slots=True)
class ImportContext:
    """`source` names the import in every fact it writes; `zone` is the time zone of the district.

    `notes` collects what is read in a way that somebody should know of, but is no fault.
    """

    source: str
    now: datetime
    zone: ZoneInfo
    progress: Progress
    notes: list[RowError] = field(default_factory=list)
    extent: Extent | None = None
    """Where the district is known to lie; None before there are premises or streets."""
    kept: dict[str, dict[Any, Any]] = field(default_factory=dict)
    actor: str = ""
    """Who gave the file in; the source, where a command did."""
    added: list[str] = field(default_factory=list)
    """What it adds, as table:number: what undoing the import takes away again."""

    def memory(self, name: str) -> dict[Any, Any]:
        """What rows are held against that come later in the file: a file is checked and written in parts."""
        return self.kept.setdefault(name, {})


EXCHANGED = "longitude and latitude are exchanged: with the other first, this lies in the district"


def exchanged_axes(records: Iterable[Record], extent: Extent | None) -> Iterator[RowError]:
    """Positions that lie in the district only with their axes exchanged."""
    for record in records:
        lon, lat = record.get("longitude"), record.get("latitude")
        if extent is not None and lon is not None and lat is not None and extent.exchanged(lon, lat):
            yield record.error("longitude", EXCHANGED)


def known(
    session: Session,
    key: InstrumentedAttribute[str],
    values: Iterable[str],
    *wanted: Any,
) -> dict[str, Any]:
    """Rows that exist already: {key: row of `wanted`} for those of `values` that are in the table."""
    found: dict[str, Any] = {}
    every = sorted(set(values))
    for part in pieces(every):
        for row in session.execute(select(key, *wanted).where(key.in_(part))):
            found[row[0]] = row[1] if len(wanted) == 1 else row[1:]
    return found


def rows_at(
    session: Session, points: dict[str, int], query: Select[*tuple[Any, ...]], column: Any
) -> Iterator[tuple[str, Sequence[Any]]]:
    """The rows of `query` at service points (number → id), each with the number.

    The query's first column is the service point's id, `column` what it is compared with.
    """
    numbers = {point_id: number for number, point_id in points.items()}
    ids = sorted(numbers)
    for part in pieces(ids):
        for row in session.execute(query.where(column.in_(part))):
            yield numbers[row[0]], row[1:]


def column_values(records: Iterable[Record], column: str) -> list[str]:
    """The values of a column, without the empty ones."""
    return [value for record in records if (value := record.get(column)) is not None]


def repeated(records: Iterable[Record], column: str, context: ImportContext) -> Iterator[RowError]:
    """An error for each row that names a key which an earlier row of the file names too."""
    first = context.memory(f"rows by {column}")
    for record in records:
        value = record.get(column)
        if value is None:
            continue
        if value in first:
            yield record.error(column, f"“{value}” is in row {first[value]} already")
        else:
            first[value] = record.number


def insert_batches(
    session: Session, model: type[Any], rows: Sequence[dict[str, Any]], step: str, progress: Progress
) -> None:
    """Insert `rows`, which name the same columns, in batches and say how far it is."""
    for start in range(0, len(rows), BATCH):
        insert_all(session, model, rows[start : start + BATCH])
        progress(step, min(start + BATCH, len(rows)), len(rows))


def insert_keyed(
    session: Session,
    columns: tuple[InstrumentedAttribute[str], InstrumentedAttribute[int]],
    rows: Sequence[dict[str, Any]],
    step: str,
    context: ImportContext,
) -> dict[str, int]:
    """Insert `rows`, note their keys, and return their ids by them; `columns` are that key and the id."""
    key, row_id = columns
    model: Any = key.class_
    ids = reserve_ids(session, model, len(rows))
    numbered = [row | {row_id.key: number} for row, number in zip(rows, ids, strict=True)]
    insert_batches(session, model, numbered, step, context.progress)
    context.added.extend(f"{model.__tablename__}:{row[key.key]}" for row in rows)
    return {row[key.key]: number for row, number in zip(rows, ids, strict=True)}
