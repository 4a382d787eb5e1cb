"""What becomes of what validation found: taken as right, looked at again in the field, or estimated."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.catalogue import CATALOGUE, order_type_of
from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import ACTIVE
from workorders.metering.estimates import estimate_read
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.meter_facts import meter_facts
from workorders.queries.pieces import PIECE, pieces
from workorders.queries.read_history import histories
from workorders.tables import Order, Read, ReadFinding, ReadingStop, ServicePoint
from workorders.usecases.meters.agreement_reads import follow_read
from workorders.usecases.orders.orders import OrderRequest, raise_order

ACCEPTED = "accepted"
"""Flag of a read that a person took as right against the validation."""


@dataclass(slots=True)
class Decided:
    """What was done, and the findings that could not be decided so, with the reason."""

    done: list[ReadFinding] = field(default_factory=list)
    refused: list[tuple[ReadFinding, Problem]] = field(default_factory=list)


def accept_findings(
    session: Session, ids: Sequence[int], *, reason: str, now: datetime, actor: str
) -> Decided:
    """The reads are right as they stand; one that was not to be billed gets a successor that is.

    A missing read cannot be taken as right: it is refused. Raises Problem `bad_input`, `nothing_chosen`.
    """
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    decided = Decided()
    for finding in _open(session, ids):
        if finding.read is None:
            decided.refused.append((finding, Problem("read_missing")))
            continue
        if "not_billable" in finding.read.flags:
            try:
                _successor(session, finding, finding.read.value, finding.read.kind, [ACCEPTED])
            except Problem as problem:
                decided.refused.append((finding, problem))
                continue
        _close(finding, "accepted", now=now, actor=actor, reason=reason)
        decided.done.append(finding)
    session.flush()
    return decided


def order_findings(session: Session, ids: Sequence[int], *, now: datetime, actor: str) -> Decided:
    """A reread for each doubted read, a special read for each missing one.

    An order of that type that is under way there already is used. Each order stands for itself: what refuses
    one stops no other. Raises Problem `nothing_chosen`.
    """
    decided = Decided()
    findings = _open(session, ids)
    points = sorted({one.service_point_id for one in findings})
    routes = _routes(session, points)
    active = _active(session, points)
    for finding in findings:
        type_ = _type_for(finding.kind)
        number = active.get((finding.service_point_id, type_))
        if number is None:
            try:
                with session.begin_nested():
                    request = _request(finding, type_, routes.get(finding.service_point_id))
                    number = raise_order(session, request, now=now, actor=actor).number
            except Problem as problem:
                decided.refused.append((finding, problem))
                continue
            active[finding.service_point_id, type_] = number
        finding.order_number = number
        _close(finding, "ordered", now=now, actor=actor)
        decided.done.append(finding)
    session.flush()
    return decided


def estimate_findings(session: Session, ids: Sequence[int], *, now: datetime, actor: str) -> Decided:
    """An estimated read for each, with its method as a flag; it takes the place of a read that is there.

    Refused with `no_history` where nothing can be estimated from. Raises Problem `nothing_chosen`.
    """
    decided = Decided()
    findings = _open(session, ids)
    zone = ZoneInfo(district_of(session).timezone)
    for part in pieces(findings):
        known = histories(session, sorted({one.service_point_id for one in part}))
        for finding in part:
            at = finding.read.taken_at if finding.read else datetime.combine(finding.found_on, time(12), zone)
            own = known[finding.service_point_id]
            reads = [one for one in own.reads if finding.read is None or one.at != finding.read.taken_at]
            facts = meter_facts(finding.meter, None)
            made = estimate_read(reads, own.meters | {facts.serial: facts}, facts, min(at, now))
            if made is None:
                decided.refused.append((finding, Problem("no_history")))
                continue
            try:
                _successor(session, finding, made.value, "estimated", [made.flag], at=min(at, now))
            except Problem as problem:
                decided.refused.append((finding, problem))
                continue
            _close(finding, "estimated", now=now, actor=actor)
            decided.done.append(finding)
    session.flush()
    return decided


def _open(session: Session, ids: Sequence[int]) -> list[ReadFinding]:
    """The findings that are still open, locked; others were decided meanwhile."""
    found = list(
        session.scalars(
            select(ReadFinding)
            .where(ReadFinding.id.in_(sorted(set(ids))[:PIECE]), ReadFinding.state == "open")
            .options(joinedload(ReadFinding.meter), joinedload(ReadFinding.read))
            .order_by(ReadFinding.service_point_id, ReadFinding.id)
            .with_for_update(of=ReadFinding)
        )
    )
    if not found:
        raise Problem("nothing_chosen")
    return found


def _successor(
    session: Session,
    finding: ReadFinding,
    value: int,
    kind: str,
    flags: list[str],
    *,
    at: datetime | None = None,
) -> None:
    """Reads are never edited: another takes the place of the first.

    Raises Problem `read_superseded` where another has already, as somebody corrected it.
    """
    first = finding.read
    point = select(ServicePoint.id).where(ServicePoint.id == finding.service_point_id)
    session.execute(point.with_for_update())
    if first is not None:
        later = session.scalar(select(Read.id).where(Read.supersedes_id == first.id).limit(1))
        if later is not None:
            raise Problem("read_superseded", read=first.id, by=later)
    made = Read(
        meter_id=finding.meter_id,
        service_point_id=finding.service_point_id,
        taken_at=first.taken_at if first else at,
        value=value,
        kind=kind,
        source=f"finding:{finding.id}",
        supersedes_id=first.id if first else None,
        billed=False,
        flags=flags,
    )
    session.add(made)
    session.flush()
    if first is not None:
        follow_read(session, finding.service_point_id, first.id, made.id)


def _type_for(kind: str) -> str:
    """The order type that looks into a kind of finding."""
    return next(code for code, one in CATALOGUE.items() if kind in one.answers_findings)


def _request(finding: ReadFinding, type_: str, route: str | None) -> OrderRequest:
    order_type = order_type_of(type_)
    extra = dict(order_type.answers_findings[finding.kind])
    asked = {one.name for one in order_type.extra}
    if route is not None and "reading_route" in asked:
        extra["reading_route"] = route
    if finding.read is not None and "disputed_read" in asked:
        extra["disputed_read"] = finding.read.value
    return OrderRequest(
        type=type_,
        service_point_id=finding.service_point_id,
        extra=extra,
        no_charge=True,
        request_id=f"finding-{finding.id}",
    )


def _routes(session: Session, points: Sequence[int]) -> dict[int, str]:
    asked = select(ReadingStop.service_point_id, ReadingStop.route)
    return {row[0]: row[1] for row in session.execute(asked.where(ReadingStop.service_point_id.in_(points)))}


def _active(session: Session, points: Sequence[int]) -> dict[tuple[int, str], str]:
    asked = select(Order.service_point_id, Order.type, Order.number).where(
        Order.service_point_id.in_(points),
        Order.state.in_(ACTIVE),
        Order.type.in_([code for code, one in CATALOGUE.items() if one.answers_findings]),
    )
    return {(row[0], row[1]): row[2] for row in session.execute(asked)}


def _close(finding: ReadFinding, state: str, *, now: datetime, actor: str, reason: str | None = None) -> None:
    finding.state, finding.decided_at, finding.decided_by = state, now, actor[:80]
    finding.reason = reason
