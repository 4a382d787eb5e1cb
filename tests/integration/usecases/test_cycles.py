"""The schedule of billing cycles, and what follows it: notices, the cut list, the read of a turn-off."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases.test_collections import (
    DAY,
    DUE,
    at,
    due,
    found,
    household,
    listed,
    noticed,
    sent,
    why,
)
from tests.integration.usecases.world import NOW
from workorders.policy.billing_cycles import PeriodDays
from workorders.problems import Problem
from workorders.queries.admin_changes import audit_differences, changes_about
from workorders.queries.cut_list import cut_list
from workorders.queries.cycles import (
    count_steps_waiting,
    cycle_of_premise,
    days_of,
    find_period,
    steps_waiting,
    year_lines,
)
from workorders.queries.notice_run import NoticeDue
from workorders.queries.situation import situation_of
from workorders.tables import Order, Premise, ServicePoint
from workorders.usecases.collections.cycles import (
    change_period,
    close_step,
    generate_year,
    premises_without_cycle,
    put_periods,
    put_premises,
)
from workorders.usecases.collections.raise_cuts import Chosen, raise_cuts
from workorders.usecases.collections.step_check import close_steps_nobody_is_due
from workorders.usecases.orders.orders import OrderRequest, raise_order

__all__ = ["household"]
STEPS: dict[str, date] = {
    "past_due": DUE + 7 * DAY,
    "second_past_due": DUE + 22 * DAY,
    "final": DUE + 28 * DAY,
    "door_tag": DUE + 37 * DAY,
    "cut": date(2026, 3, 10),
}
PERIOD = PeriodDays("A", 2026, 1, date(2026, 1, 2), date(2026, 1, 5), DUE, STEPS)


@pytest.fixture
def cycle(session: Session, household: str) -> int:
    """Nora's premise is in cycle A; the id of the premise."""
    premise = session.scalars(select(Premise.id).where(Premise.number == "P-N")).one()
    put_periods(session, [PERIOD], now=at(DUE), actor="sam")
    put_premises(session, "A", [premise], now=NOW, actor="sam")
    return premise


def test_a_year_is_made_once_and_what_people_changed_stays(session: Session) -> None:
    assert generate_year(session, 2026, now=NOW, actor="sam") == 48
    period = find_period(session, "01", 2026, 3)
    days = days_of(period)
    moved = PeriodDays("01", 2026, 3, days.read_on + DAY, days.bill_on, days.due_on, days.steps)
    assert change_period(session, moved, reason="holiday of the readers", now=NOW, actor="sam")
    assert not change_period(session, moved, reason="again", now=NOW, actor="sam")
    assert generate_year(session, 2026, now=NOW, actor="sam") == 0
    assert days_of(find_period(session, "01", 2026, 3)) == moved
    line = changes_about(session, "cycle")[0]
    assert (line.kind, line.reason, line.actor) == ("cycle_days", "holiday of the readers", "sam")
    assert line.changes == {"read_on": [days.read_on.isoformat(), moved.read_on.isoformat()]}
    assert list(audit_differences(session)) == []
    assert [len(one.periods) for one in year_lines(session, 2026)] == [12, 12, 12, 12]


def test_notices_and_the_cut_follow_the_schedule(session: Session, cycle: int) -> None:
    assert why(session, DUE + 6 * DAY) == "notice.later", "the rule alone would have sent it the day before"
    assert due(session, STEPS["past_due"]) == "past_due"
    for kind in ("past_due", "second_past_due", "final"):
        assert sent(session, STEPS[kind]).kind == kind
    final = found(session, STEPS["door_tag"])
    assert isinstance(final, NoticeDue)
    assert final.cut_on == STEPS["cut"]
    early = listed(session, date(2026, 3, 9))
    assert early is not None
    assert [one.code for one in early.why_not] == ["cut_list.cycle_day"]
    on_day = listed(session, STEPS["cut"])
    assert on_day is not None
    assert on_day.allowed


def test_without_a_cycle_the_rules_days_hold(session: Session, household: str) -> None:
    put_periods(session, [PERIOD], now=NOW, actor="sam")
    row = listed(session, noticed(session))
    assert row is not None
    assert row.allowed


def test_the_waits_between_notices_hold_against_an_early_schedule(session: Session, cycle: int) -> None:
    hasty = PeriodDays(
        "A", 2026, 1, PERIOD.read_on, PERIOD.bill_on, DUE, {"past_due": DUE + 7 * DAY, "final": DUE + 8 * DAY}
    )
    change_period(session, hasty, reason="too early", now=NOW, actor="sam")
    sent(session, DUE + 7 * DAY)
    sent(session, DUE + 20 * DAY)
    assert why(session, DUE + 21 * DAY) == "notice.later", "five days after the second notice"
    assert due(session, DUE + 25 * DAY) == "final"


def test_steps_are_closed_by_what_is_done_and_by_nobody_being_due(session: Session, cycle: int) -> None:
    day = STEPS["past_due"]
    assert count_steps_waiting(session, day - DAY) == 0
    assert [one.kind for one in steps_waiting(session, day)] == ["past_due"]
    assert close_steps_nobody_is_due(session, day, now=at(day), actor="carla") == 0, "Nora is due it"
    sent(session, day)
    assert count_steps_waiting(session, day) == 0
    sent(session, STEPS["second_past_due"])
    sent(session, STEPS["final"])
    # Other accounts of the district are in no cycle; that nobody of this one is due a tag is found out.
    [step] = steps_waiting(session, STEPS["door_tag"])
    assert step.kind == "door_tag"
    with pytest.raises(Problem):
        close_step(session, step.id, note=" ", now=NOW, actor="carla")
    close_step(session, step.id, note="posted by the zone's crew", now=NOW, actor="carla")
    with pytest.raises(Problem) as refused:
        close_step(session, step.id, note="again", now=NOW, actor="carla")
    assert refused.value.code == "step_done"
    cut_day = STEPS["cut"]
    assert [one.kind for one in steps_waiting(session, cut_day)] == ["cut"]
    assert close_steps_nobody_is_due(session, cut_day, now=at(cut_day), actor="carla") == 0
    [made] = raise_cuts(session, cut_day, [Chosen("N1", "SP-N")], now=at(cut_day), actor="dana")
    assert made.order is not None
    assert count_steps_waiting(session, cut_day) == 0
    assert cut_list(session, cut_day, now=at(cut_day)).rows


def test_the_day_of_a_step_that_is_done_stays(session: Session, cycle: int) -> None:
    sent(session, STEPS["past_due"])
    moved = STEPS | {"past_due": DUE + 8 * DAY}
    changed = PeriodDays("A", 2026, 1, PERIOD.read_on, PERIOD.bill_on, DUE, moved)
    with pytest.raises(Problem) as refused:
        change_period(session, changed, reason="later", now=NOW, actor="sam")
    assert refused.value.code == "step_done"


def test_a_turn_off_knows_the_scheduled_read(session: Session, cycle: int) -> None:
    other = PeriodDays("A", 2026, 2, date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 27))
    put_periods(session, [other], now=NOW, actor="sam")
    point = situation_point(session)
    assert point == date(2026, 3, 5)
    assert cycle_of_premise(session, cycle, date(2026, 2, 1)) == ("A", date(2026, 3, 5))
    assert cycle_of_premise(session, cycle, date(2026, 4, 1)) == ("A", None)
    assert cycle not in premises_without_cycle(session, None)


def situation_point(session: Session) -> date | None:
    point = session.scalars(select(ServicePoint).where(ServicePoint.number == "SP-N")).one()
    request = OrderRequest(
        type="turn_off",
        service_point_id=point.id,
        account_number="N1",
        extra={"stop_date": "2026-03-04"},
    )
    order = raise_order(session, request, now=NOW, actor="carla")
    assert isinstance(order, Order)
    return situation_of(session, order).service_point.next_read_on


def test_bad_days_change_nothing(session: Session, cycle: int) -> None:
    bad = PeriodDays("A", 2026, 1, PERIOD.read_on, PERIOD.bill_on, DUE, {"past_due": DUE})
    attempts: tuple[Callable[[], object], ...] = (
        lambda: change_period(session, bad, reason="x", now=NOW, actor="sam"),
        lambda: put_periods(session, [bad], now=NOW, actor="sam"),
        lambda: change_period(session, PERIOD, reason="", now=NOW, actor="sam"),
        lambda: generate_year(session, 1999, now=NOW, actor="sam"),
    )
    for attempt in attempts:
        with pytest.raises(Problem) as refused:
            attempt()
        assert refused.value.code == "bad_input"
    assert days_of(find_period(session, "A", 2026, 1)) == PERIOD
    assert timedelta(0) < STEPS["cut"] - DUE
