"""Whether a service may be cut for non-payment at an instant, each rule explaining itself. Pure.

Used when a disconnect is raised, when it is dispatched and, on the rules of that day, for the instant of
the cut when the tablet reports it. The verdicts are kept as evidence.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workorders.facts import AccountFacts
from workorders.messages.message import Message
from workorders.policy.rulebook import CutRules, RuleBook
from workorders.policy.satisfaction import Satisfaction, needed_at, satisfaction_of

WINDOW_DAYS = 92
"""No authority to cut is carried on a tablet for longer than a quarter."""


@dataclass(frozen=True, slots=True)
class CutVerdict:
    """What one rule says; `message` explains it either way, `evidence` are the figures it rests on."""

    rule: str
    allowed: bool
    message: Message
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CutDecision:
    """All verdicts for one instant."""

    at: datetime
    verdicts: tuple[CutVerdict, ...]

    @property
    def allowed(self) -> bool:
        """Every rule allows the cut."""
        return all(v.allowed for v in self.verdicts)

    @property
    def reasons(self) -> tuple[Message, ...]:
        """Why the cut is blocked; empty when it is not."""
        return tuple(v.message for v in self.verdicts if not v.allowed)

    def as_evidence(self) -> dict[str, Any]:
        """Plain JSON, to be kept with the order or the case."""
        verdicts = [
            {"rule": v.rule, "allowed": v.allowed, "message": v.message.as_json(), "evidence": v.evidence}
            for v in self.verdicts
        ]
        return {"at": self.at.isoformat(), "allowed": self.allowed, "verdicts": verdicts}


@dataclass(frozen=True, slots=True)
class CutWindow:
    """A day on which the rules allow cuts, and the instant of that day from which they do not any more."""

    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class CutQuestion:
    """May the service of `account` be cut at `at`? `service` keys the rules; forecast in °C when known."""

    account: AccountFacts | None
    service: str
    at: datetime
    timezone: str
    medical: bool = False
    """The premise is flagged as medical."""
    forecast_low_c: float | None = None
    authority_expires_at: datetime | None = None
    """The cut authority of a dispatched order; None while it is only being raised."""

    @property
    def local(self) -> datetime:
        """The instant on the district's clock."""
        return self.at.astimezone(ZoneInfo(self.timezone))


def evaluate(question: CutQuestion, book: RuleBook) -> CutDecision:
    """Every rule's verdict on the cut, by the rules in force on its local day.

    A service without cut rules, and an order without an account, may not be cut: what is not regulated is
    not allowed.
    """
    day = question.local.date()
    in_force = book.in_force(day)
    rules = in_force.cut_rules(question.service)
    account = question.account
    if rules is None or account is None:
        what = Message("rule.unregulated" if rules is None else "rule.no_account")
        return CutDecision(question.at, (CutVerdict("regulated", False, what, {}),))
    verdicts = (
        _amount(rules, account, question, satisfaction_of(in_force)),
        _age(rules, account, day),
        *(_notice(kind, rules, account, day) for kind in rules.notice_kinds),
        _weekday(rules, day),
        _holiday(rules, day),
        _hour(rules, question.local),
        _forecast(rules, question),
        _medical_flag(question),
        *_holds(rules, account, day),
        _authority(question),
    )
    return CutDecision(question.at, verdicts)


def authority_expires(rules: CutRules, dispatched_at: datetime) -> datetime:
    """Until when a tablet may cut on a disconnect dispatched at that instant."""
    return dispatched_at + timedelta(hours=rules.authority_hours)


def cut_windows(
    book: RuleBook, service: str, since: datetime, until: datetime, timezone: str
) -> tuple[CutWindow, ...]:
    """The days from `since` to `until` on which a service may be cut, by weekday, holidays and latest hour.

    What else may stand against a cut (debt, notices, holds) is not asked. At most WINDOW_DAYS days.
    """
    zone = ZoneInfo(timezone)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    found = []
    for step in range(min((last - first).days + 1, WINDOW_DAYS)):
        day = first + timedelta(days=step)
        rules = book.in_force(day).cut_rules(service)
        if rules is None or not (_weekday(rules, day).allowed and _holiday(rules, day).allowed):
            continue
        found.append(CutWindow(day, datetime.combine(day, rules.latest_local_time, tzinfo=zone)))
    return tuple(found)


def _amount(
    rules: CutRules, account: AccountFacts, question: CutQuestion, policy: Satisfaction
) -> CutVerdict:
    """What satisfies the account's cuts must be unpaid, and enough to cut for."""
    owed = needed_at(account, policy, at=question.at, now=question.at, timezone=question.timezone)
    needed = max(rules.minimum_cents, policy.tolerance_cents + 1)
    allowed = owed >= needed
    message = (
        Message.of("rule.enough", owed=owed)
        if allowed
        else Message.of("rule.too_little", owed=owed, needed=needed)
    )
    evidence = {"owed_cents": owed, "minimum_cents": needed}
    return CutVerdict("minimum_amount", allowed, message, evidence)


def _age(rules: CutRules, account: AccountFacts, day: date) -> CutVerdict:
    notices = [n.sent_on for n in account.notices]
    since = account.owed_since or min(notices, default=None)
    evidence = {"owed_since": since.isoformat() if since else None, "days": rules.delinquency_days}
    if since is None:
        return CutVerdict("delinquency_age", False, Message("rule.age_unknown"), evidence)
    age = (day - since).days
    allowed = age >= rules.delinquency_days
    message = Message.of("rule.age", days=age, needed=rules.delinquency_days)
    return CutVerdict("delinquency_age", allowed, message, evidence)


def _notice(kind: str, rules: CutRules, account: AccountFacts, day: date) -> CutVerdict:
    rule = f"notice_{kind}"
    all_sent = [n for n in account.notices if n.kind == kind and n.sent_on <= day]
    since = account.restarted_on
    sent = [n for n in all_sent if since is None or n.sent_on >= since]
    if all_sent and not sent:
        message = Message.of("rule.notice_outdated", since=since, notice=kind)
        return CutVerdict(rule, False, message, {"restarted_on": since.isoformat() if since else None})
    if not sent:
        return CutVerdict(rule, False, Message.of("rule.notice_missing", notice=kind), {})
    ripe = [n for n in sent if n.valid_until >= day and (day - n.sent_on).days >= rules.notice_days]
    best = max(ripe or sent, key=lambda n: n.sent_on)
    evidence = {
        "notice": best.id,
        "sent_on": best.sent_on.isoformat(),
        "valid_until": best.valid_until.isoformat(),
    }
    if ripe:
        message = Message.of("rule.notice_holds", notice=kind, sent=best.sent_on)
        return CutVerdict(rule, True, message, evidence)
    if best.valid_until < day:
        message = Message.of("rule.notice_expired", notice=kind, until=best.valid_until)
        return CutVerdict(rule, False, message, evidence)
    waited = (day - best.sent_on).days
    message = Message.of("rule.notice_young", notice=kind, days=waited, needed=rules.notice_days)
    return CutVerdict(rule, False, message, evidence)


def _weekday(rules: CutRules, day: date) -> CutVerdict:
    allowed = day.weekday() not in rules.forbidden_weekdays
    code = "rule.weekday" if allowed else "rule.no_weekday"
    evidence = {"day": day.isoformat(), "weekday": day.weekday()}
    return CutVerdict("weekday", allowed, Message.of(code, weekday=day.weekday()), evidence)


def _holiday(rules: CutRules, day: date) -> CutVerdict:
    evidence = {"day": day.isoformat()}
    if day in rules.holidays:
        return CutVerdict("holiday", False, Message.of("rule.holiday", day=day), evidence)
    if rules.day_before_holiday and day + timedelta(days=1) in rules.holidays:
        return CutVerdict("holiday", False, Message.of("rule.holiday_eve", day=day), evidence)
    return CutVerdict("holiday", True, Message.of("rule.no_holiday", day=day), evidence)


def _hour(rules: CutRules, local: datetime) -> CutVerdict:
    allowed = local.time() < rules.latest_local_time
    latest = rules.latest_local_time.strftime("%H:%M")
    message = Message.of("rule.hour", at=local, latest=latest)
    return CutVerdict("latest_hour", allowed, message, {"local": local.isoformat(), "latest": latest})


def _forecast(rules: CutRules, question: CutQuestion) -> CutVerdict:
    limit, low = rules.minimum_forecast_c, question.forecast_low_c
    evidence = {"minimum_c": limit, "forecast_low_c": low}
    if limit is None:
        return CutVerdict("forecast", True, Message("rule.forecast_open"), evidence)
    if low is None:
        return CutVerdict("forecast", True, Message("rule.forecast_unknown"), evidence)
    return CutVerdict("forecast", low >= limit, Message.of("rule.forecast", low=low, limit=limit), evidence)


def _medical_flag(question: CutQuestion) -> CutVerdict:
    message = Message("rule.medical" if question.medical else "rule.not_medical")
    return CutVerdict("medical_flag", not question.medical, message, {})


def _holds(rules: CutRules, account: AccountFacts, day: date) -> tuple[CutVerdict, ...]:
    verdicts = []
    for kind in rules.blocking_holds:
        held = [
            h
            for h in account.holds
            if h.kind == kind
            and h.starts_on <= day
            and (h.ends_on is None or h.ends_on >= day)
            and (rules.provisional_holds_block or not h.provisional)
        ]
        if not held:
            verdicts.append(CutVerdict(f"hold_{kind}", True, Message.of("rule.no_hold", hold=kind), {}))
            continue
        hold = held[0]
        code = f"rule.{'provisional_' if hold.provisional else ''}hold"
        message = (
            Message.of(f"{code}_until", hold=kind, until=hold.ends_on)
            if hold.ends_on
            else Message.of(f"{code}_open", hold=kind)
        )
        verdicts.append(CutVerdict(f"hold_{kind}", False, message, {"starts_on": hold.starts_on.isoformat()}))
    return tuple(verdicts)


def _authority(question: CutQuestion) -> CutVerdict:
    expires = question.authority_expires_at
    if expires is None:
        return CutVerdict("authority", True, Message("rule.authority_open"), {})
    evidence = {"expires_at": expires.isoformat()}
    ended = question.at >= expires
    message = Message.of("rule.authority_ended" if ended else "rule.authority_lasts", at=expires)
    return CutVerdict("authority", not ended, message, evidence)
