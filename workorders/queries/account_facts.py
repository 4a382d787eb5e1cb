"""Accounts as the rules see them, many in a handful of queries, each by an indexed key."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from workorders.facts import AccountFacts, HoldFacts, NoticeFacts
from workorders.policy.satisfaction import LOOKBACK, needed_at, satisfaction_of
from workorders.queries.account_lines import lines_of_many
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Hold, LedgerBalance, Notice, PaymentReversal

# Built once: a statement made anew for every event costs more than the query itself.
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_numbers: BindParameter[Any] = bindparam("numbers", expanding=True)
_HOLDS = (
    select(Hold.account_id, Hold.kind, Hold.starts_on, Hold.ends_on, Hold.provisional)
    .where(Hold.account_id.in_(_ids))
    .order_by(Hold.id)
)
_NOTICES = (
    select(Notice.account_id, Notice.id, Notice.kind, Notice.sent_on, Notice.valid_until, Notice.amount_cents)
    .where(Notice.account_id.in_(_ids), Notice.state == "sent")
    .order_by(Notice.id)
)
"""Printed ones count once they are mailed; those whose mail came back do not any more."""
_BALANCES = select(LedgerBalance.party, LedgerBalance.ledger, LedgerBalance.amount_cents).where(
    LedgerBalance.ledger.in_(("AR", "DEP")), LedgerBalance.party.in_(_numbers)
)
_RESTARTED = (
    select(PaymentReversal.account_id, func.max(PaymentReversal.at).label("at"))
    .where(PaymentReversal.account_id.in_(_ids), PaymentReversal.reopened)
    .group_by(PaymentReversal.account_id)
)


class AccountRow(Protocol):
    """An account, whole or only the columns that rules ask of it."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def rate_class(self) -> str: ...
    @property
    def tax_exempt(self) -> bool: ...
    @property
    def check_ban(self) -> bool: ...


class AccountRecords:
    """What belongs to some accounts, read together; lines of money since `earliest`."""

    def __init__(self, session: Session, accounts: Iterable[AccountRow], earliest: datetime) -> None:
        found = list(accounts)
        ids, numbers = sorted(one.id for one in found), sorted(one.number for one in found)
        self._district = district_of(session)
        self._holds = _by_first(session.execute(_HOLDS, {"ids": ids}))
        self._notices = _by_first(session.execute(_NOTICES, {"ids": ids}))
        self._lines = lines_of_many(session, numbers, earliest)
        self._cents = {
            (row.party, row.ledger): row.amount_cents
            for row in session.execute(_BALANCES, {"numbers": numbers})
        }
        self._restarted = {row.account_id: row.at for row in session.execute(_RESTARTED, {"ids": ids})}

    def facts(self, account: AccountRow, *, since: datetime, lookback: timedelta = LOOKBACK) -> AccountFacts:
        """One of the accounts, with what was posted to it from `lookback` before `since`.

        LOOKBACK, so that bills not yet due at that time are among its lines, or DEBT_LOOKBACK where the age
        of the debt is asked; the records must reach back as far.
        """
        number, from_ = account.number, since - lookback
        restarted = self._restarted.get(account.id)
        payments, charges = self._lines[number]
        return AccountFacts(
            number=number,
            rate_class=account.rate_class,
            tax_exempt=account.tax_exempt,
            check_ban=account.check_ban,
            balance_cents=self._cents.get((number, "AR"), 0),
            deposit_cents=-self._cents.get((number, "DEP"), 0),
            holds=tuple(HoldFacts(*row[1:]) for row in self._holds.get(account.id, ())),
            notices=tuple(NoticeFacts(*row[1:]) for row in self._notices.get(account.id, ())),
            payments=tuple(one for one in payments if one.at >= from_),
            charges=tuple(one for one in charges if one.at >= from_),
            restarted_on=self._district.day_of(restarted) if restarted is not None else None,
            known_since=self._district.day_of(from_),
        )


def account_facts(
    session: Session, account: Account, *, since: datetime, lookback: timedelta = LOOKBACK
) -> AccountFacts:
    """An account with its balances, protections, notices, and lines; see `AccountRecords.facts`."""
    records = AccountRecords(session, [account], since - lookback)
    return records.facts(account, since=since, lookback=lookback)


def needed_now(session: Session, account: Account, *, now: datetime) -> int:
    """Cents that satisfy every cut of the account now, by the policy of the day."""
    return needed_by_account(session, [account], now=now)[account.number]


def needed_by_account(session: Session, accounts: Iterable[Account], *, now: datetime) -> dict[str, int]:
    """The same for many accounts, by their numbers."""
    wanted = list(accounts)
    if not wanted:
        return {}
    district = district_of(session)
    policy = satisfaction_of(rule_book(session).in_force(district.day_of(now)))
    records = AccountRecords(session, wanted, now - LOOKBACK)
    return {
        account.number: needed_at(
            records.facts(account, since=now), policy, at=None, now=now, timezone=district.timezone
        )
        for account in wanted
    }


def _by_first(rows: Iterable[Any]) -> Mapping[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found
