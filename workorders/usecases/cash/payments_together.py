"""Payments of a bank or lockbox file, many at once: what `payment_arrived` does for one.

Every account is locked and its money posted in a handful of statements. Only accounts for which something
could follow (a cut, an order on a tablet, a service point cut for non-payment) are looked at one by one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of
from workorders.grammar.card_numbers import without_card_number
from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_fact_time
from workorders.judgement.lifecycle import ACTIVE, IN_FIELD
from workorders.judgement.traits import ServiceChange
from workorders.ledger import EntryDraft, draft, post_all
from workorders.messages.message import Message
from workorders.problems import Problem, Reason
from workorders.queries.lookups import lock_accounts
from workorders.queries.pieces import pieces
from workorders.tables import Account, Order, Payment, ServiceAgreement, ServicePoint
from workorders.tables.bulk import insert_all
from workorders.usecases.collections.reconsider import reconsider_account, reconsider_accounts


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment that a file brings. `id` is the bank's own: the same payment is never taken in twice."""

    id: str
    account_number: str
    cents: int
    received_at: datetime
    reference: str | None = None


def check_payment(asked: PaymentRequest, *, now: datetime) -> None:
    """Raise Problem `bad_input` naming the field for a payment that cannot be one."""
    if not checked_line(asked.id, field="id", longest=CODE_MAX):
        raise Problem("bad_input", field="id", reason="1 to 40 characters")
    without_card_number(checked_line(asked.reference or "", field="reference", longest=80), field="reference")
    if type(asked.cents) is not int or not 0 < asked.cents <= PAYMENT_MAX_CENTS:
        most = text_from_cents(PAYMENT_MAX_CENTS)
        reason = Reason("a payment is more than $0.00 and at most {most}", most=most)
        raise Problem("bad_input", field="amount_cents", reason=reason)
    checked_fact_time(asked.received_at, now=now, field="received_at")


def same_payment(known: Payment, asked: PaymentRequest, account_id: int) -> bool:
    """The payment on record is the one that is brought."""
    return (known.account_id, known.amount_cents) == (account_id, asked.cents)


def record_payments(
    session: Session, payments: Sequence[tuple[int, PaymentRequest]], *, now: datetime, actor: str
) -> dict[str, int]:
    """Write and post checked payments that are new, each with the id of its account, as money at the bank.

    What they call off and raise follows as from `payment_arrived`. Answers how many were posted, and how many
    accounts were looked at because of an order or a cut. A file of the bank needs no second person.
    """
    ids = sorted({account_id for account_id, _ in payments})
    lock_accounts(session, ids)
    insert_all(session, Payment, [_row(account_id, asked, actor) for account_id, asked in payments])
    post_all(session, [_entry(asked) for _, asked in payments], now=now)
    ordered = _with_orders(session, ids, min(asked.received_at for _, asked in payments))
    cut = _with_cut_points(session, ids)
    times = Counter(account_id for account_id, _ in payments)
    together = {one for one in cut - ordered if times[one] == 1}
    accounts = _accounts(session, sorted(ordered | cut))
    for account_id, asked in payments:
        if account_id in accounts and account_id not in together:
            reconsider_account(
                session,
                accounts[account_id],
                reason=Message.of("reason.paid", payment=asked.id),
                source=f"payment:{asked.id}",
                paid_at=asked.received_at,
                now=now,
                actor=actor,
            )
    restored = [(accounts[one], f"payment:{asked.id}") for one, asked in payments if one in together]
    # Nothing of theirs is called off, so that no order is told this reason.
    reconsider_accounts(session, restored, reason=Message("reason.nothing_due"), now=now, actor=actor)
    return {"payments": len(payments), "accounts_with_work": len(accounts)}


def _row(account_id: int, asked: PaymentRequest, actor: str) -> dict[str, object]:
    return {
        "id": asked.id,
        "account_id": account_id,
        "amount_cents": asked.cents,
        "channel": "bank",
        "received_at": asked.received_at,
        "recorded_by": actor[:80],
        "reference": asked.reference,
    }


def _entry(asked: PaymentRequest) -> EntryDraft:
    return draft(
        source=f"payment:{asked.id}",
        purpose="payment",
        message=Message.of("entry.payment", channel="bank"),
        lines=[("BANK", "AR", asked.cents)],
        parties={"account": asked.account_number},
        effective_at=asked.received_at,
    )


def _with_orders(session: Session, ids: Sequence[int], earliest: datetime) -> set[int]:
    """Accounts with an order on a tablet, or a cut that is open or was made since."""
    cut = Order.type.in_(codes_of({ServiceChange.CUT}))
    made_since = and_(Order.outcome == "completed", Order.finished_at >= earliest)
    found: set[int] = set()
    for some in pieces(ids):
        orders = select(Order.account_id).where(
            Order.account_id.in_(some),
            or_(Order.state.in_(IN_FIELD), and_(cut, Order.state.in_(ACTIVE)), and_(cut, made_since)),
        )
        found.update(one for one in session.scalars(orders) if one is not None)
    return found


def _with_cut_points(session: Session, ids: Sequence[int]) -> set[int]:
    """Accounts that answer for a service point cut for non-payment."""
    found: set[int] = set()
    for some in pieces(ids):
        points = (
            select(ServiceAgreement.account_id)
            .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
            .where(
                ServiceAgreement.account_id.in_(some),
                ServiceAgreement.serving,
                ServicePoint.state == "off_np",
            )
        )
        found.update(session.scalars(points))
    return found


def _accounts(session: Session, ids: Sequence[int]) -> dict[int, Account]:
    found: dict[int, Account] = {}
    for some in pieces(ids):
        found |= {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(some)))}
    return found
