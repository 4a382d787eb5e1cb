"""Consequences for the books, and for the account behind them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.consequences import Consequence, Post, Reverse, SetServicePoint
from workorders.ledger import post, reverse_posted
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.account_lines import PAYMENT_PURPOSES
from workorders.tables import Account
from workorders.usecases.cash.payment_arrived import Money, payment_arrived
from workorders.usecases.collections.reconsider import reconsider_account
from workorders.usecases.field.cause import Cause


def account_touched(consequences: Iterable[Consequence], cause: Cause) -> Account | None:
    """The account of which something was charged, refunded or cut, which may open or satisfy other orders.

    A payment has looked at them itself.
    """
    account = cause.order.account
    for one in reversed(tuple(consequences)):
        if isinstance(one, Post) and is_payment(one):
            own = account is not None and one.account in {None, account.number}
            return None if own else account
        if isinstance(one, Post | Reverse | SetServicePoint):
            return account
    return None


def reconsider_after(session: Session, consequences: Iterable[Consequence], cause: Cause) -> None:
    """Once the order has its outcome: what it did to its account decides about the account's other orders."""
    account = account_touched(consequences, cause)
    if account is not None:
        reconsider_account(
            session,
            account,
            reason=Message("reason.nothing_due"),
            source=cause.event_id,
            now=cause.now,
            actor="curbstop",
        )


def is_payment(what: Post) -> bool:
    """Whether it is money for an account, which goes the way of all money."""
    return what.purpose in PAYMENT_PURPOSES and [line[1] for line in what.lines] == ["AR"]


def post_entry(session: Session, what: Post, cause: Cause) -> None:
    """A journal entry; money for an account goes the way of all money."""
    if is_payment(what):
        _pay(session, what, cause)
        return
    post(
        session,
        source=cause.event_id,
        purpose=what.purpose,
        message=what.message,
        lines=what.lines,
        parties=cause.parties,
        effective_at=cause.occurred_at,
        now=cause.now,
        order_number=cause.order.number,
    )


def _pay(session: Session, what: Post, cause: Cause) -> None:
    """Money from the door goes the way of all money."""
    account = cause.order.account
    if what.account is not None and (account is None or account.number != what.account):
        # A receipt may name an account that does not exist: the money was taken on this order's visit.
        named = session.scalar(select(Account).where(Account.number == what.account))
        account = named or account
    if account is None:
        raise Problem("not_found", what="account of order", key=cause.order.number)
    [(ledger, _, cents)] = what.lines
    money = Money(
        source=cause.event_id,
        purpose=what.purpose,
        cents=cents,
        ledger=ledger,
        paid_at=cause.occurred_at,
        message=what.message,
        technician=cause.technician,
        order_number=cause.order.number,
        why=Message("reason.paid_at_door"),
    )
    payment_arrived(session, account, money, now=cause.now, actor=cause.technician)


def reverse_entry(session: Session, what: Reverse, cause: Cause) -> None:
    """An entry of another event is undone."""
    reverse_posted(session, what.source, what.purpose, by=cause.event_id, message=what.message, now=cause.now)
