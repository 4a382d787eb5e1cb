"""Meters that belong in a read file and have no row in it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from workorders.metering.read_layout import Layout
from workorders.metering.registers import DIALS_SEEN
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.tables import Installation, Meter, Read, ReadFile, ReadFinding, ReadingStop, ServicePoint
from workorders.tables.bulk import insert_all
from workorders.usecases.history import count
from workorders.usecases.meters.placed_reads import Placed

SILENT = {"ami": timedelta(days=3), "handheld": timedelta(days=14)}
"""A radio not heard for a day or two is weather; a route is often read over several days and files."""


def note_absent(
    session: Session, layout: Layout, rows: Sequence[Placed], file: ReadFile, *, now: datetime
) -> int:
    """Keep a finding `missing` for each; answers how many meters are absent.

    A handheld's file is held against the routes that it names, an AMI file against all meters with a radio.
    A meter that was read within SILENT before is not absent.
    """
    day = file.last_on
    if day is None:
        return 0
    seen = {one.meter_id for one in rows}
    routes = sorted({one.row.route for one in rows if one.row.route is not None})
    if layout.source == "handheld" and not routes:
        return 0
    query = _expected()
    if layout.source == "handheld":
        query = query.join(ReadingStop, ReadingStop.service_point_id == ServicePoint.id).where(
            ReadingStop.route.in_(routes)
        )
    else:
        query = query.where(Meter.endpoint.is_not(None))
    absent = [(point, meter) for point, meter in session.execute(query) if meter not in seen]
    silent = _silent(session, absent, day, SILENT[layout.source])
    note_missing(session, silent, day, file_id=file.id, now=now)
    return len(silent)


def note_missing(
    session: Session,
    meters: Sequence[tuple[int, int]],
    day: date,
    *,
    file_id: int | None,
    now: datetime,
) -> None:
    """Open findings `missing` for (service point id, meter id), where none is open or was kept that day."""
    day = min(day, district_of(session).day_of(now))
    # Two at once would both find none open: the counter makes the second wait.
    count(session, "missing_runs")
    by_point = dict(meters)
    rows = []
    for part in pieces(sorted(by_point)):
        asked = select(ReadFinding.service_point_id).where(
            ReadFinding.service_point_id.in_(part),
            ReadFinding.kind == "missing",
            (ReadFinding.state == "open") | (ReadFinding.found_on == day),
        )
        kept = set(session.scalars(asked))
        rows += [
            {
                "service_point_id": point,
                "meter_id": by_point[point],
                "file_id": file_id,
                "kind": "missing",
                "found_on": day,
                "state": "open",
            }
            for point in part
            if point not in kept
        ]
    insert_all(session, ReadFinding, rows)


def _expected() -> Select[*tuple[Any, ...]]:
    return (
        select(ServicePoint.id, Meter.id)
        .join(Installation, Installation.service_point_id == ServicePoint.id)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(Installation.removed_at.is_(None), ServicePoint.state != "inactive")
        .order_by(ServicePoint.id)
    )


def _silent(
    session: Session, absent: Sequence[tuple[int, int]], day: date, span: timedelta
) -> list[tuple[int, int]]:
    district = district_of(session)
    heard: dict[int, date] = {}
    for part in pieces([meter for _, meter in absent]):
        newest = (
            select(Read.meter_id, func.max(Read.taken_at))
            .where(Read.meter_id.in_(part), Read.kind.in_(DIALS_SEEN))
            .group_by(Read.meter_id)
        )
        heard |= {meter: district.day_of(at) for meter, at in session.execute(newest)}
    return [(p, m) for p, m in absent if m not in heard or day - heard[m] >= span]
