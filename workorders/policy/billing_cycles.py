"""The yearly schedule of billing cycles: made from the dated rule `billing_cycles`, and checked. Pure.

A cycle is read on a business day of the month, billed some business days later and due some days after that;
the steps against who has not paid count from the due day. Every day falls on a business day, and a cut on a
day that the cut rules allow, with the waits of the final notice and the door tag behind it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from workorders.policy.business_days import LONGEST, ONE, after_business_days, is_business_day
from workorders.policy.notices import earliest_cut
from workorders.policy.rule_fields import CYCLE_STEPS
from workorders.policy.rulebook import CutRules, RulesInForce
from workorders.problems import Problem

SETTING = "billing_cycles"
MONTHS = 12
NEAR = timedelta(days=20)
"""A bill belongs to the period whose due day is nearest to its own; further off than this, to none."""


@dataclass(frozen=True, slots=True)
class CycleRule:
    """How a year's days are found. `cycles`: code → business day of the month on which it is read."""

    every_months: int
    cycles: Mapping[str, int]
    bill_after_business_days: int
    due_after_days: int
    steps: Mapping[str, int]
    """Step → days after the due day."""


@dataclass(frozen=True, slots=True)
class PeriodDays:
    """The days of one billing of a cycle."""

    code: str
    year: int
    number: int
    read_on: date
    bill_on: date
    due_on: date
    steps: Mapping[str, date] = field(default_factory=dict)


def cycle_rule(rules: RulesInForce) -> CycleRule | None:
    """The rule in force on the day of `rules`; None where a district has published none."""
    value: dict[str, Any] = rules.setting(SETTING)
    if not value:
        return None
    return CycleRule(
        every_months=value["every_months"],
        cycles={one["code"]: one["read_business_day"] for one in value["cycles"]},
        bill_after_business_days=value["bill_after_business_days"],
        due_after_days=value["due_after_days"],
        steps={one["step"]: one["after_due_days"] for one in value["steps"]},
    )


def year_of_cycle(rule: CycleRule, code: str, year: int, cuts: Sequence[CutRules]) -> Iterator[PeriodDays]:
    """The billings of a cycle in a year, by the holidays and waits of the cut rules of every service."""
    holidays = frozenset(day for rules in cuts for day in rules.holidays)
    for number, month in enumerate(range(1, MONTHS + 1, rule.every_months), start=1):
        read_on = _business_day_of_month(year, month, rule.cycles[code], holidays)
        bill_on = after_business_days(read_on, rule.bill_after_business_days, holidays)
        due_on = _on_business_day(bill_on + timedelta(days=rule.due_after_days), holidays)
        steps: dict[str, date] = {}
        for step in CYCLE_STEPS:
            if step not in rule.steps:
                continue
            wanted = max([due_on + timedelta(days=rule.steps[step]), *steps.values()])
            if step == "cut":
                steps[step] = _cut_day(wanted, due_on, steps, cuts)
            else:
                steps[step] = _on_business_day(wanted, holidays)
        yield PeriodDays(code, year, number, read_on, bill_on, due_on, steps)


def checked_period(days: PeriodDays) -> PeriodDays:
    """The days themselves. Raises Problem `bad_input` naming the field when one is before what it follows."""
    if days.bill_on < days.read_on:
        raise Problem("bad_input", field="bill_on", reason="it is before the read")
    if days.due_on <= days.bill_on:
        raise Problem("bad_input", field="due_on", reason="it is not after the bill")
    previous = days.due_on
    for step in CYCLE_STEPS:
        day = days.steps.get(step)
        if day is None:
            continue
        if day <= days.due_on or day < previous:
            raise Problem("bad_input", field=f"{step}_on", reason="it is before what it follows")
        previous = day
    return days


def doubtful_days(days: PeriodDays, holidays: Iterable[date]) -> tuple[str, ...]:
    """Names of the days on which the office does not work: allowed, and worth a second look."""
    closed = frozenset(holidays)
    every = {"read_on": days.read_on, "bill_on": days.bill_on, "due_on": days.due_on}
    every |= {f"{step}_on": day for step, day in days.steps.items()}
    return tuple(name for name, day in every.items() if not is_business_day(day, closed))


def period_of(periods: Iterable[PeriodDays], due_on: date) -> PeriodDays | None:
    """The period of a cycle that a bill due that day belongs to; of two as near, the later."""
    near = [one for one in periods if abs(one.due_on - due_on) <= NEAR]
    return min(near, key=lambda one: (abs(one.due_on - due_on), -one.due_on.toordinal()), default=None)


def _business_day_of_month(year: int, month: int, number: int, holidays: frozenset[date]) -> date:
    """The `number`th business day; a short month's last."""
    day, found = date(year, month, 1), date(year, month, 1)
    while day.month == month:
        if is_business_day(day, holidays):
            found, number = day, number - 1
            if number == 0:
                break
        day += ONE
    return found


def _on_business_day(day: date, holidays: frozenset[date]) -> date:
    return day if is_business_day(day, holidays) else after_business_days(day, 1, holidays)


def _cut_day(wanted: date, due_on: date, steps: Mapping[str, date], cuts: Sequence[CutRules]) -> date:
    """The first day from `wanted` on which every service's rules allow a cut."""
    waits = [
        first
        for rules in cuts
        for kind in ("final", "door_tag")
        if kind in steps
        and (first := earliest_cut(rules, kind, sent_on=steps[kind], since=due_on)) is not None
    ]
    day = max([wanted, *waits])
    for _ in range(LONGEST):
        # One service's holiday may push the day onto another's weekday without cuts.
        moved = max([_allowed_from(rules, day) for rules in cuts], default=day)
        if moved == day:
            break
        day = moved
    return day


def _allowed_from(rules: CutRules, day: date) -> date:
    """The first day from `day` on which the weekday and the holidays allow a cut."""
    for _ in range(LONGEST):
        eve = rules.day_before_holiday and day + ONE in rules.holidays
        if day.weekday() not in rules.forbidden_weekdays and day not in rules.holidays and not eve:
            break
        day += ONE
    return day
