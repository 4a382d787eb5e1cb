"""Which collection notice an account is due on a day, or why none. Pure.

The steps are the dated setting `notice_steps`; what a notice says is the dated rule `notice_text`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from workorders.facts import HoldFacts
from workorders.messages.message import Message
from workorders.policy.aging import OpenCharge, past_due_cents, past_due_since
from workorders.policy.business_days import after_business_days
from workorders.policy.rulebook import CutRules, RulesInForce

SETTING = "notice_steps"
MAIL = "mail"
OTHERWISE = (MAIL, "office", "email")
"""How a notice reaches a customer that nobody could post at the door: mailed, handed over, by email."""
ANNOUNCING = frozenset({"final", "door_tag"})
"""Notices that announce a cut: they say nothing to who is cut already."""


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """One step of the way to a cut. Days count from the due day of the oldest open charge."""

    kind: str
    after_due_days: int
    after_previous_days: int = 0
    """Days that must have passed since the step before was sent."""
    after_previous_business_days: int = 0
    """Business days of the same."""
    valid_days: int = 60
    """How long a cut may rest on it."""
    late_charge: str | None = None
    """Code of the fee that is charged when it is mailed; None: none."""
    delivery: str = MAIL
    """mail, or posted at the premise."""


@dataclass(frozen=True, slots=True)
class NoticeSteps:
    """The steps in their order. Nobody is written to for less than `minimum_cents` past due."""

    minimum_cents: int
    steps: tuple[NoticeStep, ...]


@dataclass(frozen=True, slots=True)
class NoticeOnRecord:
    """A notice whatever became of it: printed, sent, or returned by the mail."""

    kind: str
    sent_on: date
    valid_until: date
    state: str
    returned_on: date | None = None
    contacted_on: date | None = None


@dataclass(frozen=True, slots=True)
class NoticeQuestion:
    """Which notice is due to an account on `day`?"""

    day: date
    debts: Sequence[OpenCharge]
    notices: Sequence[NoticeOnRecord]
    holds: Sequence[HoldFacts]
    reachable: bool
    """There is an address to send it to."""
    served: bool
    """A service of the account is on."""
    needed: frozenset[str]
    """Kinds that the cut rules of the account's services ask for."""
    holidays: Collection[date]
    restarted_on: date | None = None
    """The day a payment was taken back: earlier notices do not count."""
    mail_back_on: date | None = None
    """Mail to its address came back, and nobody has followed it up: only what is posted goes out."""
    planned: Mapping[str, date] = field(default_factory=dict)
    """Step → the day that the schedule of the account's billing cycle has for it, instead of the rule's."""


@dataclass(frozen=True, slots=True)
class NoticeDecision:
    """The step that is due; without one, `message` says why. Cents are what is past due."""

    message: Message
    past_due_cents: int
    since: date | None
    step: NoticeStep | None = None


def notice_steps(rules: RulesInForce) -> NoticeSteps:
    """The steps in force on the day of `rules`; none where a district has published none."""
    value: dict[str, Any] = rules.setting(SETTING)
    steps = tuple(NoticeStep(**one) for one in value.get("steps", ()))
    return NoticeSteps(int(value.get("minimum_cents", 0)), steps)


def decide(question: NoticeQuestion, plan: NoticeSteps) -> NoticeDecision:
    """The first step that was not taken since the debt began, when its time has come.

    A notice that was printed and not mailed stops the next; one whose mail came back stops all of them until
    the customer was reached, and is then sent again.
    """
    owed = past_due_cents(question.debts, question.day)
    since = past_due_since(question.debts)
    against = _against(question, plan, owed)
    if against is not None or since is None:
        return NoticeDecision(against or Message("notice.nothing_past_due"), owed, since)
    previous: NoticeOnRecord | None = None
    for step in plan.steps:
        taken = _taken(question, step, since)
        if taken is not None:
            if taken.state == "printed":
                what = Message.of("notice.not_mailed", notice=step.kind, day=taken.sent_on)
                return NoticeDecision(what, owed, since)
            previous = taken
            continue
        if step.kind not in question.needed and _overtaken(question, plan, step, since):
            continue
        if step.kind in ANNOUNCING and not question.served:
            return NoticeDecision(Message("notice.service_off"), owed, since)
        ready = _ready_on(question, step, since, previous)
        if ready > question.day:
            what = Message.of("notice.later", notice=step.kind, day=ready)
            return NoticeDecision(what, owed, since)
        return _due(question, step, owed, since)
    return NoticeDecision(Message("notice.all_sent"), owed, since)


def earliest_cut(rules: CutRules, kind: str, *, sent_on: date, since: date, longest: int = 60) -> date | None:
    """The first day on which a cut could rest on a notice sent that day, for a debt due since `since`.

    Weekday and holidays are asked; None when no day within `longest` days fits.
    """
    waits = rules.notice_days_by_kind.get(kind, rules.notice_days)
    business = rules.notice_business_days.get(kind, 0)
    day = max(
        sent_on + timedelta(days=waits),
        after_business_days(sent_on, business, rules.holidays),
        since + timedelta(days=rules.delinquency_days),
    )
    for step in range(longest):
        found = day + timedelta(days=step)
        eve = rules.day_before_holiday and found + timedelta(days=1) in rules.holidays
        if found.weekday() not in rules.forbidden_weekdays and found not in rules.holidays and not eve:
            return found
    return None


def _against(question: NoticeQuestion, plan: NoticeSteps, owed: int) -> Message | None:
    """What stops every notice: too little owed, a protection, mail that came back, no address."""
    if owed <= 0:
        return Message("notice.nothing_past_due")
    if owed < plan.minimum_cents:
        return Message.of("notice.below_minimum", owed=owed, minimum=plan.minimum_cents)
    for hold in question.holds:
        if hold.starts_on <= question.day <= (hold.ends_on or question.day):
            if hold.ends_on is not None:
                return Message.of("rule.hold_until", hold=hold.kind, until=hold.ends_on)
            return Message.of("rule.hold_open", hold=hold.kind)
    for one in question.notices:
        if one.state == "returned" and one.contacted_on is None:
            return Message.of("notice.mail_returned", notice=one.kind, day=one.returned_on)
    return None if question.reachable else Message("notice.no_address")


def _due(question: NoticeQuestion, step: NoticeStep, owed: int, since: date) -> NoticeDecision:
    if question.mail_back_on is not None and step.delivery == MAIL:
        what = Message.of("notice.address_flagged", day=question.mail_back_on)
        return NoticeDecision(what, owed, since)
    return NoticeDecision(Message.of("notice.due", notice=step.kind), owed, since, step)


def _taken(question: NoticeQuestion, step: NoticeStep, since: date) -> NoticeOnRecord | None:
    """The latest notice of the step that counts: since the debt began, and valid where a cut needs it."""
    first = max(since, question.restarted_on or since)
    counting = [
        one
        for one in question.notices
        if one.kind == step.kind
        and one.state in {"sent", "printed"}
        and one.sent_on >= first
        and (step.kind not in question.needed or one.valid_until >= question.day)
    ]
    return max(counting, key=lambda one: one.sent_on, default=None)


def _overtaken(question: NoticeQuestion, plan: NoticeSteps, step: NoticeStep, since: date) -> bool:
    """A later step was taken already, so that this one has nothing left to say."""
    later: Iterable[NoticeStep] = plan.steps[plan.steps.index(step) + 1 :]
    return any(_taken(question, one, since) is not None for one in later)


def _ready_on(
    question: NoticeQuestion, step: NoticeStep, since: date, previous: NoticeOnRecord | None
) -> date:
    """By the schedule or the rule, and never before the waits since the step before are over."""
    ready = question.planned.get(step.kind) or since + timedelta(days=step.after_due_days)
    if previous is None:
        return ready
    return max(
        ready,
        previous.sent_on + timedelta(days=step.after_previous_days),
        after_business_days(previous.sent_on, step.after_previous_business_days, question.holidays),
    )
