"""Unread meters of a route made findings, so that they are decided like what validation found."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.reading import unread_points
from workorders.tables import ReadFinding
from workorders.usecases.meters.absent_meters import note_missing


def findings_of_unread(session: Session, points: Sequence[int], *, days: int, now: datetime) -> list[int]:
    """The ids of open `missing` findings of these service points, made where there was none.

    Points that were read meanwhile are left out. Raises Problem `nothing_chosen`.
    """
    unread = unread_points(session, points, days=days, now=now)
    if not unread:
        raise Problem("nothing_chosen")
    note_missing(session, unread, district_of(session).day_of(now), file_id=None, now=now)
    asked = select(ReadFinding.id).where(
        ReadFinding.service_point_id.in_([point for point, _meter in unread]),
        ReadFinding.kind == "missing",
        ReadFinding.state == "open",
    )
    return list(session.scalars(asked))
