"""Debts of who has left: which may go to the agency, which it has; liens and returned mail there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from workorders.messages.message import Message
from workorders.policy.aging import debts_of, past_due_since
from workorders.policy.recovery import AgencyRule, against_placement, agency_rule
from workorders.policy.satisfaction import satisfaction_of
from workorders.queries.debtors import Debtor, debtors, debtors_named
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, AgencyPlacement, LedgerBalance, Lien, Premise, ReturnedMail

MOST = 300


@dataclass(frozen=True, slots=True)
class Candidate:
    """A debt of who has left. Without `why_not` it may be handed over."""

    debtor: Debtor
    owed_cents: int
    why_not: Message | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A debt that the agency has, and what is owed of it now, in cents."""

    placement: AgencyPlacement
    owed_cents: int


def candidates(
    session: Session, day: date, *, now: datetime, numbers: Sequence[str] | None = None
) -> list[Candidate]:
    """Who has left and owes, and is not with the agency; `numbers` None: all with something past due."""
    rules = rule_book(session).in_force(day)
    rule = agency_rule(rules)
    if rule is None:
        return []
    wanted = (
        debtors(session, day, now=now, served=False)
        if numbers is None
        else debtors_named(session, numbers, now=now)
    )
    policy, timezone = satisfaction_of(rules), district_of(session).timezone
    placed = set(
        session.scalars(select(AgencyPlacement.account_id).where(AgencyPlacement.recalled_at.is_(None)))
    )
    found = []
    for debtor in wanted:
        if debtor.id in placed or (debtor.points and numbers is None):
            continue
        since = past_due_since(debts_of(debtor.facts, policy, at=None, timezone=timezone))
        found.append(Candidate(debtor, debtor.facts.balance_cents, _why_not(rule, debtor, day, since)))
    return found


def _why_not(rule: AgencyRule, debtor: Debtor, day: date, since: date | None) -> Message | None:
    return against_placement(
        rule,
        day=day,
        served=bool(debtor.points),
        owed_cents=debtor.facts.balance_cents,
        notices=debtor.notices,
        holds=debtor.facts.holds,
        since=since,
    )


_OWED = func.coalesce(LedgerBalance.amount_cents, 0)
"""What an account at the agency owes now; below zero it is owed something."""


def _placed(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(AgencyPlacement)
        .join(AgencyPlacement.account)
        .outerjoin(LedgerBalance, (LedgerBalance.ledger == "AR") & (LedgerBalance.party == Account.number))
        .where(AgencyPlacement.recalled_at.is_(None))
    )


def _differs() -> ColumnElement[bool]:
    return AgencyPlacement.told_cents != case((_OWED > 0, _OWED), else_=0)


def placements(session: Session, *, limit: int = MOST) -> list[Placed]:
    """What the agency has, with what is owed now: what it is to be told first, then the newest."""
    rows = session.execute(
        _placed(AgencyPlacement, _OWED)
        .options(joinedload(AgencyPlacement.account).joinedload(Account.customer))
        .order_by(_differs().desc(), AgencyPlacement.id.desc())
        .limit(limit)
    )
    return [Placed(placement, max(int(owed), 0)) for placement, owed in rows]


def count_placements(session: Session) -> tuple[int, int]:
    """How many debts the agency has, and of how many it knows another amount than is owed."""
    every, changed = session.execute(_placed(func.count(), func.count().filter(_differs()))).one()
    return int(every), int(changed)


def changed_placements(session: Session) -> Sequence[int]:
    """Accounts (ids) of whose debt the agency knows another amount than is owed, in the order of locking."""
    query = _placed(AgencyPlacement.account_id).where(_differs())
    return session.scalars(query.order_by(AgencyPlacement.account_id)).all()


def placement_of(session: Session, account_id: int) -> AgencyPlacement | None:
    """What the agency has of an account now."""
    return session.scalar(
        select(AgencyPlacement).where(
            AgencyPlacement.account_id == account_id, AgencyPlacement.recalled_at.is_(None)
        )
    )


def liens_of_account(session: Session, account_id: int) -> Sequence[Lien]:
    """The liens for an account's debts, the newest first."""
    query = select(Lien).where(Lien.account_id == account_id).options(joinedload(Lien.premise))
    return session.scalars(query.order_by(Lien.id.desc())).all()


def liens_on_premise(session: Session, premise_id: int) -> Sequence[Lien]:
    """The liens on a premise, the newest first."""
    query = select(Lien).where(Lien.premise_id == premise_id).options(joinedload(Lien.account))
    return session.scalars(query.order_by(Lien.id.desc())).all()


def open_liens(session: Session, *, limit: int = MOST) -> Sequence[Lien]:
    """The liens that stand, the oldest first."""
    return session.scalars(
        select(Lien)
        .join(Premise, Premise.id == Lien.premise_id)
        .where(Lien.released_on.is_(None))
        .options(joinedload(Lien.account).joinedload(Account.customer), joinedload(Lien.premise))
        .order_by(Lien.filed_on, Lien.id)
        .limit(limit)
    ).all()


def mail_to_follow_up(session: Session, *, limit: int = MOST) -> Sequence[ReturnedMail]:
    """Mail that came back and waits, the oldest first."""
    return session.scalars(
        select(ReturnedMail)
        .where(ReturnedMail.state == "open")
        .options(joinedload(ReturnedMail.account).joinedload(Account.customer))
        .order_by(ReturnedMail.returned_on, ReturnedMail.id)
        .limit(limit)
    ).all()


def mail_of_account(session: Session, account_id: int) -> Sequence[ReturnedMail]:
    """Mail of an account that came back and waits."""
    query = select(ReturnedMail).where(ReturnedMail.account_id == account_id, ReturnedMail.state == "open")
    return session.scalars(query.order_by(ReturnedMail.id)).all()
