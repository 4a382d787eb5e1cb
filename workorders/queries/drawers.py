"""What a drawer should hold: its float, the payments that fell into it, and what was put in and taken out."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.tables import (
    Account,
    Drawer,
    DrawerMove,
    DrawerPayment,
    DrawerTakenOver,
    Payment,
    PaymentReversal,
    PendingPayment,
)


@dataclass(frozen=True, slots=True)
class InDrawer:
    """A payment that lies in a drawer and was not taken back."""

    payment_id: str
    method: str
    account: str
    reference: str | None
    cents: int


def open_drawer_of(session: Session, owner: str, *, lock: bool = False) -> Drawer | None:
    """The drawer a person has open and nobody took over; `lock`: a payment is about to fall into it."""
    wanted = select(Drawer).where(Drawer.owner == owner, Drawer.kind == "person", Drawer.state == "open")
    wanted = wanted.where(Drawer.id.not_in(select(DrawerTakenOver.drawer_id)))
    wanted = wanted.order_by(Drawer.day.desc()).limit(1)
    return session.scalar(wanted.with_for_update(of=Drawer, key_share=True) if lock else wanted)


def payments_in_drawer(session: Session, drawer_id: str) -> list[InDrawer]:
    """Posted payments of the drawer that nobody took back, in the order of their ids."""
    rows = session.execute(
        select(Payment.id, DrawerPayment.method, Account.number, Payment.reference, Payment.amount_cents)
        .join(DrawerPayment, DrawerPayment.payment_id == Payment.id)
        .join(Account, Account.id == Payment.account_id)
        .outerjoin(PaymentReversal, PaymentReversal.source == "payment:" + Payment.id)
        .where(DrawerPayment.drawer_id == drawer_id, PaymentReversal.id.is_(None))
        .order_by(Payment.received_at, Payment.id)
    )
    return [InDrawer(*row) for row in rows]


def waiting_in_drawer(session: Session, drawer_id: str) -> int:
    """Payments of the drawer that a second person has yet to decide about."""
    wanted = (
        select(func.count())
        .select_from(DrawerPayment)
        .join(PendingPayment, PendingPayment.id == DrawerPayment.payment_id)
        .where(DrawerPayment.drawer_id == drawer_id, PendingPayment.state == "pending")
    )
    return session.scalar(wanted) or 0


def moved_in_drawer(session: Session, drawer_id: str) -> int:
    """Cents put in less cents taken out."""
    moved = select(func.sum(DrawerMove.amount_cents)).where(DrawerMove.drawer_id == drawer_id)
    return int(session.scalar(moved) or 0)


def cash_in_drawer(session: Session, drawer: Drawer) -> int:
    """Cents of cash that should be there."""
    taken = [one.cents for one in payments_in_drawer(session, drawer.id) if one.method == "cash"]
    return drawer.float_cents + sum(taken) + moved_in_drawer(session, drawer.id)


def expected_in_drawer(session: Session, drawer: Drawer) -> int:
    """Cents of cash and checks that should be there, float included."""
    taken = [one.cents for one in payments_in_drawer(session, drawer.id)]
    return drawer.float_cents + sum(taken) + moved_in_drawer(session, drawer.id)
