"""Temporary meters: those that stand or are asked for, and what each waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.tables import Account, ConstructionMeter, ServiceAgreement, ServicePoint

MOST = 200
LOOKED_AT = 2_000
LONG_OVER = timedelta(days=400)
OVER = ("stopped", "final_billed", "closed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Temporary:
    """A temporary meter with the agreement that has its reads and orders."""

    meter: ConstructionMeter
    agreement: ServiceAgreement
    overdue: bool
    """It stands, and its last day is past."""


def is_construction(session: Session, service_point_id: int) -> bool:
    """Whether a service point is a temporary meter's own."""
    asked = select(ConstructionMeter.number).where(ConstructionMeter.service_point_id == service_point_id)
    return session.scalar(asked) is not None


def temporary_meters(session: Session, *, today: date) -> Sequence[Temporary]:
    """Those whose agreement is not over, the next to end first; at most MOST.

    One whose last day is LONG_OVER past is looked for on its account.
    """
    meters = session.scalars(
        select(ConstructionMeter)
        .where(ConstructionMeter.ends_on >= today - LONG_OVER)
        .options(
            joinedload(ConstructionMeter.account).joinedload(Account.customer),
            joinedload(ConstructionMeter.service_point).joinedload(ServicePoint.premise),
        )
        .order_by(ConstructionMeter.ends_on, ConstructionMeter.number)
        .limit(LOOKED_AT)
    ).all()
    asked = select(ServiceAgreement).where(
        ServiceAgreement.application_id.in_([one.application_id for one in meters])
    )
    agreements = {one.application_id: one for one in session.scalars(asked)}
    found = [(one, agreements[one.application_id]) for one in meters]
    return [
        Temporary(meter, agreement, agreement.state == "active" and meter.ends_on < today)
        for meter, agreement in found
        if agreement.state not in OVER
    ][:MOST]
