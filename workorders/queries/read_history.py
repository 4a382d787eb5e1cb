"""What the records say of service points whose reads are validated or estimated, read for many together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.facts import MeterFacts, ReadFacts
from workorders.queries.newest_reads import newest_reads
from workorders.tables import ServicePoint, ServicePointEvent

READS = 70
"""Newest reads of each: six years of monthly ones, or what stopped and zero look back over of daily ones."""


@dataclass(slots=True)
class PointHistory:
    """One service point: its reads, oldest first, their meters, and its state and since when."""

    reads: list[ReadFacts]
    meters: dict[str, MeterFacts]
    state: str
    state_since: datetime | None


def histories(session: Session, points: Sequence[int]) -> Mapping[int, PointHistory]:
    """By service point id; PIECE of them at most are asked for at once."""
    known = newest_reads(session, points, most=READS)
    since = (
        select(ServicePointEvent.service_point_id, func.max(ServicePointEvent.at))
        .where(ServicePointEvent.service_point_id.in_(points))
        .group_by(ServicePointEvent.service_point_id)
    )
    changed = {row[0]: row[1] for row in session.execute(since)}
    states = session.execute(
        select(ServicePoint.id, ServicePoint.state).where(ServicePoint.id.in_(points))
    ).all()
    return {
        id_: PointHistory(
            reads=[read for read, _meter in known.get(id_, ())],
            meters={meter.serial: meter for _read, meter in known.get(id_, ())},
            state=state,
            state_since=changed.get(id_),
        )
        for id_, state in states
    }
