"""Notices that an order was to post at the door and did not: their clock never started."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from workorders.judgement.lifecycle import ACTIVE, State
from workorders.queries.debtors import debtors_named
from workorders.queries.district import district_of
from workorders.queries.notice_run import NoticeJudge
from workorders.tables import Account, Notice, Order, ServicePoint

MOST = 300
"""Lines of the page; its heading says when there are more."""
UNDER_WAY = ACTIVE - {State.UNABLE}
"""States of an order that may still post its notice without anybody deciding so."""
# Written out: the index holds these rows alone, and is found only by its own words.
_PRINTED: ColumnElement[bool] = literal_column("notice.state = 'printed'")


@dataclass(frozen=True, slots=True)
class UndoneTag:
    """A printed notice, whose it is, and the order that ended without posting it."""

    notice: Notice
    account: Account
    order: Order
    past_due_cents: int
    """What is past due now; 0: there is nothing left to announce."""


def undone_tags(session: Session, *, now: datetime, most: int = MOST) -> list[UndoneTag]:
    """Those of the newest `most` orders, with what their accounts owe now; the oldest first."""
    query = (
        select(Notice, Account, Order)
        .join(Order, Order.number == Notice.order_number)
        .join(Account, Account.id == Notice.account_id)
        .where(*_waiting())
        .options(
            joinedload(Account.customer), joinedload(Order.service_point).joinedload(ServicePoint.premise)
        )
        .order_by(Notice.order_number.desc())
        .limit(most)
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    judge = NoticeJudge(session, district_of(session).day_of(now))
    numbers = [account.number for _notice, account, _order in rows]
    owed = {one.facts.number: judge.past_due_cents(one) for one in debtors_named(session, numbers, now=now)}
    return [
        UndoneTag(notice, account, order, max(owed.get(account.number, 0), 0))
        for notice, account, order in reversed(rows)
    ]


def count_undone_tags(session: Session) -> int:
    """How many there are."""
    query = select(func.count(Notice.id)).join(Order, Order.number == Notice.order_number)
    return session.scalar(query.where(*_waiting())) or 0


def is_undone(notice: Notice, order: Order | None) -> bool:
    """Whether the notice waits for somebody to decide what becomes of it."""
    return notice.state == "printed" and order is not None and order.state not in UNDER_WAY


def _waiting() -> tuple[ColumnElement[bool], ...]:
    """Conditions on a notice joined with its order."""
    return (
        _PRINTED,
        Notice.order_number.is_not(None),
        Order.state.not_in(sorted(state.value for state in UNDER_WAY)),
    )
