"""Reads of a file held against history before they are written: their flags, and what a person looks at."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workorders.facts import ReadFacts
from workorders.metering.validation import Finding, Limits, ReadInQuestion, limits_of, validate
from workorders.policy.rulebook import RulesInForce
from workorders.queries.pieces import pieces
from workorders.queries.read_history import PointHistory, histories
from workorders.queries.rules_cache import rule_book
from workorders.tables import ReadFinding
from workorders.usecases.meters.placed_reads import Placed


def validate_reads(
    session: Session, rows: Sequence[tuple[int, Placed]], file_id: int, *, replaced: Mapping[int, str]
) -> tuple[dict[int, list[str]], list[dict[str, Any]]]:
    """The flags of each read by the id that it is going to have, and the rows of `ReadFinding` to keep.

    A finding of a kind that is open at a service point is not repeated there day by day. An open `missing`
    ends when a read of the dials has come. `replaced`: by the id of a read, the source of the estimate whose
    place it takes, against which it is not judged.
    """
    by_point: dict[int, list[tuple[int, Placed]]] = {}
    for id_, one in rows:
        by_point.setdefault(one.point_id, []).append((id_, one))
    flags: dict[int, list[str]] = {}
    found: list[dict[str, Any]] = []
    book = rule_book(session)
    for part in pieces(sorted(by_point)):
        history = histories(session, part)
        open_ = _open(session, part)
        for point in part:
            gone = {(one.meter.serial, replaced[id_]) for id_, one in by_point[point] if id_ in replaced}
            reads = history[point].reads
            reads[:] = [one for one in reads if (one.serial, one.source) not in gone]
            for id_, one in sorted(by_point[point], key=lambda each: each[1].row.at):
                rules = book.in_force(one.row.day)
                findings, flags[id_] = _judged(one, history[point], rules, limits_of(rules))
                for finding in findings:
                    if (point, finding.kind) not in open_:
                        open_.add((point, finding.kind))
                        found.append(_row(finding, id_, one, file_id))
        read_on = {
            point: max(one.row.day for _, one in by_point[point] if not one.row.estimated)
            for point in part
            if any(not one.row.estimated for _, one in by_point[point])
        }
        _came(session, read_on)
    return flags, found


def _judged(
    one: Placed, history: PointHistory, rules: RulesInForce, limits: Limits
) -> tuple[Sequence[Finding], list[str]]:
    """An estimate of another system is taken as it is; a read joins the history for those that follow."""
    findings: Sequence[Finding] = ()
    flags: tuple[str, ...] = ()
    value = one.row.value or 0
    kind = "estimated" if one.row.estimated else "actual"
    history.meters.setdefault(one.meter.serial, one.meter)
    if not one.row.estimated:
        asked = ReadInQuestion(
            value=value,
            meter=one.meter,
            at=one.row.at,
            reads=history.reads,
            meters=history.meters,
            factors=rules.high_low(one.meter.service),
            limits=limits,
            state=history.state,
            state_since=history.state_since,
        )
        findings, flags = validate(asked)
    history.reads.append(ReadFacts(one.meter.serial, one.row.at, value, kind, "", flags=flags))
    return findings, list(flags)


def _open(session: Session, points: Sequence[int]) -> set[tuple[int, str]]:
    asked = select(ReadFinding.service_point_id, ReadFinding.kind).where(
        ReadFinding.service_point_id.in_(points), ReadFinding.state == "open"
    )
    return {(row[0], row[1]) for row in session.execute(asked)}


def _came(session: Session, read_on: Mapping[int, date]) -> None:
    """Reads of before the day on which one was missed do not say that it came."""
    missing = select(ReadFinding.id, ReadFinding.service_point_id, ReadFinding.found_on).where(
        ReadFinding.service_point_id.in_(read_on),
        ReadFinding.kind == "missing",
        ReadFinding.state == "open",
    )
    came = [row.id for row in session.execute(missing) if row.found_on <= read_on[row.service_point_id]]
    for part in pieces(came):
        change = update(ReadFinding).where(ReadFinding.id.in_(part), ReadFinding.state == "open")
        session.execute(change.values(state="read_came"))


def _row(finding: Finding, read_id: int, one: Placed, file_id: int) -> dict[str, Any]:
    return {
        "service_point_id": one.point_id,
        "meter_id": one.meter_id,
        "read_id": read_id,
        "file_id": file_id,
        "kind": finding.kind,
        "found_on": one.row.day,
        "usage": finding.usage,
        "low": finding.low,
        "high": finding.high,
        "days": finding.days,
        "state": "open",
    }
