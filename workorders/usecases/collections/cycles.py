"""The schedule of billing cycles: made for a year, changed, and its steps closed as they are done."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_day
from workorders.policy.billing_cycles import PeriodDays, checked_period, cycle_rule, year_of_cycle
from workorders.policy.rule_fields import CYCLE_STEPS
from workorders.problems import Problem
from workorders.queries.cycles import cut_rules_of, days_of, find_period
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.queries.rules_cache import rule_book
from workorders.tables import (
    BillingCycle,
    CyclePeriod,
    CyclePremise,
    CycleStep,
    Premise,
    ServiceAgreement,
    ServicePoint,
)
from workorders.tables.bulk import insert_all
from workorders.usecases.administration.audit import note_change

FIRST_YEAR, LAST_YEAR = 2000, 2099


def generate_year(session: Session, year: int, *, now: datetime, actor: str) -> int:
    """Make the days of every cycle of the rule in force that year; periods that are there stay as they are.

    How many periods were made. Raises Problem `bad_input` for a year out of reach, `no_cycle_rule` where no
    rule `billing_cycles` is in force on its first day.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Problem("bad_input", field="year", reason="it is out of reach")
    rules = rule_book(session).in_force(max(date(year, 1, 1), district_of(session).day_of(now)))
    rule = cycle_rule(rules)
    if rule is None:
        raise Problem("no_cycle_rule", year=year)
    made = 0
    for code in rule.cycles:
        cycle = _cycle(session, code)
        there = set(
            session.scalars(
                select(CyclePeriod.number).where(CyclePeriod.cycle_id == cycle.id, CyclePeriod.year == year)
            )
        )
        fresh = [
            one for one in year_of_cycle(rule, code, year, cut_rules_of(rules)) if one.number not in there
        ]
        for days in fresh:
            _put(session, cycle, days, now=now, actor=actor)
        if fresh:
            changes = {"year": (None, year), "periods": (len(there), len(there) + len(fresh))}
            note_change(session, f"cycle:{code}", "cycle_made", now=now, actor=actor, changes=changes)
        made += len(fresh)
    session.flush()
    return made


def change_period(session: Session, days: PeriodDays, *, reason: str, now: datetime, actor: str) -> bool:
    """Change the days of a period; False when nothing differs. A step without a day is taken out.

    Raises Problem `not_found`, `step_done` when the day of a step that is done would change, and `bad_input`
    naming the field.
    """
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    period = find_period(session, days.code, days.year, days.number)
    _locked_steps(session, [period.id])
    changes = _changes(days_of(period), checked_days(days))
    if not changes:
        return False
    _rewrite(period, days)
    session.flush()
    _note(session, days, changes, reason=reason, now=now, actor=actor)
    return True


def put_periods(session: Session, every: Sequence[PeriodDays], *, now: datetime, actor: str) -> int:
    """Write periods as a file has them, new or changed; how many differ from what there was.

    Cycles that are not known begin. Raises as `change_period`.
    """
    differing = 0
    known = {
        (one.cycle.code, one.year, one.number): one
        for one in session.scalars(
            select(CyclePeriod)
            .join(CyclePeriod.cycle)
            .where(CyclePeriod.year.in_({one.year for one in every}))
        )
    }
    _locked_steps(session, [one.id for one in known.values()])
    for days in every:
        checked_days(days)
        period = known.get((days.code, days.year, days.number))
        if period is None:
            cycle = _cycle(session, days.code)
            _put(session, cycle, days, now=now, actor=actor)
            changes = {"year": (None, days.year), "due_on": (None, days.due_on.isoformat())}
        else:
            changes = _changes(days_of(period), days)
            if changes:
                _rewrite(period, days)
        if changes:
            differing += 1
            _note(session, days, changes, reason=None, now=now, actor=actor)
    session.flush()
    return differing


def checked_days(days: PeriodDays) -> PeriodDays:
    """The days themselves. Raises Problem `bad_input` naming the field."""
    if not checked_line(days.code, field="cycle", longest=CODE_MAX):
        raise Problem("bad_input", field="cycle", reason="1 to 40 characters")
    if not FIRST_YEAR <= days.year <= LAST_YEAR:
        raise Problem("bad_input", field="year", reason="it is out of reach")
    if not 1 <= days.number <= 53:
        raise Problem("bad_input", field="period", reason="it counts a year’s billings from 1")
    for name, day in (("read_on", days.read_on), ("bill_on", days.bill_on), ("due_on", days.due_on)):
        checked_day(day, field=name)
    if abs(days.read_on.year - days.year) > 1:
        raise Problem("bad_input", field="read_on", reason="it lies in another year")
    return checked_period(days)


def put_premises(session: Session, code: str, premises: Collection[int], *, now: datetime, actor: str) -> int:
    """Let premises (ids) belong to a cycle, and leave the one they were in; how many moved.

    A cycle that is not known begins. Raises Problem `bad_input`.
    """
    if not checked_line(code, field="cycle", longest=CODE_MAX):
        raise Problem("bad_input", field="cycle", reason="1 to 40 characters")
    cycle = _cycle(session, code)
    moved = 0
    every = sorted(set(premises))
    for some in pieces(every):
        there = set(
            session.scalars(
                select(CyclePremise.premise_id).where(
                    CyclePremise.premise_id.in_(some), CyclePremise.cycle_id == cycle.id
                )
            )
        )
        fresh = [one for one in some if one not in there]
        session.execute(delete(CyclePremise).where(CyclePremise.premise_id.in_(fresh)))
        insert_all(session, CyclePremise, [{"premise_id": one, "cycle_id": cycle.id} for one in fresh])
        moved += len(fresh)
    if moved:
        changes = {"premises": (None, moved)}
        note_change(session, f"cycle:{code}", "cycle_premises", now=now, actor=actor, changes=changes)
    session.flush()
    return moved


def premises_without_cycle(session: Session, zone_id: int | None) -> list[int]:
    """Premises that are in no cycle yet, of one zone or of all."""
    placed = exists().where(CyclePremise.premise_id == Premise.id)
    query = select(Premise.id).where(~placed)
    return list(session.scalars(query if zone_id is None else query.where(Premise.zone_id == zone_id)))


def close_step(session: Session, step_id: int, *, note: str, now: datetime, actor: str) -> CycleStep:
    """A person says that a step is done, or needs no doing.

    Raises Problem `not_found`, `step_done`, `bad_input`.
    """
    note = checked_line(note, field="note")
    if not note:
        raise Problem("bad_input", field="note", reason="say what was done")
    step = session.get(CycleStep, step_id, with_for_update=True)
    if step is None:
        raise Problem("not_found", what="step", key=step_id)
    if step.done_at is not None:
        raise Problem("step_done")
    step.done_at, step.done_by, step.done_note = now, actor[:80], note
    session.flush()
    return step


def steps_taken(
    session: Session,
    kind: str,
    day: date,
    *,
    now: datetime,
    actor: str,
    accounts: Iterable[int] | None = None,
    leaving: Collection[int] = (),
) -> int:
    """A step was taken for accounts (ids): it is done in their cycles, as far as its day has come by `day`.

    `accounts` None: it was looked at for everybody, and done in every cycle but those in `leaving` (ids).
    How many steps were closed.
    """
    query = (
        select(CycleStep)
        .join(CyclePeriod, CyclePeriod.id == CycleStep.period_id)
        .where(CycleStep.done_at.is_(None), CycleStep.kind == kind, CycleStep.on_day <= day)
    )
    if accounts is not None:
        query = query.where(CyclePeriod.cycle_id.in_(cycles_of(session, accounts)))
    elif leaving:
        query = query.where(CyclePeriod.cycle_id.not_in(sorted(leaving)))
    # Whoever closed one of them in the meantime stays the one who did.
    locked = query.order_by(CycleStep.id).with_for_update(of=CycleStep)
    closed = session.scalars(locked.execution_options(populate_existing=True)).all()
    for step in closed:
        step.done_at, step.done_by = now, actor[:80]
    session.flush()
    return len(closed)


def _locked_steps(session: Session, periods: Sequence[int]) -> None:
    """The steps of periods as they are now, and nobody else's until the end of this transaction."""
    steps = select(CycleStep).where(CycleStep.period_id.in_(periods)).order_by(CycleStep.id).with_for_update()
    session.scalars(steps.execution_options(populate_existing=True)).all()


def cycles_of(session: Session, accounts: Iterable[int]) -> set[int]:
    """The cycles (ids) in which some accounts (ids) are served."""
    found: set[int] = set()
    every = sorted(set(accounts))
    for part in pieces(every):
        found.update(
            session.scalars(
                select(CyclePremise.cycle_id)
                .join(ServicePoint, ServicePoint.premise_id == CyclePremise.premise_id)
                .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
                .where(ServiceAgreement.account_id.in_(part), ServiceAgreement.serving)
                .distinct()
            )
        )
    return found


def _cycle(session: Session, code: str) -> BillingCycle:
    found = session.scalar(select(BillingCycle).where(BillingCycle.code == code))
    if found is None:
        found = BillingCycle(code=code)
        session.add(found)
        session.flush()
    return found


def _put(session: Session, cycle: BillingCycle, days: PeriodDays, *, now: datetime, actor: str) -> None:
    """A step that was past before there was a schedule asks nothing of anybody any more."""
    today = district_of(session).day_of(now)
    period = CyclePeriod(cycle_id=cycle.id, year=days.year, number=days.number)
    period.read_on, period.bill_on, period.due_on = days.read_on, days.bill_on, days.due_on
    for kind, day in days.steps.items():
        step = CycleStep(kind=kind, on_day=day)
        if day < today:
            step.done_at, step.done_by = now, actor[:80]
        period.steps.append(step)
    session.add(period)


def _rewrite(period: CyclePeriod, days: PeriodDays) -> None:
    there = {step.kind: step for step in period.steps}
    for step in there.values():
        if step.done_at is not None and days.steps.get(step.kind) != step.on_day:
            raise Problem("step_done")
    period.read_on, period.bill_on, period.due_on = days.read_on, days.bill_on, days.due_on
    for kind in CYCLE_STEPS:
        day, known = days.steps.get(kind), there.get(kind)
        if day is None and known is not None:
            period.steps.remove(known)
        elif day is not None and known is not None:
            known.on_day = day
        elif day is not None:
            period.steps.append(CycleStep(kind=kind, on_day=day))


def _changes(before: PeriodDays, after: PeriodDays) -> dict[str, tuple[Any, Any]]:
    old, new = _plain(before), _plain(after)
    names = sorted(old.keys() | new.keys())
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _plain(days: PeriodDays) -> dict[str, str]:
    plain = {"read_on": days.read_on, "bill_on": days.bill_on, "due_on": days.due_on}
    plain |= {f"{kind}_on": day for kind, day in days.steps.items()}
    return {name: day.isoformat() for name, day in plain.items()}


def _note(
    session: Session,
    days: PeriodDays,
    changes: dict[str, tuple[Any, Any]],
    *,
    reason: str | None,
    now: datetime,
    actor: str,
) -> None:
    subject = f"cycle:{days.code} {days.year}-{days.number}"
    note_change(session, subject[:60], "cycle_days", now=now, actor=actor, changes=changes, reason=reason)
