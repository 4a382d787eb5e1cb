"""How rows of the demo district reach an empty database: in bulk, with progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from demo.households.reads import DIALS
from server.progress import Progress
from workorders.tables import Base

BATCH = 2_000
"""Rows in one statement, and entries posted at once."""
SOURCE = "demo"
"""Source of every fact that comes with the district."""
MAKE = "Demo Meter"


@dataclass(frozen=True, slots=True)
class Writer:
    """Where rows go and who hears of it."""

    session: Session
    progress: Progress
    now: datetime
    zone: ZoneInfo

    def rows(self, table: type[Base], rows: Sequence[dict[str, Any]], step: str) -> None:
        """Insert rows in batches."""
        # The bare table instead of the class: half the time, for nobody looks at these rows as objects.
        statement = insert(cast(Table, table.__table__))
        for start in range(0, len(rows), BATCH):
            self.session.execute(statement, rows[start : start + BATCH])
            self.progress(step, min(start + BATCH, len(rows)), len(rows))

    def ids(self, key: InstrumentedAttribute[str], row_id: InstrumentedAttribute[int]) -> dict[str, int]:
        """The ids of a table by its key: all of its rows are ours, the database was empty."""
        return {name: number for name, number in self.session.execute(select(key, row_id))}  # noqa: C416 - rows are not pairs to mypy


def meter_row(
    serial: str, size: str, status: str, van: str | None, multiplier: int | None = None
) -> dict[str, Any]:
    """A water meter; large ones count tens of gallons."""
    counts = multiplier or (1 if size in {"5/8", "3/4"} else 10)
    return {
        "serial": serial,
        "make": MAKE,
        "service": "water",
        "size": size,
        "dials": DIALS,
        "multiplier": counts,
        "unit": "gal",
        "status": status,
        "van_technician_id": van,
    }
