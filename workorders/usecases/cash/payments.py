"""Payments recorded at the office: posted at once, or kept for a second person above the district's limit."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.card_numbers import without_card_number
from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_fact_time
from workorders.messages.message import Message
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Payment, PendingPayment
from workorders.usecases.cash.containers import container_of, point_for_channel
from workorders.usecases.cash.drawers import check_method, into_drawer, lies_in
from workorders.usecases.cash.payment_arrived import Money, payment_arrived
from workorders.usecases.cash.unsettled import await_processor

CHANNELS = ("counter", "mail", "web", "phone", "bank", "drop_box", "kiosk")


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
    method: str | None = None,
    whole_cents: int = 0,
    point: str | None = None,
) -> Payment | PendingPayment:
    """Record a payment; the same id again changes nothing and answers what became of it.

    It is posted by `payment_arrived`, which settles the account's cuts, unless it reaches the limit
    `money_approval`: then it waits as a PendingPayment for somebody else (`approve_payment`). `received_at`
    is when the customer paid (default: now). With the `method` cash or check its money lies in the kiosk or
    drop box `point`, else in the drawer that `actor` has open; without either only the books know of it.
    `whole_cents` is the payment of which this is a part: split into small parts it needs a second person all
    the same. Raises Problem `not_found`, `bad_input`, and `payment_conflict` when the id was recorded with
    another account, amount or channel.
    """
    if not checked_line(payment_id, field="id", longest=CODE_MAX):
        raise Problem("bad_input", field="id", reason="1 to 40 characters")
    account = account_named(session, account_number)
    lock_account(session, account.id)
    known = find_payment(session, payment_id)
    if known is not None:
        if (known.account_id, known.amount_cents, known.channel) != (account.id, amount_cents, channel):
            raise Problem("payment_conflict", payment=payment_id)
        return known
    _check(amount_cents, channel, reference, received_at, now=now)
    if point is not None and method is not None:
        check_method(method)
        held = container_of(session, point_for_channel(session, point, channel), now=now)
        lies_in(session, payment_id, held, method)
    else:
        into_drawer(session, payment_id, method, actor=actor)
    limit = approval_limit(session, now=now)
    given = {
        "id": payment_id,
        "account_id": account.id,
        "amount_cents": amount_cents,
        "channel": channel,
        "received_at": received_at or now,
        "recorded_by": actor[:80],
        "reference": reference,
    }
    if limit is not None and max(amount_cents, whole_cents) >= limit:
        pending = PendingPayment(**given, recorded_at=now, state="pending")
        session.add(pending)
        session.flush()
        return pending
    payment = Payment(**given)
    post_payment(session, account, payment, now=now, actor=actor)
    return payment


def find_payment(session: Session, payment_id: str) -> Payment | PendingPayment | None:
    """The payment of that id, posted or waiting."""
    return session.get(Payment, payment_id) or session.get(PendingPayment, payment_id)


def approval_limit(session: Session, *, now: datetime) -> int | None:
    """Cents from which a payment needs a second person; None: the district asks for none."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    limit = rules.setting("money_approval").get("payment_cents")
    return int(limit) if limit is not None else None


def post_payment(session: Session, account: Account, payment: Payment, *, now: datetime, actor: str) -> None:
    """Write a checked payment and post it."""
    session.add(payment)
    session.flush()
    money = Money(
        source=f"payment:{payment.id}",
        cents=payment.amount_cents,
        paid_at=payment.received_at,
        message=Message.of("entry.payment", channel=payment.channel),
        why=Message.of("reason.paid", payment=payment.id),
    )
    await_processor(session, payment)
    payment_arrived(session, account, money, now=now, actor=actor)


def payment_words(payment: Payment | PendingPayment) -> Reason:
    """What the person who recorded it reads."""
    amount = text_from_cents(payment.amount_cents)
    if isinstance(payment, PendingPayment):
        return Reason(
            "Payment of {amount} is recorded. It posts when a second person has approved it.", amount=amount
        )
    return Reason("Payment of {amount} recorded.", amount=amount)


def _check(
    amount_cents: int, channel: str, reference: str | None, received_at: datetime | None, *, now: datetime
) -> None:
    without_card_number(checked_line(reference or "", field="reference", longest=80), field="reference")
    if type(amount_cents) is not int or not 0 < amount_cents <= PAYMENT_MAX_CENTS:
        most = text_from_cents(PAYMENT_MAX_CENTS)
        reason = Reason("a payment is more than $0.00 and at most {most}", most=most)
        raise Problem("bad_input", field="amount_cents", reason=reason)
    if received_at is not None:
        checked_fact_time(received_at, now=now, field="received_at")
    if channel not in CHANNELS:
        raise Problem(
            "bad_input", field="channel", reason=Reason("one of {known}", known=", ".join(CHANNELS))
        )
