"""Which posted payments wait for a processor: by web and telephone, and cards at the counter."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from workorders.queries.pieces import pieces
from workorders.tables import DrawerPayment, Payment, PaymentTender, UnsettledPayment

PROCESSED = ("web", "phone")
"""Channels whose money a processor takes."""


def await_processor(session: Session, payment: Payment) -> None:
    """Note that a posted payment waits for its processor, where it does; once noted, it stays so."""
    tender = session.get(PaymentTender, payment.id)
    by_card = tender is not None and tender.kind == "card"
    if not by_card and payment.channel not in PROCESSED:
        return
    if session.get(DrawerPayment, payment.id) or session.get(UnsettledPayment, payment.id):
        return
    session.add(UnsettledPayment(payment_id=payment.id))
    session.flush()


def await_no_more(session: Session, payments: Sequence[str]) -> set[str]:
    """These payments are settled or taken back; answers which of them did wait."""
    waited: set[str] = set()
    for piece in pieces(payments):
        some = UnsettledPayment.payment_id.in_(piece)
        waited.update(
            session.scalars(delete(UnsettledPayment).where(some).returning(UnsettledPayment.payment_id))
        )
    return waited
