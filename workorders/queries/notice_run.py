"""Who is due which notice on a day, and for each account past due that is not, why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.policy.aging import OpenCharge, debts_of, past_due_cents, past_due_since
from workorders.policy.fees import Charge, price
from workorders.policy.notices import (
    NoticeDecision,
    NoticeQuestion,
    NoticeStep,
    NoticeSteps,
    decide,
    earliest_cut,
    notice_steps,
)
from workorders.policy.recovery import finaled_steps, late_fee_rule
from workorders.policy.rulebook import CutRules, RulesInForce
from workorders.policy.satisfaction import satisfaction_of
from workorders.queries.cycles import schedule_near
from workorders.queries.debtors import Debtor, debtors
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book


@dataclass(frozen=True, slots=True)
class NoticeDue:
    """A notice to be sent. The late charge, with its tax, comes on top of what is past due."""

    debtor: Debtor
    step: NoticeStep
    past_due_cents: int
    since: date
    valid_until: date
    late_charge_cents: int
    cut_on: date | None
    """The first day on which a cut could rest on it; None where no cut rules are in force."""

    @property
    def amount_cents(self) -> int:
        """What avoids the cut."""
        return self.past_due_cents + self.late_charge_cents


@dataclass(frozen=True, slots=True)
class NotDue:
    """An account past due that gets no notice that day, and why."""

    debtor: Debtor
    past_due_cents: int
    why: Message


@dataclass(frozen=True, slots=True)
class NoticeRun:
    """What a day's run finds."""

    day: date
    due: tuple[NoticeDue, ...]
    not_due: tuple[NotDue, ...]


def notice_run(session: Session, day: date, *, now: datetime) -> NoticeRun:
    """Every account with something past due on `day`, judged by the notice steps of that day."""
    judge = NoticeJudge(session, day)
    due, not_due = [], []
    for debtor in debtors(session, day, now=now):
        found = judge.judged(debtor)
        if isinstance(found, NoticeDue):
            due.append(found)
        elif found is not None:
            not_due.append(found)
    return NoticeRun(day, tuple(due), tuple(not_due))


class NoticeJudge:
    """The rules of one day, asked about many accounts."""

    def __init__(self, session: Session, day: date) -> None:
        self.day = day
        self.rules: RulesInForce = rule_book(session).in_force(day)
        self.plan: NoticeSteps = notice_steps(self.rules)
        self.finaled: NoticeSteps = finaled_steps(self.rules)
        self.timezone = district_of(session).timezone
        self.schedule = schedule_near(session, day)
        self._policy = satisfaction_of(self.rules)

    def judged(self, debtor: Debtor) -> NoticeDue | NotDue | None:
        """The notice that is due, or why none is; None for an account with nothing past due."""
        regulated, debts = self.cut_rules(debtor), self._debts(debtor)
        planned = self.schedule.steps(debtor.cycle_id, past_due_since(debts))
        question = NoticeQuestion(
            day=self.day,
            debts=debts,
            notices=debtor.notices,
            holds=debtor.facts.holds,
            reachable=bool(debtor.mail_to),
            served=any(point.state == "on" for point in debtor.points),
            needed=frozenset(kind for rules in regulated for kind in rules.notice_kinds),
            holidays=frozenset(day for rules in regulated for day in rules.holidays),
            restarted_on=debtor.facts.restarted_on,
            mail_back_on=debtor.mail_back_on,
            planned=planned,
        )
        found = decide(question, self.plan if debtor.points else self.finaled)
        if found.past_due_cents <= 0:
            return None
        if found.step is None or found.since is None:
            return NotDue(debtor, found.past_due_cents, found.message)
        if self.rules.notice_text(found.step.kind, debtor.language or "en") is None:
            what = Message.of("notice.no_text", notice=found.step.kind)
            return NotDue(debtor, found.past_due_cents, what)
        return self._due(
            debtor,
            found,
            found.step,
            found.since,
            regulated=regulated,
            planned_cut=planned.get("cut"),
        )

    def cut_rules(self, debtor: Debtor) -> list[CutRules]:
        """The cut rules of the services of the account."""
        services = dict.fromkeys(point.service for point in debtor.points)
        return [rules for one in services if (rules := self.rules.cut_rules(one)) is not None]

    def past_due_cents(self, debtor: Debtor) -> int:
        """Cents past due on the day."""
        return past_due_cents(self._debts(debtor), self.day)

    def late_charge(self, debtor: Debtor, step: NoticeStep) -> Charge | None:
        """The step's late charge for an account; None where there is none, or the fee schedule lacks it.

        None, too, where billing charges late fees (rule `late_fee`), and when the step's notice over the same
        debt was mailed and came back: nobody pays one twice.
        """
        account, since = debtor.facts, past_due_since(self._debts(debtor))
        if since is not None and any(
            one.kind == step.kind and one.returned_on is not None and one.sent_on >= since
            for one in debtor.notices
        ):
            return None
        posted = step.late_charge if late_fee_rule(self.rules) is None else None
        fee = self.rules.fees.get(posted) if posted else None
        return None if fee is None else price(fee, self.rules, account, service=None, no_charge=False)

    def _debts(self, debtor: Debtor) -> tuple[OpenCharge, ...]:
        return debts_of(debtor.facts, self._policy, at=None, timezone=self.timezone)

    def _due(
        self,
        debtor: Debtor,
        found: NoticeDecision,
        step: NoticeStep,
        since: date,
        *,
        regulated: Iterable[CutRules],
        planned_cut: date | None,
    ) -> NoticeDue:
        charge = self.late_charge(debtor, step)
        days = list(_cut_days(regulated, step.kind, self.day, since))
        if days and planned_cut is not None:
            days.append(planned_cut)
        return NoticeDue(
            debtor=debtor,
            step=step,
            past_due_cents=found.past_due_cents,
            since=since,
            valid_until=self.day + timedelta(days=step.valid_days),
            late_charge_cents=charge.total_cents if charge is not None else 0,
            cut_on=max(days, default=None),
        )


def _cut_days(regulated: Iterable[CutRules], kind: str, sent_on: date, since: date) -> Iterator[date]:
    for rules in regulated:
        found = earliest_cut(rules, kind, sent_on=sent_on, since=since)
        if found is not None:
            yield found
