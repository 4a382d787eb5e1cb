"""Customers: who has paid is left alone and has service; who has not is not let off by mistake."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from demo.simulation.auditor.finding import Violation
from demo.simulation.auditor.work import BACK, BEFORE, FIELD
from demo.simulation.fleet import Fleet
from demo.simulation.witness import Witness
from workorders.tables import (
    Account,
    ExceptionCase,
    JournalEntry,
    Order,
    OrderEvent,
    Posting,
    ServiceAgreement,
    ServicePoint,
)

PENDING = frozenset((*BEFORE.split(), *FIELD.split(), *BACK.split()))
ACTIVE = PENDING | {"exception"}
RESTORING = ("reconnect", "turn_on")
FOR_MONEY = frozenset({"reason.paid", "reason.paid_at_door", "reason.nothing_due"})
CUT = "disconnect_np"


def paid_accounts_are_left_alone(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """Owed nothing: no open cut anywhere, and no service off without a way back or a human."""
    owed = dict(
        session.execute(
            select(Posting.party, func.sum(Posting.amount_cents))
            .where(Posting.ledger == "AR")
            .group_by(Posting.party)
        ).all()
    )
    orders = session.scalars(select(Order).order_by(Order.number)).all()
    open_cases = set(session.scalars(select(ExceptionCase.order_number).where(ExceptionCase.state == "open")))
    cut_off = _cut_off(session)
    for account in session.scalars(select(Account).order_by(Account.id)):
        if owed.get(account.number, 0) > 0:
            continue
        for order in orders:
            if order.account_id == account.id and order.type == CUT and order.state in PENDING:
                yield Violation(
                    "customer", order.number, f"{account.number} owes nothing; {order.number} stands"
                )
        for point in cut_off[account.id]:
            here = [order for order in orders if order.service_point_id == point.id]
            back = any(order.type in RESTORING and order.state in ACTIVE for order in here)
            if not back and not any(order.number in open_cases for order in here):
                words = f"{account.number} owes nothing and {point.number} is off, with nobody on the way"
                yield Violation("customer", point.number, words)


def _cut_off(session: Session) -> defaultdict[int, list[ServicePoint]]:
    found: defaultdict[int, list[ServicePoint]] = defaultdict(list)
    rows = session.execute(
        select(ServiceAgreement.account_id, ServicePoint)
        .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
        .where(ServiceAgreement.serving, ServicePoint.state == "off_np")
        .order_by(ServicePoint.id)
    )
    for account, point in rows:
        found[account].append(point)
    return found


def cuts_are_called_off_for_money_only(
    session: Session, _fleet: Fleet, _witness: Witness
) -> Iterator[Violation]:
    """A cut that was called off because nothing was due: nothing was due at that moment."""
    rows = session.execute(
        select(OrderEvent, Account.number)
        .join(Order, Order.number == OrderEvent.order_number)
        .join(Account, Account.id == Order.account_id)
        .where(Order.type == CUT, OrderEvent.kind == "cancelled")
        .order_by(OrderEvent.id)
    )
    for line, account in rows:
        if (line.detail.get("reason") or {}).get("code") not in FOR_MONEY:
            continue
        owed = _due(session, account, line.recorded_at)
        if owed > 0:
            words = f"{line.order_number} was called off as paid while {account} owed {owed} cents"
            yield Violation("called_off", line.order_number, words)


def _due(session: Session, account: str, at: datetime) -> int:
    """Cents of the account's books just before an instant, and what was paid at it.

    A fee of the same instant may have followed; usage that is billed later is not due yet.
    """
    return int(
        session.scalar(
            select(func.sum(Posting.amount_cents))
            .join(JournalEntry, JournalEntry.id == Posting.entry_id)
            .where(
                Posting.ledger == "AR",
                Posting.party == account,
                or_(
                    JournalEntry.recorded_at < at,
                    and_(JournalEntry.recorded_at == at, Posting.amount_cents < 0),
                ),
                JournalEntry.purpose.not_like("usage%"),
            )
        )
        or 0
    )
