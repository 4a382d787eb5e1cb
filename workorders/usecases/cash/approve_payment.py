"""A second person approves or refuses a payment above the district's limit."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.lookups import lock_account
from workorders.tables import Account, Payment, PendingPayment
from workorders.usecases.cash.payments import post_payment


def approve_payment(
    session: Session, payment_id: str, *, approve: bool, words: str, now: datetime, actor: str
) -> PendingPayment:
    """Post a pending payment as of the time the customer paid, or refuse it; either is final.

    `words` say why a payment is refused. Raises Problem `not_found`, `bad_input` (refused without words),
    `second_person_needed` when `actor` recorded it, and `payment_decided`.
    """
    pending = session.get(PendingPayment, payment_id)
    if pending is None:
        raise Problem("not_found", what="payment that waits for approval", key=payment_id)
    lock_account(session, pending.account_id)
    pending = session.scalars(
        select(PendingPayment)
        .where(PendingPayment.id == payment_id)
        .with_for_update(of=PendingPayment)
        .execution_options(populate_existing=True)
    ).one()
    if pending.state != "pending":
        raise Problem("payment_decided", payment=payment_id, state=pending.state)
    if pending.recorded_by == actor[:80]:
        raise Problem("second_person_needed", what="payment", key=payment_id)
    if not approve and not words.strip():
        raise Problem("bad_input", field="words", reason="say why it is refused")
    pending.state = "approved" if approve else "refused"
    pending.decided_at, pending.decided_by = now, actor[:80]
    pending.decision = words.strip()[:200] or None
    session.flush()
    if approve:
        account = session.get_one(Account, pending.account_id)
        payment = Payment(
            id=pending.id,
            account_id=pending.account_id,
            amount_cents=pending.amount_cents,
            channel=pending.channel,
            received_at=pending.received_at,
            recorded_by=pending.recorded_by,
            reference=pending.reference,
        )
        post_payment(session, account, payment, now=now, actor=actor)
    return pending
