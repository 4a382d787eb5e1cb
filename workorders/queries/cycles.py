"""The schedule of billing cycles as it stands: its days, the steps that wait, the next reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from workorders.policy.billing_cycles import PeriodDays, period_of
from workorders.policy.rulebook import CutRules, RulesInForce
from workorders.problems import Problem
from workorders.tables import BillingCycle, CyclePeriod, CyclePremise, CycleStep, Premise, ServicePoint

BACK, AHEAD = timedelta(days=400), timedelta(days=60)
"""Due days that are read around a day: what is older has no steps left."""
WAITING = 200
"""Steps listed as due and not done."""
NO_STEPS: Mapping[str, date] = {}


@dataclass(frozen=True, slots=True)
class CycleLine:
    """A cycle as the list of the schedule shows it."""

    cycle: BillingCycle
    premises: int
    periods: Sequence[CyclePeriod]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The periods near a day, by the id of their cycle."""

    periods: Mapping[int, Sequence[PeriodDays]]

    def steps(self, cycle_id: int | None, since: date | None) -> Mapping[str, date]:
        """The days of the steps against a debt of a cycle due since `since`; empty where none is planned."""
        if cycle_id is None or since is None:
            return NO_STEPS
        found = period_of(self.periods.get(cycle_id, ()), since)
        return NO_STEPS if found is None else found.steps


def schedule_near(session: Session, day: date) -> Schedule:
    """The schedule whose due days lie around `day`, in one query."""
    query = (
        select(CyclePeriod, CycleStep.kind, CycleStep.on_day)
        .outerjoin(CycleStep, CycleStep.period_id == CyclePeriod.id)
        .where(CyclePeriod.due_on >= day - BACK, CyclePeriod.due_on <= day + AHEAD)
        .order_by(CyclePeriod.id)
    )
    steps: defaultdict[int, dict[str, date]] = defaultdict(dict)
    rows: dict[int, CyclePeriod] = {}
    for period, kind, on_day in session.execute(query):
        rows[period.id] = period
        if kind is not None:
            steps[period.id][kind] = on_day
    found: defaultdict[int, list[PeriodDays]] = defaultdict(list)
    for key, row in rows.items():
        found[row.cycle_id].append(
            PeriodDays("", row.year, row.number, row.read_on, row.bill_on, row.due_on, steps[key])
        )
    return Schedule(found)


def days_of(period: CyclePeriod) -> PeriodDays:
    """A period as the rules see it."""
    return PeriodDays(
        period.cycle.code,
        period.year,
        period.number,
        period.read_on,
        period.bill_on,
        period.due_on,
        {step.kind: step.on_day for step in period.steps},
    )


def cut_rules_of(rules: RulesInForce) -> list[CutRules]:
    """The cut rules of every service that has some: their holidays are the district's calendar."""
    keys = sorted(key for kind, key in rules.rules if kind == "cut_rules")
    return [found for key in keys if (found := rules.cut_rules(key)) is not None]


def year_lines(session: Session, year: int) -> list[CycleLine]:
    """Every cycle with its premises and the periods of a year."""
    counts = dict(
        session.execute(select(CyclePremise.cycle_id, func.count()).group_by(CyclePremise.cycle_id)).all()
    )
    by_cycle: defaultdict[int, list[CyclePeriod]] = defaultdict(list)
    for one in periods_of_year(session, year):
        by_cycle[one.cycle_id].append(one)
    cycles = session.scalars(select(BillingCycle).order_by(BillingCycle.code)).all()
    return [CycleLine(one, counts.get(one.id, 0), by_cycle[one.id]) for one in cycles]


def periods_of_year(session: Session, year: int) -> Sequence[CyclePeriod]:
    """The periods of a year with their steps, by cycle and number."""
    return session.scalars(
        select(CyclePeriod)
        .join(CyclePeriod.cycle)
        .where(CyclePeriod.year == year)
        .options(joinedload(CyclePeriod.cycle), selectinload(CyclePeriod.steps))
        .order_by(BillingCycle.code, CyclePeriod.number)
    ).all()


def cycle_periods(session: Session, code: str, year: int) -> Sequence[CyclePeriod]:
    """The periods of one cycle in a year. Raises Problem `not_found` for a cycle that is not known."""
    if session.scalar(select(BillingCycle.id).where(BillingCycle.code == code)) is None:
        raise Problem("not_found", what="billing cycle", key=code)
    return [one for one in periods_of_year(session, year) if one.cycle.code == code]


def find_period(session: Session, code: str, year: int, number: int) -> CyclePeriod:
    """One billing of a cycle. Raises Problem `not_found`."""
    found = session.scalar(
        select(CyclePeriod)
        .join(CyclePeriod.cycle)
        .where(BillingCycle.code == code, CyclePeriod.year == year, CyclePeriod.number == number)
    )
    if found is None:
        raise Problem("not_found", what="billing period", key=f"{code} {year}-{number}")
    return found


def steps_waiting(session: Session, day: date, *, limit: int = WAITING) -> Sequence[CycleStep]:
    """Steps whose day has come by `day` and that nobody has done, oldest first."""
    return session.scalars(
        select(CycleStep)
        .where(CycleStep.done_at.is_(None), CycleStep.on_day <= day)
        .order_by(CycleStep.on_day, CycleStep.id)
        .limit(limit)
    ).all()


def count_steps_waiting(session: Session, day: date) -> int:
    """How many steps are due by `day` and not done."""
    query = select(func.count()).where(CycleStep.done_at.is_(None), CycleStep.on_day <= day)
    return session.scalar(query) or 0


def places_of(session: Session, steps: Iterable[CycleStep]) -> dict[int, CyclePeriod]:
    """The periods of some steps, by id, with their cycles."""
    ids = {one.period_id for one in steps}
    if not ids:
        return {}
    query = select(CyclePeriod).where(CyclePeriod.id.in_(ids)).options(joinedload(CyclePeriod.cycle))
    return {one.id: one for one in session.scalars(query)}


def cycle_of_premise(session: Session, premise_id: int, day: date) -> tuple[str, date | None] | None:
    """A premise's cycle, and its first scheduled read on `day` or later; None where it is in no cycle."""
    upcoming = (CyclePeriod.cycle_id == BillingCycle.id) & (CyclePeriod.read_on >= day)
    row = session.execute(
        select(BillingCycle.code, func.min(CyclePeriod.read_on))
        .join(CyclePremise, CyclePremise.cycle_id == BillingCycle.id)
        .outerjoin(CyclePeriod, upcoming)
        .where(CyclePremise.premise_id == premise_id)
        .group_by(BillingCycle.code)
    ).first()
    return None if row is None else (row[0], row[1])


def scheduled_reads(session: Session, points: Mapping[int, date]) -> dict[int, date]:
    """Of some service points (id → the day that is asked about) the scheduled read nearest to that day.

    Of two as near, the later. Points whose premise is in no cycle are left out.
    """
    if not points:
        return {}
    around = timedelta(days=62)
    query = (
        select(ServicePoint.id, CyclePeriod.read_on)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .join(CyclePremise, CyclePremise.premise_id == Premise.id)
        .join(CyclePeriod, CyclePeriod.cycle_id == CyclePremise.cycle_id)
        .where(
            ServicePoint.id.in_(points),
            CyclePeriod.read_on >= min(points.values()) - around,
            CyclePeriod.read_on <= max(points.values()) + around,
        )
    )
    days: defaultdict[int, list[date]] = defaultdict(list)
    for point, day in session.execute(query):
        days[point].append(day)
    return {
        point: min(found, key=lambda day: (abs(day - points[point]), points[point] - day))
        for point, found in days.items()
    }
