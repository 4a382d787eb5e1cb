"""What other rules would have done on days that are past, account by account. Pure; cents.

Both sets of rules are asked the same way about the same facts, so that their difference is that of the rules:
what was owed, paid, protected and announced on each day is as it was; who is served is as it is today.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import accumulate
from zoneinfo import ZoneInfo

from workorders.facts import AccountFacts, ForecastFacts
from workorders.policy.aging import OpenCharge, debts_of, past_due_since
from workorders.policy.notices import (
    NoticeOnRecord,
    NoticeQuestion,
    decide,
    notice_steps,
)
from workorders.policy.rulebook import CutRules, RuleBook, RuleRow, RulesInForce
from workorders.policy.satisfaction import Satisfaction, needed_at, satisfaction_of
from workorders.policy.severance import CutQuestion, day_allows, may_be_cut

MORNING = time(8)
"""When notices are written and cuts given out."""
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Service:
    """A service that an account has now. `medical`: its premise is flagged."""

    point: str
    service: str
    on: bool
    medical: bool


@dataclass(frozen=True, slots=True)
class RuledDay:
    """A day with its morning and its beginning, also as seconds since 1970, under one book."""

    day: date
    at: datetime
    begins: datetime
    rules: RulesInForce
    policy: Satisfaction
    policy_number: int
    """The same for the same policy under both books."""
    at_s: float
    begins_s: float
    cuts: dict[str, bool]
    """Service → whether the day allows cuts, as far as it was asked."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An account with all that the rules ask about it."""

    account: AccountFacts
    services: tuple[Service, ...]
    notices: tuple[NoticeOnRecord, ...]
    reachable: bool
    mail_back_on: date | None = None
    planned: Callable[[date], Mapping[str, date]] = field(default=lambda _since: {})
    """Due day of the oldest debt → the days that its billing cycle has planned for the steps."""
    _debts: dict[tuple[int, date], tuple[OpenCharge, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """By policy and day, what was worked out already: both sets of rules mostly ask the same."""
    _stands: dict[tuple[int, date], bool] = field(default_factory=dict, compare=False, repr=False)
    _owed: list[Callable[[float], int]] = field(default_factory=list, compare=False, repr=False)

    def owed_at(self, second: float) -> int:
        """`satisfaction.owed_at` of the account, for many instants as seconds since 1970."""
        if not self._owed:
            self._owed.append(_running_balance(self.account))
        return self._owed[0](second)

    def debts_on(self, ruled: RuledDay, timezone: str) -> tuple[OpenCharge, ...]:
        """`aging.debts_of` the account as the day begins."""
        if self.owed_at(ruled.begins_s) <= 0:
            return ()
        asked = ruled.policy_number, ruled.day
        if asked not in self._debts:
            self._debts[asked] = debts_of(self.account, ruled.policy, at=ruled.begins, timezone=timezone)
        return self._debts[asked]

    def cut_stands_on(self, ruled: RuledDay, timezone: str) -> bool:
        """In the morning more is needed than the policy tolerates, so that a cut would not be called off."""
        policy = ruled.policy
        if self.owed_at(ruled.at_s) <= policy.tolerance_cents:
            return False
        asked = ruled.policy_number, ruled.day
        if asked not in self._stands:
            needed = needed_at(self.account, policy, at=ruled.at, now=ruled.at, timezone=timezone)
            self._stands[asked] = needed > policy.tolerance_cents
        return self._stands[asked]


@dataclass(frozen=True, slots=True)
class Days:
    """The days looked at, on the district's clocks, with what was forecast for them."""

    days: Sequence[date]
    timezone: str
    forecasts: Mapping[date, ForecastFacts]

    _ruled: dict[int, tuple[RuleBook, list[RuledDay]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """By the identity of a book, what it says of each day: every account asks the same."""
    _policies: list[Satisfaction] = field(default_factory=list, compare=False, repr=False)

    def ruled(self, book: RuleBook) -> list[RuledDay]:
        """Each day with the instants asked about and the rules that hold."""
        known = self._ruled.get(id(book))
        if known is None:
            # The book is kept too: another one must not get its identity.
            known = self._ruled[id(book)] = (book, [self._ruled_day(book, day) for day in self.days])
        return known[1]

    def _ruled_day(self, book: RuleBook, day: date) -> RuledDay:
        rules = book.in_force(day)
        at, begins = self.morning(day), datetime.combine(day, time(), ZoneInfo(self.timezone))
        policy = satisfaction_of(rules)
        if policy not in self._policies:
            self._policies.append(policy)
        number = self._policies.index(policy)
        return RuledDay(day, at, begins, rules, policy, number, at.timestamp(), begins.timestamp(), {})

    def cuts_on(self, ruled: RuledDay, service: str) -> bool:
        """Rules that are the same for everybody let a service be cut on the day."""
        if service not in ruled.cuts:
            rules = ruled.rules.cut_rules(service)
            forecast = self.forecasts.get(ruled.day)
            ruled.cuts[service] = rules is not None and day_allows(rules, ruled.day, forecast)
        return ruled.cuts[service]

    def morning(self, day: date) -> datetime:
        """The instant for which a day is judged."""
        return datetime.combine(day, MORNING, ZoneInfo(self.timezone))

    def day_of(self, at: datetime) -> date:
        """The district's day of an instant."""
        return at.astimezone(ZoneInfo(self.timezone)).date()


def changed_book(book: RuleBook, changes: Iterable[RuleRow]) -> RuleBook:
    """The book as if the changes had held all along; other rules and fees stay as they were on each day."""
    rows = [replace(one, effective_from=date.min) for one in changes]
    gone = {(one.kind, one.key) for one in rows}
    kept = tuple(one for one in book.rules if (one.kind, one.key) not in gone)
    return RuleBook(book.version, (*kept, *rows), book.fees)


def notices_due(subject: Subject, book: RuleBook, days: Days) -> Iterator[tuple[str, date]]:
    """(kind, day) of each notice that the rules would have had written, one after the other."""
    record = [one for one in subject.notices if one.sent_on < days.days[0]]
    for ruled in days.ruled(book):
        day, rules = ruled.day, ruled.rules
        if day.weekday() >= SATURDAY:
            continue
        debts = subject.debts_on(ruled, days.timezone)
        since = past_due_since(debts)
        if since is None or since >= day:
            continue
        found = decide(_question(subject, rules, record, day, debts), notice_steps(rules))
        if found.step is not None:
            yield found.step.kind, day
            valid = date.fromordinal(day.toordinal() + found.step.valid_days)
            record.append(NoticeOnRecord(found.step.kind, day, valid, "sent"))


def _question(
    subject: Subject,
    rules: RulesInForce,
    record: Sequence[NoticeOnRecord],
    day: date,
    debts: Sequence[OpenCharge],
) -> NoticeQuestion:
    regulated, since = _regulated(subject, rules), past_due_since(debts)
    return NoticeQuestion(
        day=day,
        debts=debts,
        notices=record,
        holds=subject.account.holds,
        reachable=subject.reachable,
        served=any(one.on for one in subject.services),
        needed=frozenset(kind for one in regulated for kind in one.notice_kinds),
        holidays=frozenset(holiday for one in regulated for holiday in one.holidays),
        restarted_on=subject.account.restarted_on,
        mail_back_on=subject.mail_back_on,
        planned=subject.planned(since) if since is not None else {},
    )


def _regulated(subject: Subject, rules: RulesInForce) -> list[CutRules]:
    services = dict.fromkeys(one.service for one in subject.services)
    return [found for one in services if (found := rules.cut_rules(one)) is not None]


def first_cut_days(subject: Subject, book: RuleBook, days: Days) -> Iterator[tuple[str, date]]:
    """(service point, first day) of each that is on and could have been cut on one of the days."""
    open_ = {one.point: one for one in subject.services if one.on}
    for ruled in days.ruled(book):
        if not open_:
            return
        some = [one for one in open_.values() if days.cuts_on(ruled, one.service)]
        if not some or not subject.cut_stands_on(ruled, days.timezone):
            continue
        for one in some:
            forecast = days.forecasts.get(ruled.day)
            question = CutQuestion(
                subject.account, one.service, ruled.at, days.timezone, one.medical, forecast
            )
            if may_be_cut(question, book):
                del open_[one.point]
                yield one.point, ruled.day


def _running_balance(account: AccountFacts) -> Callable[[float], int]:
    """`satisfaction.owed_at` of an account, found by search in sums that are made once."""
    charges = sorted((one.at.timestamp(), one.cents) for one in account.charges)
    payments = sorted((one.at.timestamp(), one.cents) for one in account.payments)
    charged = [0, *accumulate(cents for _, cents in charges)]
    paid = [0, *accumulate(cents for _, cents in payments)]
    charged_at, paid_at = [at for at, _ in charges], [at for at, _ in payments]

    def owed(second: float) -> int:
        later = paid[-1] - paid[bisect_right(paid_at, second)]
        return account.balance_cents + later - (charged[-1] - charged[bisect_left(charged_at, second)])

    return owed


def calls_off(account: AccountFacts, book: RuleBook, paid_at: datetime, timezone: str) -> bool:
    """A payment would have called off a cut that was under way: nothing more was needed with it."""
    rules = book.in_force(paid_at.astimezone(ZoneInfo(timezone)).date())
    policy = satisfaction_of(rules)
    needed = needed_at(account, policy, at=paid_at, now=paid_at, timezone=timezone)
    return needed <= policy.tolerance_cents


def taken_at_the_door(rules: RulesInForce, method: str) -> bool:
    """A technician might have taken this payment."""
    policy = rules.payment_policy()
    return policy is not None and policy.policy != "forbidden" and method in policy.methods


def reviewed(rules: RulesInForce, cents: int) -> bool:
    """A receipt of the door would have waited for a second person's word."""
    policy = rules.payment_policy()
    return policy is not None and cents > policy.field_review_cents


def differing(
    before: Collection[tuple[str, date]], after: Collection[tuple[str, date]]
) -> Iterator[tuple[str, date | None, date | None]]:
    """What came about on another day or only under one of them: (what, day before, day after)."""
    old, new = _in_turn(before), _in_turn(after)
    for what in sorted(old.keys() | new.keys()):
        if old.get(what) != new.get(what):
            yield what[0], old.get(what), new.get(what)


def _in_turn(found: Collection[tuple[str, date]]) -> dict[tuple[str, int], date]:
    """By what and how often it had come about before."""
    numbered: dict[tuple[str, int], date] = {}
    for what, day in found:
        turn = sum(known[0] == what for known in numbered)
        numbered[what, turn] = day
    return numbered
