"""What every importer is given, and the look-ups they share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, Select, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.territory.extent import Extent
from server.imports.report import RowError
from server.progress import Progress

CHUNK = 500
"""Values in one IN list: below the 999 variables that older SQLite builds allow."""
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
    """Columns that were told to be wrong already, so that their absence is not told again."""

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
    for start in range(0, len(every), CHUNK):
        part = every[start : start + CHUNK]
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
    for start in range(0, len(ids), CHUNK):
        for row in session.execute(query.where(column.in_(ids[start : start + CHUNK]))):
            yield numbers[row[0]], row[1:]


def column_values(records: Iterable[Record], column: str) -> list[str]:
    """The values of a column, without the empty ones."""
    return [value for record in records if (value := record.get(column)) is not None]


def repeated(records: Iterable[Record], column: str) -> Iterator[RowError]:
    """An error for each row that names a key which an earlier row of the file names too."""
    first: dict[str, int] = {}
    for record in records:
        value = record.get(column)
        if value is None:
            continue
        if value in first:
            yield record.error(column, f"“{value}” is in row {first[value]} already")
        else:
            first[value] = record.number


def insert_batches(
    session: Session, statement: Insert, rows: Sequence[dict[str, Any]], step: str, progress: Progress
) -> None:
    """Insert `rows` in batches and say how far it is."""
    for start in range(0, len(rows), BATCH):
        session.execute(statement, rows[start : start + BATCH])
        progress(step, min(start + BATCH, len(rows)), len(rows))


def insert_keyed(
    session: Session,
    columns: tuple[InstrumentedAttribute[str], InstrumentedAttribute[int]],
    rows: Sequence[dict[str, Any]],
    step: str,
    progress: Progress,
) -> dict[str, int]:
    """Insert `rows` and return their ids by their unique key; `columns` are that key and the id.

    Asking for the ids afterwards is quicker than RETURNING, which SQLite answers row by row.
    """
    key, row_id = columns
    insert_batches(session, insert(key.class_), rows, step, progress)
    return known(session, key, (row[key.key] for row in rows), row_id)
