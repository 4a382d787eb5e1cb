"""A file of a read system is taken in: its good rows become reads, held against history at once.

Unlike an import, a faulty row stops nothing but itself: what a radio did not say cannot be mended in the
file. Faults, gaps and absent meters are kept with the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.metering.read_layout import FileRead, Layout, RowFault
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.tables import MeterSkip, Read, ReadFile, ReadFinding, ReadingStop
from workorders.tables.bulk import insert_all, reserve_ids
from workorders.usecases.exchange.import_runs import begin_run
from workorders.usecases.meters.absent_meters import note_absent
from workorders.usecases.meters.agreement_reads import follow_read
from workorders.usecases.meters.placed_reads import Before, Placed, before, placed, source_of, taken_before
from workorders.usecases.meters.validate_reads import validate_reads

KEPT_FAULTS = 500


@dataclass(slots=True)
class _Sorted:
    """The rows of a file by what becomes of them."""

    reads: list[Placed] = field(default_factory=list)
    skips: list[Placed] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    repeated: int = 0


def take_read_file(
    session: Session,
    layout: Layout,
    rows: Iterable[FileRead | RowFault],
    *,
    name: str,
    digest: str,
    now: datetime,
    actor: str,
) -> ReadFile:
    """Write the reads and skips of a file, and what validation finds.

    `digest`: SHA-256 of the file's bytes, in hex. Raises Problem `read_file_known` for a file that was taken
    in before, `read_file_empty` for one without a row.
    """
    every = list(rows)
    if not every:
        raise Problem("read_file_empty")
    # One at a time, and none between the ids of an import: undoing that one takes all that lies there.
    begin_run(session)
    if session.scalar(select(ReadFile.id).where(ReadFile.digest == digest)) is not None:
        raise Problem("read_file_known")
    district = district_of(session)
    zone, today = ZoneInfo(district.timezone), district.day_of(now)
    good, faults = placed(session, [r for r in every if isinstance(r, FileRead)], today=today, zone=zone)
    known = before(session, good, zone=zone)
    found = _sorted(good, known, taken_before(session, good))
    found.faults += faults + [one for one in every if isinstance(one, RowFault)]
    days = sorted({one.row.day for one in good})
    file = ReadFile(
        layout=layout.name,
        name=name[:200],
        digest=digest,
        taken_at=now,
        taken_by=actor[:80],
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
        rows=len(every),
        accepted=len(found.reads),
        repeated=found.repeated,
        skipped=len(found.skips),
        faulty=len(found.faults),
        faults=[_as_json(one, layout) for one in sorted(found.faults, key=lambda f: f.row)[:KEPT_FAULTS]],
        gap_days=_gaps(days, layout),
    )
    session.add(file)
    session.flush()
    _keep_routes(session, good)
    _write_skips(session, found.skips, file.id)
    ids = reserve_ids(session, Read, len(found.reads))
    numbered = list(zip(ids, found.reads, strict=True))
    replaced = {
        id_: known[one.meter_id, one.row.day] for id_, one in numbered if (one.meter_id, one.row.day) in known
    }
    sources = {id_: one.source for id_, one in replaced.items()}
    flags, findings = validate_reads(session, numbered, file.id, replaced=sources)
    insert_all(session, Read, [_row(id_, one, flags[id_], replaced.get(id_)) for id_, one in numbered])
    for id_, one in numbered:
        if id_ in replaced:
            follow_read(session, one.point_id, replaced[id_].id, id_)
    insert_all(session, ReadFinding, findings)
    file.absent = note_absent(session, layout, good, file, now=now)
    session.flush()
    return file


def _sorted(
    rows: Sequence[Placed],
    known: dict[tuple[int, date], Before],
    taken: dict[tuple[int, date, bool], int],
) -> _Sorted:
    """One read of a meter and day: the last of them where the file says the hour, else they must agree."""
    found = _Sorted()
    chosen: dict[tuple[int, date], Placed] = {}
    skipped: set[tuple[int, date]] = set()
    for one in rows:
        key = (one.meter_id, one.row.day)
        if one.row.value is None:
            if key in skipped:
                found.repeated += 1
            else:
                skipped.add(key)
                found.skips.append(one)
            continue
        said = _on_record(one, known, taken)
        if said is None:
            _choose(found, chosen, key, one)
        elif said == one.row.value:
            found.repeated += 1
        else:
            found.faults.append(_differs(one, said))
    found.reads = list(chosen.values())
    found.skips = [one for one in found.skips if (one.meter_id, one.row.day) not in chosen]
    return found


def _on_record(
    one: Placed, known: dict[tuple[int, date], Before], taken: dict[tuple[int, date, bool], int]
) -> int | None:
    """What the records show of that meter and day; None: nothing, or an estimate that the row replaces."""
    key = (one.meter_id, one.row.day)
    said = taken.get((*key, one.row.estimated))
    if said is not None:
        # Also where a person has put another read in its place: a file that repeats it changes nothing.
        return said
    on_record = known.get(key)
    if on_record is None or _replaces(one, on_record):
        return None
    # An estimate says nothing against what is there.
    return one.row.value if one.row.estimated else on_record.value


def _choose(
    found: _Sorted, chosen: dict[tuple[int, date], Placed], key: tuple[int, date], one: Placed
) -> None:
    """Between rows of the same file."""
    first = chosen.get(key)
    if first is None:
        chosen[key] = one
    elif first.row.estimated != one.row.estimated:
        # What was read goes before what was estimated, in whatever order they come.
        found.repeated += 1
        chosen[key] = one if first.row.estimated else first
    elif first.row.value == one.row.value or (first.row.timed and one.row.timed):
        found.repeated += 1
        chosen[key] = max(first, one, key=lambda each: each.row.at)
    else:
        found.faults.append(_differs(one, first.row.value))


def _differs(one: Placed, value: int | None) -> RowFault:
    return RowFault(one.row.row, "value", Message.of("readfile.differs", value=value, day=one.row.day))


def _replaces(one: Placed, on_record: Before) -> bool:
    """A read of the dials takes the place of an estimate of the same day."""
    return on_record.kind == "estimated" and not one.row.estimated


def _row(id_: int, one: Placed, flags: list[str], replaced: Before | None) -> dict[str, Any]:
    kind = "estimated" if one.row.estimated else "actual"
    return {
        "id": id_,
        "meter_id": one.meter_id,
        "service_point_id": one.point_id,
        "taken_at": one.row.at,
        "value": one.row.value,
        "kind": kind,
        "source": source_of(one.row.day),
        "supersedes_id": replaced.id if replaced is not None else None,
        "flags": ["estimated_elsewhere", *flags] if one.row.estimated else flags,
    }


def _write_skips(session: Session, skips: Sequence[Placed], file_id: int) -> None:
    """A skip of a service point and day is counted once, whichever file it is in."""
    points, days = sorted({one.point_id for one in skips}), {one.row.day for one in skips}
    known: set[tuple[int, date]] = set()
    for part in pieces(points):
        asked = select(MeterSkip.service_point_id, MeterSkip.skipped_on).where(
            MeterSkip.service_point_id.in_(part), MeterSkip.skipped_on.in_(days)
        )
        known.update((row[0], row[1]) for row in session.execute(asked))
    rows = [
        {
            "service_point_id": one.point_id,
            "meter_id": one.meter_id,
            "skipped_on": one.row.day,
            "code": one.row.skip,
            "file_id": file_id,
        }
        for one in {(s.point_id, s.row.day): s for s in skips}.values()
        if (one.point_id, one.row.day) not in known
    ]
    insert_all(session, MeterSkip, rows)


def _keep_routes(session: Session, rows: Sequence[Placed]) -> None:
    """The newest file that names a route says where on it the service point lies."""
    named = {one.point_id: one.row for one in rows if one.row.route is not None}
    ids = sorted(named)
    for part in pieces(ids):
        stops = {
            one.service_point_id: one
            for one in session.scalars(select(ReadingStop).where(ReadingStop.service_point_id.in_(part)))
        }
        for point in part:
            route, sequence = named[point].route or "", named[point].sequence
            stop = stops.get(point)
            if stop is None:
                session.add(ReadingStop(service_point_id=point, route=route, sequence=sequence))
            elif (stop.route, stop.sequence) != (route, sequence):
                stop.route, stop.sequence = route, sequence
    session.flush()


def _gaps(days: Sequence[date], layout: Layout) -> list[str]:
    """Days without a read between the first and the last of an AMI file: a network reads every day."""
    if layout.source != "ami" or not days:
        return []
    have = {one.toordinal() for one in days}
    span = range(days[0].toordinal(), days[-1].toordinal())
    return [date.fromordinal(day).isoformat() for day in span if day not in have]


def _as_json(fault: RowFault, layout: Layout) -> dict[str, Any]:
    """With the file's own name of the column."""
    column = layout.columns.get(fault.column, fault.column)
    return {"row": fault.row, "column": column, "message": fault.message.as_json()}
