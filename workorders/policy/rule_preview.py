"""What other rules would have done on days that are past, account by account. Pure; cents.

Both sets of rules are asked the same way about the same facts, so that their difference is that of the rules:
what was owed, paid, protected and announced on each day is as it was; who is served is as it is today.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
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
from workorders.policy.satisfaction import needed_at, satisfaction_of
from workorders.policy.severance import CutQuestion, evaluate

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
class Subject:
    """An account with all that the rules ask about it."""

    account: AccountFacts
    services: tuple[Service, ...]
    notices: tuple[NoticeOnRecord, ...]
    reachable: bool
    mail_back_on: date | None = None
    planned: Callable[[date], Mapping[str, date]] = field(default=lambda _since: {})
    """Due day of the oldest debt → the days that its billing cycle has planned for the steps."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days looked at, on the district's clocks, with what was forecast for them."""

    days: Sequence[date]
    timezone: str
    forecasts: Mapping[date, ForecastFacts]

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
    zone = ZoneInfo(days.timezone)
    for day in days.days:
        if day.weekday() >= SATURDAY:
            continue
        rules = book.in_force(day)
        at = datetime.combine(day, time(), zone)
        debts = debts_of(subject.account, satisfaction_of(rules), at=at, timezone=days.timezone)
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
    for day in days.days:
        if not open_:
            return
        at, rules = days.morning(day), book.in_force(day)
        policy = satisfaction_of(rules)
        if (
            needed_at(subject.account, policy, at=at, now=at, timezone=days.timezone)
            <= policy.tolerance_cents
        ):
            continue
        for point, one in list(open_.items()):
            question = CutQuestion(
                subject.account, one.service, at, days.timezone, one.medical, days.forecasts.get(day)
            )
            if evaluate(question, book).allowed:
                del open_[point]
                yield point, day


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
