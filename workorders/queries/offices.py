"""Offices, and the kiosks and drop boxes that belong to them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.tables import CashOffice, CollectionPoint, PaymentBatch

OFFICES_MAX = 200
"""Offices and points that a page lists: more than any district has."""


def offices(session: Session, *, active: bool = True) -> Sequence[CashOffice]:
    """The offices by name; `active`: only those where drawers are opened today."""
    wanted = select(CashOffice).order_by(CashOffice.name, CashOffice.code).limit(OFFICES_MAX)
    return session.scalars(wanted.where(CashOffice.active) if active else wanted).all()


def office_named(session: Session, code: str, *, lock: bool = False) -> CashOffice:
    """The office, locked when asked. Raises Problem `not_found`."""
    wanted = select(CashOffice).where(CashOffice.code == code)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise Problem("not_found", what="office", key=code)
    return found


def points(session: Session, *, active: bool = True) -> Sequence[CollectionPoint]:
    """Kiosks and drop boxes by name; `active`: only those that stand."""
    wanted = select(CollectionPoint).order_by(CollectionPoint.name, CollectionPoint.code).limit(OFFICES_MAX)
    return session.scalars(wanted.where(CollectionPoint.active) if active else wanted).all()


def point_named(session: Session, code: str) -> CollectionPoint:
    """The kiosk or drop box, locked. Raises Problem `not_found`."""
    found = session.scalar(select(CollectionPoint).where(CollectionPoint.code == code).with_for_update())
    if found is None:
        raise Problem("not_found", what="kiosk or drop box", key=code)
    return found


def open_batch_of(session: Session, code: str) -> str | None:
    """A batch that is being keyed out of a kiosk or drop box; None when there is none."""
    wanted = select(PaymentBatch.id).where(PaymentBatch.point == code, PaymentBatch.state == "open")
    return session.scalar(wanted.limit(1))
