"""A service point as it is now for whoever starts or stops service there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from workorders.catalogue import codes_of
from workorders.judgement.lifecycle import IN_FIELD
from workorders.judgement.traits import ServiceChange
from workorders.policy.agreements import WAITING
from workorders.policy.start_service import PointNow
from workorders.queries.district import district_of
from workorders.tables import (
    Account,
    Installation,
    Order,
    Read,
    ServiceAgreement,
    ServicePoint,
    StandingAgreement,
)

RECENT = 6
"""Newest reads looked at for a measured one."""


@dataclass(frozen=True, slots=True)
class ServiceNow:
    """The point, who answers for it, who waits for it, and the newest measured read of its meter."""

    point: ServicePoint
    facts: PointNow
    serving: ServiceAgreement | None
    waiting: ServiceAgreement | None
    landlord: StandingAgreement | None
    read: Read | None


def service_now(session: Session, point: ServicePoint) -> ServiceNow:
    """What a start or stop at the point rests on."""
    return services_now(session, [point])[0]


def services_now(session: Session, points: Sequence[ServicePoint]) -> list[ServiceNow]:
    """The same for many points, in their order and in a handful of queries however many they are."""
    ids = [point.id for point in points]
    serving: dict[int, ServiceAgreement] = {}
    waiting: dict[int, ServiceAgreement] = {}
    agreements = select(ServiceAgreement).where(
        ServiceAgreement.service_point_id.in_(ids),
        ServiceAgreement.serving | ServiceAgreement.state.in_(WAITING),
    )
    whose = joinedload(ServiceAgreement.account).joinedload(Account.customer)
    for one in session.scalars(agreements.options(whose)):
        (serving if one.serving else waiting)[one.service_point_id] = one
    in_field = set(
        session.scalars(
            select(Order.service_point_id).where(
                Order.service_point_id.in_(ids),
                Order.type.in_(codes_of({ServiceChange.CUT})),
                Order.state.in_(IN_FIELD),
            )
        )
    )
    reads = _newest_measured(session, ids)
    landlords = _landlords(session, {point.premise_id for point in points})
    day_of = district_of(session).day_of
    found = []
    for point in points:
        now, read = serving.get(point.id), reads.get(point.id)
        facts = PointNow(
            service=point.service,
            state=point.state,
            cut_in_field=point.id in in_field,
            served=now is not None,
            leaves_on=now.stop_on if now is not None and now.state == "stopping" else None,
            read_on=day_of(read.taken_at) if read is not None else None,
        )
        landlord = landlords.get(point.premise_id)
        found.append(ServiceNow(point, facts, now, waiting.get(point.id), landlord, read))
    return found


def landlord_of(session: Session, premise_id: int) -> StandingAgreement | None:
    """The standing agreement of the premise that nobody has ended; its days are asked by whoever uses it."""
    return _landlords(session, {premise_id}).get(premise_id)


def _landlords(session: Session, premises: Iterable[int]) -> dict[int, StandingAgreement]:
    rows = session.scalars(
        select(StandingAgreement)
        .where(StandingAgreement.premise_id.in_(sorted(premises)), StandingAgreement.ended_at.is_(None))
        .options(joinedload(StandingAgreement.account).joinedload(Account.customer))
        .order_by(StandingAgreement.id)
    )
    return {one.premise_id: one for one in rows}


def _newest_measured(session: Session, ids: Sequence[int]) -> dict[int, Read]:
    """By point, the newest read of its installed meter that the dials really showed and that was believed."""
    place = func.row_number().over(
        partition_by=Read.service_point_id, order_by=(Read.taken_at.desc(), Read.id.desc())
    )
    later = aliased(Read)
    newest = (
        select(Read.id, place.label("place"))
        .join(
            Installation,
            (Installation.meter_id == Read.meter_id)
            & (Installation.service_point_id == Read.service_point_id)
            & Installation.removed_at.is_(None),
        )
        .outerjoin(later, later.supersedes_id == Read.id)
        .where(Read.service_point_id.in_(ids), later.id.is_(None))
        .subquery()
    )
    rows = session.scalars(
        select(Read)
        .join(newest, newest.c.id == Read.id)
        .where(newest.c.place <= RECENT)
        .order_by(Read.taken_at, Read.id)
    )
    return {
        read.service_point_id: read
        for read in rows
        if read.kind != "estimated" and "not_billable" not in read.flags
    }
