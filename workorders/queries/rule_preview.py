"""What a change of rules would have done to a month: whoever owed or paid in it, judged under both sets."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of
from workorders.grammar.times import start_of_day
from workorders.judgement.traits import ServiceChange
from workorders.policy.rule_preview import (
    Days,
    Service,
    Subject,
    calls_off,
    changed_book,
    differing,
    first_cut_days,
    notices_due,
    reviewed,
    taken_at_the_door,
)
from workorders.policy.rulebook import RuleBook, RuleRow
from workorders.queries.account_lines import PAYMENT_PURPOSES
from workorders.queries.cycles import Schedule, schedule_near
from workorders.queries.debtors import Debtor, debtors_named
from workorders.queries.district import district_of
from workorders.queries.forecasts import forecasts_from
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, JournalEntry, LedgerBalance, Order, Posting, Receipt

LISTED = 500
"""Accounts that differ, named one by one; more are counted."""
BREATH = 100
"""Accounts between two rests."""

Spans = dict[str, list[tuple[datetime, datetime | None]]]


@dataclass(slots=True)
class Found:
    """Counts by measure under the rules in force and under the change, and where they differ.

    A measure is `notice_<kind>`, `cut` (a service that could have been cut), `called_off` (a payment that
    would have called a cut off), `door_taken` and `door_reviewed` (payments at the door).
    """

    accounts: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    differ: list[tuple[str, str, date | None, date | None]] = field(default_factory=list)
    """(account, measure, day before, day after); at most LISTED."""
    more: int = 0

    def hold(self, account: str, old: Sequence[tuple[str, date]], new: Sequence[tuple[str, date]]) -> None:
        """Count what came about, and note where both are not the same."""
        self.before.update(what for what, _ in old)
        self.after.update(what for what, _ in new)
        for what, first, second in differing(old, new):
            if len(self.differ) < LISTED:
                self.differ.append((account, what, first, second))
            else:
                self.more += 1


def preview_rules(
    session: Session,
    changes: Sequence[RuleRow],
    first: date,
    last: date,
    *,
    now: datetime,
    rest: Callable[[], None],
) -> Found:
    """Judge the days from `first` to `last` again, under the rules that held and under the changes.

    Read only. `rest` is called every BREATH accounts, so that whoever shares the processor gets their turn.
    """
    district, book = district_of(session), rule_book(session)
    other, found = changed_book(book, changes), Found()
    span = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    days = Days(span, district.timezone, forecasts_from(session, first, now=now))
    since = start_of_day(first, district.timezone)
    before = start_of_day(last + timedelta(days=1), district.timezone)
    cuts, schedule = _cuts(session, since, before), schedule_near(session, last)
    for number, debtor in enumerate(debtors_named(session, _concerned(session, since), now=now), 1):
        if number % BREATH == 0:
            rest()
        found.accounts = number
        subject = _subject(debtor, schedule)
        account, under_way = debtor.facts.number, cuts.get(debtor.facts.number, [])
        old, new = (
            [*_judged(subject, rules, days), *_called_off(debtor, rules, days, under_way)]
            for rules in (book, other)
        )
        found.hold(account, old, new)
    _at_the_door(session, found, book, other, since=since, before=before)
    return found


def _concerned(session: Session, since: datetime) -> set[str]:
    """Who owes now, and who paid since: nobody else owed anything in between."""
    owing = select(LedgerBalance.party).where(LedgerBalance.ledger == "AR", LedgerBalance.amount_cents > 0)
    paid = (
        select(Posting.party)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.effective_at >= since, JournalEntry.purpose.in_(PAYMENT_PURPOSES))
        .where(Posting.ledger == "AR")
    )
    return set(session.scalars(union(owing, paid)))


def _subject(debtor: Debtor, schedule: Schedule) -> Subject:
    services = tuple(
        Service(one.number, one.service, one.state == "on", one.medical) for one in debtor.points
    )
    return Subject(
        debtor.facts,
        services,
        debtor.notices,
        bool(debtor.mail_to),
        debtor.mail_back_on,
        partial(schedule.steps, debtor.cycle_id),
    )


def _judged(subject: Subject, book: RuleBook, days: Days) -> Iterator[tuple[str, date]]:
    if not subject.services:
        return
    for kind, day in notices_due(subject, book, days):
        yield f"notice_{kind}", day
    for _point, day in first_cut_days(subject, book, days):
        yield "cut", day


def _called_off(
    debtor: Debtor, book: RuleBook, days: Days, under_way: Sequence[tuple[datetime, datetime | None]]
) -> Iterator[tuple[str, date]]:
    """Payments of the days made while a cut of the account was under way, and that would have sufficed."""
    first, last = days.days[0], days.days[-1]
    for payment in debtor.facts.payments if under_way else ():
        day = days.day_of(payment.at)
        at = payment.at
        pending = any(begun <= at and (over is None or at <= over) for begun, over in under_way)
        if pending and first <= day <= last and calls_off(debtor.facts, book, payment.at, days.timezone):
            yield "called_off", day


def _cuts(session: Session, since: datetime, before: datetime) -> Spans:
    """By account, from when until when each cut was under way."""
    found: Spans = defaultdict(list)
    over = or_(Order.finished_at.is_(None), Order.finished_at >= since)
    gone = or_(Order.cancelled_at.is_(None), Order.cancelled_at >= since)
    query = (
        select(Account.number, Order.requested_at, Order.finished_at, Order.cancelled_at)
        .join(Account, Account.id == Order.account_id)
        .where(Order.type.in_(codes_of({ServiceChange.CUT})), Order.requested_at < before, over, gone)
    )
    for account, requested, finished, cancelled in session.execute(query):
        found[account].append((requested, finished or cancelled))
    return found


def _at_the_door(
    session: Session, found: Found, book: RuleBook, other: RuleBook, *, since: datetime, before: datetime
) -> None:
    day_of = district_of(session).day_of
    query = (
        select(Account.number, Receipt.method, Receipt.amount_cents, Receipt.taken_at)
        .join(Account, Account.id == Receipt.account_id)
        .where(Receipt.taken_at >= since, Receipt.taken_at < before, Receipt.amount_cents > 0)
        .order_by(Receipt.number)
    )
    for account, method, cents, taken_at in session.execute(query):
        day = day_of(taken_at)
        sides = []
        for rules in (book.in_force(day), other.in_force(day)):
            taken = taken_at_the_door(rules, method)
            side = [("door_taken", day)] if taken else []
            sides.append([*side, ("door_reviewed", day)] if taken and reviewed(rules, cents) else side)
        found.hold(account, *sides)
