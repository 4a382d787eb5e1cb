"""How rows of the demo district reach an empty database: in bulk, with progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from demo.households.reads import DIALS
from server.progress import Progress
from workorders.tables import Base
from workorders.tables.bulk import insert_all, reserve_ids

BATCH = 2_000
"""Rows in one statement, and entries posted at once."""
SOURCE = "demo"
"""Source of every fact that comes with the district."""
MAKE = "Demo Meter"
REMOTE_ENDS = ("03", "05", "07", "08", "09")
"""Ends of serials whose meters have a remote switch; the last figure is the simulated head-end’s cue."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Where rows go and who hears of it."""

    session: Session
    progress: Progress
    now: datetime
    zone: ZoneInfo

    def rows(self, table: type[Base], rows: Sequence[dict[str, Any]], step: str | None = None) -> None:
        """Insert rows in batches; a part of something larger names no `step` of its own."""
        for start in range(0, len(rows), BATCH):
            insert_all(self.session, table, rows[start : start + BATCH])
            if step is not None:
                self.progress(step, min(start + BATCH, len(rows)), len(rows))

    def keyed(self, table: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
        """Insert rows, and answer the ids they got, in their order."""
        ids = reserve_ids(self.session, table, len(rows))
        self.rows(table, [row | {"id": number} for row, number in zip(rows, ids, strict=True)])
        return ids

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
        "remote_switch": status == "installed" and serial.endswith(REMOTE_ENDS),
    }
