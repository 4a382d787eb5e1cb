"""What waits at the reading desk: findings by route, unread meters by route, calls, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, select
from sqlalchemy.orm import Session, joinedload

from workorders.metering.registers import DIALS_SEEN
from workorders.metering.validation import limits_of
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import (
    Account,
    CourtesyCall,
    Installation,
    Meter,
    Read,
    ReadFile,
    ReadFinding,
    ReadingStop,
    ServiceAgreement,
    ServicePoint,
)

FILES = 40
MOST = 400
"""Lines of a list."""
CALL_DAYS = timedelta(days=30)
"""After a month the bill has said it."""
NO_ROUTE = ""
"""Route of service points that are on none."""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding with where it is, who answers, and the read and the one before it."""

    finding: ReadFinding
    route: str
    sequence: int
    account: Account | None


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A meter whose dials nobody has read for long."""

    point: ServicePoint
    serial: str
    meter_id: int
    read_at: datetime | None
    days: int
    sequence: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """A high read whose customer may be called, with the calls so far, the newest first."""

    line: FindingLine
    calls: Sequence[CourtesyCall]


def open_findings(
    session: Session, *, kind: str | None = None, route: str | None = None
) -> list[FindingLine]:
    """What waits for a decision, by route in walking order, at most MOST."""
    query = (
        select(ReadFinding, ReadingStop.route, ReadingStop.sequence)
        .outerjoin(ReadingStop, ReadingStop.service_point_id == ReadFinding.service_point_id)
        .where(ReadFinding.state == "open")
        .options(
            joinedload(ReadFinding.service_point).joinedload(ServicePoint.premise),
            joinedload(ReadFinding.meter),
            joinedload(ReadFinding.read),
        )
        .order_by(
            func.coalesce(ReadingStop.route, NO_ROUTE),
            ReadingStop.sequence,
            ReadFinding.service_point_id,
            ReadFinding.id,
        )
        .limit(MOST)
    )
    if kind:
        query = query.where(ReadFinding.kind == kind)
    if route is not None:
        query = query.where(func.coalesce(ReadingStop.route, NO_ROUTE) == route)
    return _lines(session, session.execute(query).all())


def counts_of_findings(session: Session) -> dict[str, int]:
    """How many wait, by kind."""
    query = select(ReadFinding.kind, func.count()).where(ReadFinding.state == "open")
    return {row[0]: row[1] for row in session.execute(query.group_by(ReadFinding.kind))}


def high_reads(session: Session, *, now: datetime, finding_id: int | None = None) -> list[CallLine]:
    """High reads of the last CALL_DAYS whose customer was not reached yet, the highest usage first."""
    since = district_of(session).day_of(now) - CALL_DAYS
    reached = select(CourtesyCall.id).where(
        CourtesyCall.finding_id == ReadFinding.id, CourtesyCall.outcome == "reached"
    )
    query = (
        select(ReadFinding, ReadingStop.route, ReadingStop.sequence)
        .outerjoin(ReadingStop, ReadingStop.service_point_id == ReadFinding.service_point_id)
        .where(ReadFinding.kind == "high", ReadFinding.found_on >= since, ~reached.exists())
        .options(
            joinedload(ReadFinding.service_point).joinedload(ServicePoint.premise),
            joinedload(ReadFinding.meter),
            joinedload(ReadFinding.read),
        )
        .order_by(ReadFinding.usage.desc(), ReadFinding.id)
        .limit(MOST)
    )
    if finding_id is not None:
        query = query.where(ReadFinding.id == finding_id)
    lines = _lines(session, session.execute(query).all())
    calls: dict[int, list[CourtesyCall]] = {}
    asked = select(CourtesyCall).where(CourtesyCall.finding_id.in_([one.finding.id for one in lines]))
    for call in session.scalars(asked.order_by(CourtesyCall.at.desc())):
        calls.setdefault(call.finding_id, []).append(call)
    return [CallLine(one, calls.get(one.finding.id, ())) for one in lines if one.account is not None]


def _lines(session: Session, rows: Sequence[Any]) -> list[FindingLine]:
    points = sorted({row[0].service_point_id for row in rows})
    answering = {
        one.service_point_id: one.account
        for one in session.scalars(
            select(ServiceAgreement)
            .where(ServiceAgreement.service_point_id.in_(points), ServiceAgreement.serving)
            .options(joinedload(ServiceAgreement.account).joinedload(Account.customer))
        )
    }
    return [
        FindingLine(finding, route or NO_ROUTE, sequence or 0, answering.get(finding.service_point_id))
        for finding, route, sequence in rows
    ]


def unread_days(session: Session, *, now: datetime) -> int:
    """Days without a read of the dials after which a meter is unread, by the rules of today."""
    return limits_of(rule_book(session).in_force(district_of(session).day_of(now))).missing_days


def unread_routes(session: Session, *, days: int, now: datetime) -> list[tuple[str, int, int]]:
    """(route, meters on it, of them unread) for every route with an unread meter; `""`: on none."""
    route = func.coalesce(ReadingStop.route, NO_ROUTE)
    unread = func.sum(case((_seen() < now - timedelta(days=days), 1), else_=0))
    query = (
        select(route, func.count(), unread)
        .select_from(Installation)
        .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .outerjoin(ReadingStop, ReadingStop.service_point_id == ServicePoint.id)
        .where(*_THERE)
        .group_by(route)
        .order_by(route)
    )
    return [(name, many, int(missed)) for name, many, missed in session.execute(query) if missed]


def unread_meters(session: Session, route: str, *, days: int, now: datetime) -> list[UnreadLine]:
    """The unread meters of a route in walking order, at most MOST."""
    query = (
        select(ServicePoint, Meter.serial, Meter.id, _last_read(), Installation.installed_at)
        .add_columns(ReadingStop.sequence)
        .select_from(Installation)
        .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .join(Meter, Meter.id == Installation.meter_id)
        .outerjoin(ReadingStop, ReadingStop.service_point_id == ServicePoint.id)
        .where(*_THERE, _seen() < now - timedelta(days=days))
        .where(ReadingStop.route == route if route != NO_ROUTE else ReadingStop.route.is_(None))
        .options(joinedload(ServicePoint.premise))
        .order_by(ReadingStop.sequence, ServicePoint.id)
        .limit(MOST)
    )
    return [
        UnreadLine(point, serial, meter_id, read_at, (now - (read_at or installed)).days, sequence or 0)
        for point, serial, meter_id, read_at, installed, sequence in session.execute(query)
    ]


def unread_points(
    session: Session, points: Sequence[int], *, days: int, now: datetime
) -> list[tuple[int, int]]:
    """Of these service points, (service point id, meter id) of those that are unread still."""
    query = select(Installation.service_point_id, Installation.meter_id).join(
        ServicePoint, ServicePoint.id == Installation.service_point_id
    )
    chosen = Installation.service_point_id.in_(points)
    rows = session.execute(query.where(chosen, *_THERE, _seen() < now - timedelta(days=days)))
    return [(point, meter) for point, meter in rows]


_THERE = (Installation.removed_at.is_(None), ServicePoint.state != "inactive")


def _last_read() -> ScalarSelect[datetime]:
    return (
        select(func.max(Read.taken_at))
        .where(Read.meter_id == Installation.meter_id, Read.kind.in_(DIALS_SEEN))
        .correlate(Installation)
        .scalar_subquery()
    )


def _seen() -> ColumnElement[datetime]:
    """When somebody last saw the dials."""
    return func.coalesce(_last_read(), Installation.installed_at)


def recent_files(session: Session) -> Sequence[ReadFile]:
    """The newest FILES files."""
    return session.scalars(select(ReadFile).order_by(ReadFile.id.desc()).limit(FILES)).all()
