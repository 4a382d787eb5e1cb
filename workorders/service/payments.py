"""Payments that reach the office, and what they call off in the field."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.consequences import Judgement, RaiseOrder
from workorders.cuts import NEXT
from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_fact_time
from workorders.late_payment import reconsider_cut
from workorders.ledger import balance, post
from workorders.lifecycle import ACTIVE, IN_FIELD, State
from workorders.problems import Problem
from workorders.service.cancel import CUT, cancel_order
from workorders.service.cases import open_cases
from workorders.service.district import district_of
from workorders.service.effects import Cause, carry_out
from workorders.service.field_facts import recalled_facts
from workorders.service.follow_on import raise_follow_on
from workorders.service.history import note, tell_order
from workorders.service.lookups import account_named, order_for_update
from workorders.service.payment_review import review_large
from workorders.service.reading import payments_since, situation_of
from workorders.service.rules_cache import rule_book
from workorders.severance import settled_at
from workorders.tables import Account, FieldEvent, Order, Payment, ServicePoint

CHANNELS = ("counter", "mail", "web", "phone", "bank")


def record_payment(
    session: Session,
    payment_id: str,
    account_number: str,
    amount_cents: int,
    channel: str,
    *,
    now: datetime,
    actor: str,
    reference: str | None = None,
    received_at: datetime | None = None,
) -> Payment:
    """Post a payment UNDEP→AR, and call off the disconnect that it avoids; the same id again changes nothing.

    A cut that a tablet already has is cancelled there too, and a reconnect stands ready. `received_at` is
    when the customer paid (default: now). Raises Problem `not_found`, `bad_input`, and `payment_conflict`
    when the id was recorded with another account or amount.
    """
    if not checked_line(payment_id, field="id", longest=CODE_MAX):
        raise Problem("bad_input", field="id", reason="1 to 40 characters")
    account = account_named(session, account_number)
    known = session.get(Payment, payment_id)
    if known is not None:
        if (known.account_id, known.amount_cents, known.channel) != (account.id, amount_cents, channel):
            raise Problem("payment_conflict", payment=payment_id)
        return known
    _check(amount_cents, channel, reference, received_at, now=now)
    payment = Payment(
        id=payment_id,
        account_id=account.id,
        amount_cents=amount_cents,
        channel=channel,
        received_at=received_at or now,
        recorded_by=actor,
        reference=reference,
    )
    session.add(payment)
    session.flush()
    post(
        session,
        source=f"payment:{payment_id}",
        purpose="payment",
        words=f"Payment, {channel}",
        lines=[("UNDEP", "AR", amount_cents)],
        parties={"account": account.number},
        effective_at=payment.received_at,
        now=now,
    )
    review_large(session, payment, account.number, now=now)
    _settle_cuts(session, account, now=now, actor=actor, payment_id=payment_id)
    reconsider_cuts(session, account, payment, now=now)
    return payment


def reconsider_cuts(session: Session, account: Account, payment: Payment, *, now: datetime) -> None:
    """Restore the account's latest cut when it is paid now; one made after this payment was wrongful."""
    number = session.scalar(
        select(Order.number)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .where(
            Order.account_id == account.id,
            Order.type == CUT,
            Order.outcome == "completed",
            ServicePoint.state == "off_np",
        )
        .order_by(Order.finished_at.desc(), Order.number.desc())
        .limit(1)
    )
    if number is None:
        return
    order = order_for_update(session, number)
    if not _is_settled(session, order, account):
        return
    situation = situation_of(session, order)
    done_by = situation.order.completed_by
    made = session.get(FieldEvent, done_by) if done_by is not None else None
    source = f"payment:{payment.id}"
    if made is not None:
        cut = recalled_facts(made)
        wrongful = reconsider_cut(situation, cut, paid_at=payment.received_at)
        if wrongful is not None:
            _turn_wrongful(session, order, wrongful, Cause(source, cut.technician, now, order, now))
            return
    _restore(session, order, source=source, now=now)


def _turn_wrongful(session: Session, order: Order, judgement: Judgement, cause: Cause) -> None:
    """A posted cut turns out to have come after the payment."""
    found = carry_out(session, judgement.consequences, cause)
    now = cause.now
    open_cases(session, found, source=cause.event_id, order_number=order.number, now=now)
    order.outcome = judgement.outcome
    note(
        session,
        order,
        "reconsidered",
        at=now,
        now=now,
        actor="curbstop",
        from_state=order.state,
        source=cause.event_id,
        detail={"outcome": judgement.outcome, "words": judgement.words},
    )
    session.flush()


def _restore(session: Session, order: Order, *, source: str, now: datetime) -> None:
    """Raise the reconnect of a cut that was made in good right and is now paid."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    due = now + timedelta(hours=float(rules.setting("reconnect").get("hours", 24.0)))
    what = RaiseOrder(
        "reconnect",
        "paid",
        "Paid: restore the service.",
        priority=NEXT,
        extra={"payment_satisfied": True, "promise_by": due.isoformat()},
    )
    raise_follow_on(session, order, what, order.service_point, due_until=due, now=now, source=source)


def _settle_cuts(session: Session, account: Account, *, now: datetime, actor: str, payment_id: str) -> None:
    """Cancel the account's open disconnects that are paid; refresh the balance other tablets show."""
    orders = session.scalars(
        select(Order.number)
        .where(Order.account_id == account.id, Order.state.in_(ACTIVE - {State.EXCEPTION}))
        .order_by(Order.number)
    ).all()
    for number in orders:
        order = order_for_update(session, number)
        if order.type == CUT and _is_settled(session, order, account):
            cancel_order(session, number, reason=f"paid ({payment_id})", now=now, actor=actor)
        elif order.state in IN_FIELD:
            tell_order(session, order, now=now)


def _is_settled(session: Session, order: Order, account: Account) -> bool:
    if balance(session, "AR", account.number) <= 0:
        return True
    avoid = order.extra.get("avoid_cents")
    if not isinstance(avoid, int):
        return False
    return settled_at(payments_since(session, account.id, order.requested_at), avoid) is not None


def _check(
    amount_cents: int, channel: str, reference: str | None, received_at: datetime | None, *, now: datetime
) -> None:
    checked_line(reference or "", field="reference", longest=80)
    if type(amount_cents) is not int or not 0 < amount_cents <= PAYMENT_MAX_CENTS:
        reason = f"a payment is more than 0 cents and at most {text_from_cents(PAYMENT_MAX_CENTS)}"
        raise Problem("bad_input", field="amount_cents", reason=reason)
    if received_at is not None:
        checked_fact_time(received_at, now=now, field="received_at")
    if channel not in CHANNELS:
        raise Problem("bad_input", field="channel", reason=f"one of {', '.join(CHANNELS)}")
