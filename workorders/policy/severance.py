"""Whether a service may be cut for non-payment at an instant, each rule explaining itself. Pure.

Used when a disconnect is raised, when it is dispatched and, on the rules of that day, for the instant of
the cut when the tablet reports it. The checks are kept as evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workorders.facts import AccountFacts, ForecastFacts
from workorders.messages.message import Message
from workorders.policy.aging import debts_of, past_due_since
from workorders.policy.business_days import business_days_since
from workorders.policy.rulebook import CutRules, RuleBook
from workorders.policy.satisfaction import Satisfaction, needed_at, satisfaction_of

WINDOW_DAYS = 92
"""No authority to cut is carried on a tablet for longer than a quarter."""
TIMING = frozenset({"weekday", "holiday", "latest_hour", "forecast", "heat_alert"})
"""Rules that pass by themselves: asked when a cut is sent out and when it is done, not when it is raised."""


@dataclass(frozen=True, slots=True)
class CutCheck:
    """What one rule says; `message` explains it either way, `evidence` are the figures it rests on."""

    rule: str
    allowed: bool
    message: Message
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CutDecision:
    """All checks for one instant."""

    at: datetime
    checks: tuple[CutCheck, ...]

    @property
    def allowed(self) -> bool:
        """Every rule allows the cut."""
        return all(v.allowed for v in self.checks)

    @property
    def reasons(self) -> tuple[Message, ...]:
        """Why the cut is blocked; empty when it is not."""
        return tuple(v.message for v in self.checks if not v.allowed)

    def as_evidence(self) -> dict[str, Any]:
        """Plain JSON, to be kept with the order or the case."""
        checks = [
            {"rule": v.rule, "allowed": v.allowed, "message": v.message.as_json(), "evidence": v.evidence}
            for v in self.checks
        ]
        return {"at": self.at.isoformat(), "allowed": self.allowed, "verdicts": checks}


@dataclass(frozen=True, slots=True)
class CutWindow:
    """A day on which the rules allow cuts, and the instant of that day from which they do not any more."""

    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class CutQuestion:
    """May the service of `account` be cut at `at`? `service` keys the rules, `forecast` is the day's."""

    account: AccountFacts | None
    service: str
    at: datetime
    timezone: str
    medical: bool = False
    """The premise is flagged as medical."""
    forecast: ForecastFacts | None = None
    authority_expires_at: datetime | None = None
    """The cut authority of a dispatched order; None while it is only being raised."""

    @property
    def local(self) -> datetime:
        """The instant on the district's clock."""
        return self.at.astimezone(ZoneInfo(self.timezone))


def evaluate(question: CutQuestion, book: RuleBook) -> CutDecision:
    """Every rule's check of the cut, by the rules in force on its local day.

    A service without cut rules, and an order without an account, may not be cut: what is not regulated is
    not allowed.
    """
    day = question.local.date()
    in_force = book.in_force(day)
    rules = in_force.cut_rules(question.service)
    account = question.account
    if rules is None or account is None:
        what = Message("rule.unregulated" if rules is None else "rule.no_account")
        return CutDecision(question.at, (CutCheck("regulated", False, what, {}),))
    checks = (
        _amount(rules, account, question, satisfaction_of(in_force)),
        _age(rules, account, question, satisfaction_of(in_force)),
        *(_notice(kind, rules, account, day) for kind in rules.notice_kinds),
        _weekday(rules, day),
        _holiday(rules, day),
        _hour(rules, question.local),
        _forecast(rules, day, question.forecast),
        _heat(rules, day, question.forecast),
        _medical_flag(question),
        *_holds(rules, account, day),
        _authority(question),
    )
    return CutDecision(question.at, checks)


def may_be_cut(question: CutQuestion, book: RuleBook) -> bool:
    """What `evaluate` would allow, ending at the first rule that refuses: for thousands of accounts."""
    local = question.local
    day = local.date()
    in_force = book.in_force(day)
    rules = in_force.cut_rules(question.service)
    account = question.account
    if rules is None or account is None or question.medical:
        return False
    if not day_allows(rules, day, question.forecast):
        return False
    if not all(_notice(kind, rules, account, day).allowed for kind in rules.notice_kinds):
        return False
    rest = (_hour(rules, local), *_holds(rules, account, day), _authority(question))
    if not all(check.allowed for check in rest):
        return False
    policy = satisfaction_of(in_force)
    enough = _amount(rules, account, question, policy).allowed
    return enough and _age(rules, account, question, policy).allowed


def day_allows(rules: CutRules, day: date, forecast: ForecastFacts | None) -> bool:
    """Weekday, holidays and forecast allow cuts on a day, whoever is asked about."""
    return all(check.allowed for check in _of_the_day(rules, day, forecast))


def authority_expires(rules: CutRules, dispatched_at: datetime) -> datetime:
    """Until when a tablet may cut on a disconnect dispatched at that instant."""
    return dispatched_at + timedelta(hours=rules.authority_hours)


def cut_windows(
    book: RuleBook,
    service: str,
    since: datetime,
    until: datetime,
    timezone: str,
    *,
    forecasts: Mapping[date, ForecastFacts],
) -> tuple[CutWindow, ...]:
    """The days from `since` to `until` on which a service may be cut, and the hour that ends them.

    Asked are weekday, holidays and forecast; `forecasts` are those of the days, as far as they are known.
    What else may stand against a cut (debt, notices, holds) is not asked. At most WINDOW_DAYS days.
    """
    zone = ZoneInfo(timezone)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    found = []
    for step in range(min((last - first).days + 1, WINDOW_DAYS)):
        day = first + timedelta(days=step)
        rules = book.in_force(day).cut_rules(service)
        if rules is None or not all(check.allowed for check in _of_the_day(rules, day, forecasts.get(day))):
            continue
        found.append(CutWindow(day, datetime.combine(day, rules.latest_local_time, tzinfo=zone)))
    return tuple(found)


def _amount(rules: CutRules, account: AccountFacts, question: CutQuestion, policy: Satisfaction) -> CutCheck:
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
    return CutCheck("minimum_amount", allowed, message, evidence)


def _age(rules: CutRules, account: AccountFacts, question: CutQuestion, policy: Satisfaction) -> CutCheck:
    """From the due day of the oldest open charge; where none is known, from the oldest notice."""
    notices = [n.sent_on for n in account.notices]
    debts = debts_of(account, policy, at=question.at, timezone=question.timezone)
    since = account.owed_since or past_due_since(debts) or min(notices, default=None)
    evidence = {"owed_since": since.isoformat() if since else None, "days": rules.delinquency_days}
    if since is None:
        return CutCheck("delinquency_age", False, Message("rule.age_unknown"), evidence)
    age = max((question.local.date() - since).days, 0)
    allowed = age >= rules.delinquency_days
    message = Message.of("rule.age", days=age, needed=rules.delinquency_days)
    return CutCheck("delinquency_age", allowed, message, evidence)


def _notice(kind: str, rules: CutRules, account: AccountFacts, day: date) -> CutCheck:
    rule = f"notice_{kind}"
    all_sent = [n for n in account.notices if n.kind == kind and n.sent_on <= day]
    since = account.restarted_on
    sent = [n for n in all_sent if since is None or n.sent_on >= since]
    if all_sent and not sent:
        message = Message.of("rule.notice_outdated", since=since, notice=kind)
        return CutCheck(rule, False, message, {"restarted_on": since.isoformat() if since else None})
    if not sent:
        return CutCheck(rule, False, Message.of("rule.notice_missing", notice=kind), {})
    waits = rules.notice_days_by_kind.get(kind, rules.notice_days)
    business = rules.notice_business_days.get(kind, 0)
    ripe = [
        n
        for n in sent
        if n.valid_until >= day
        and (day - n.sent_on).days >= waits
        and (not business or business_days_since(n.sent_on, day, rules.holidays) >= business)
    ]
    best = max(ripe or sent, key=lambda n: n.sent_on)
    evidence = {
        "notice": best.id,
        "sent_on": best.sent_on.isoformat(),
        "valid_until": best.valid_until.isoformat(),
    }
    if ripe:
        message = Message.of("rule.notice_holds", notice=kind, sent=best.sent_on)
        return CutCheck(rule, True, message, evidence)
    if best.valid_until < day:
        message = Message.of("rule.notice_expired", notice=kind, until=best.valid_until)
        return CutCheck(rule, False, message, evidence)
    waited = (day - best.sent_on).days
    if waited < waits:
        message = Message.of("rule.notice_young", notice=kind, days=waited, needed=waits)
    else:
        passed = business_days_since(best.sent_on, day, rules.holidays)
        message = Message.of("rule.notice_recent", notice=kind, days=passed, needed=business)
    return CutCheck(rule, False, message, evidence)


def _weekday(rules: CutRules, day: date) -> CutCheck:
    allowed = day.weekday() not in rules.forbidden_weekdays
    code = "rule.weekday" if allowed else "rule.no_weekday"
    evidence = {"day": day.isoformat(), "weekday": day.weekday()}
    return CutCheck("weekday", allowed, Message.of(code, weekday=day.weekday()), evidence)


def _holiday(rules: CutRules, day: date) -> CutCheck:
    evidence = {"day": day.isoformat()}
    if day in rules.holidays:
        return CutCheck("holiday", False, Message.of("rule.holiday", day=day), evidence)
    if rules.day_before_holiday and day + timedelta(days=1) in rules.holidays:
        return CutCheck("holiday", False, Message.of("rule.holiday_eve", day=day), evidence)
    return CutCheck("holiday", True, Message.of("rule.no_holiday", day=day), evidence)


def _hour(rules: CutRules, local: datetime) -> CutCheck:
    allowed = local.time() < rules.latest_local_time
    latest = rules.latest_local_time.strftime("%H:%M")
    message = Message.of("rule.hour", at=local, latest=latest)
    return CutCheck("latest_hour", allowed, message, {"local": local.isoformat(), "latest": latest})


def _of_the_day(rules: CutRules, day: date, forecast: ForecastFacts | None) -> tuple[CutCheck, ...]:
    """The rules that pass or fail for everybody alike on a day."""
    weather = (_forecast(rules, day, forecast), _heat(rules, day, forecast))
    return (_weekday(rules, day), _holiday(rules, day), *weather)


def _heat(rules: CutRules, day: date, forecast: ForecastFacts | None) -> CutCheck:
    """An alert that nobody has reported is none: the weather service issues them for few days of a year."""
    alert = forecast is not None and forecast.heat_alert
    evidence = {"forbids": rules.heat_alert_forbids, "alert": alert}
    if not rules.heat_alert_forbids:
        return CutCheck("heat_alert", True, Message("rule.heat_open"), evidence)
    code = "rule.heat_alert" if alert else "rule.no_heat_alert"
    return CutCheck("heat_alert", not alert, Message.of(code, day=day), evidence)


def _forecast(rules: CutRules, day: date, forecast: ForecastFacts | None) -> CutCheck:
    """A limit that nothing can be held against protects nobody, so an unknown forecast is against the cut."""
    limit, low = rules.minimum_forecast_c, forecast.low_c if forecast is not None else None
    evidence = {"minimum_c": limit, "forecast_low_c": low}
    if limit is None:
        return CutCheck("forecast", True, Message("rule.forecast_open"), evidence)
    if low is None:
        message = Message.of("rule.forecast_unknown", day=day, limit=limit)
        return CutCheck("forecast", False, message, evidence)
    return CutCheck("forecast", low >= limit, Message.of("rule.forecast", low=low, limit=limit), evidence)


def _medical_flag(question: CutQuestion) -> CutCheck:
    message = Message("rule.medical" if question.medical else "rule.not_medical")
    return CutCheck("medical_flag", not question.medical, message, {})


def _holds(rules: CutRules, account: AccountFacts, day: date) -> tuple[CutCheck, ...]:
    checks = []
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
            checks.append(CutCheck(f"hold_{kind}", True, Message.of("rule.no_hold", hold=kind), {}))
            continue
        hold = held[0]
        code = f"rule.{'provisional_' if hold.provisional else ''}hold"
        message = (
            Message.of(f"{code}_until", hold=kind, until=hold.ends_on)
            if hold.ends_on
            else Message.of(f"{code}_open", hold=kind)
        )
        checks.append(CutCheck(f"hold_{kind}", False, message, {"starts_on": hold.starts_on.isoformat()}))
    return tuple(checks)


def _authority(question: CutQuestion) -> CutCheck:
    expires = question.authority_expires_at
    if expires is None:
        return CutCheck("authority", True, Message("rule.authority_open"), {})
    evidence = {"expires_at": expires.isoformat()}
    ended = question.at >= expires
    message = Message.of("rule.authority_ended" if ended else "rule.authority_lasts", at=expires)
    return CutCheck("authority", not ended, message, evidence)
