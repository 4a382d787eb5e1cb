"""Whatever a day looks like: a valid plan or reasons, never an exception, never a broken break."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.planner.by_zone import plan_by_zone
from geo.planner.day_state import DayState, TechnicianState
from geo.planner.insert import cheapest_insertions
from geo.planner.late import late_consequences
from geo.planner.model import Options, PlanningProblem
from geo.planner.plan import Plan
from geo.planner.replan import replan
from geo.planner.schedule import violations
from geo.planner.slots import planned_day, recommend_slots
from geo.planner.solve import plan
from tests.unit.planner.worlds import HOUR, days, order
from workorders.messages.words import ENGLISH, SENTENCES, UNKNOWN, say

QUICK = Options(seconds=0.03, processes=1, clock="cpu")
generated = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def sound(problem: PlanningProblem, made: Plan) -> None:
    """Valid by the rules alone, and every order left out explained."""
    assert violations(problem, made) == []
    for missing in made.unplaced:
        assert missing.reason.code in SENTENCES.keys() - {"unplaced.unexplained"}
        assert UNKNOWN not in say(missing.reason, ENGLISH).split()
    assert made.served + len(made.unplaced) == len(problem.orders)


@generated
@given(days(), st.sampled_from([QUICK, replace(QUICK, fairness=1), replace(QUICK, aging_points=5)]))
def test_a_generated_day_is_planned_or_explained(problem: PlanningProblem, options: Options) -> None:
    sound(problem, plan(problem, options=options))


@settings(generated, max_examples=20)
@given(days())
def test_zone_by_zone_keeps_the_same_rules(problem: PlanningProblem) -> None:
    sound(problem, plan_by_zone(problem, options=replace(QUICK, seconds=0.1)))


@settings(generated, max_examples=40)
@given(days(), st.integers(7, 18), st.data())
def test_a_day_under_way_is_planned_on_from_any_state(
    problem: PlanningProblem, hour: int, data: st.DataObject
) -> None:
    first = plan(problem, options=QUICK)
    states = tuple(
        TechnicianState(
            route.technician,
            problem.technicians[0].start,
            hour * HOUR + data.draw(st.integers(0, 3600)),
            done=route.orders[:done],
            locked=route.orders[done : done + 1],
            breaks_taken=data.draw(st.integers(0, 2)),
        )
        for route in first.routes
        if route.shift == 0 and (done := data.draw(st.integers(0, len(route.orders)))) is not None
    )
    later = replan(problem, first, DayState(hour * HOUR, states), options=QUICK)
    named = [*later.technician_of(), *(missing.order for missing in later.unplaced)]
    finished = [number for known in states for number in known.done]
    assert sorted(named + finished) == sorted(other.number for other in problem.orders)
    for known in states:
        assert all(later.technician_of()[number] == known.technician for number in known.locked)


@settings(generated, max_examples=30)
@given(days())
def test_questions_about_a_plan_never_fail(problem: PlanningProblem) -> None:
    made = plan(problem, options=QUICK)
    new = order("new", 0, skills=frozenset("a"))
    for way in cheapest_insertions(problem, made, new):
        kept = tuple(o for o in problem.orders if o.number != way.displaces)
        routes = [r for r in made.routes if (r.technician, r.shift) != (way.technician, way.route.shift)]
        left = tuple(missing for missing in made.unplaced)
        whole = replace(made, routes=(*routes, way.route), unplaced=left)
        broken = violations(replace(problem, orders=(*kept, new)), whole)
        assert [
            found for found in broken if found.technician == way.technician and found.order == "new"
        ] == []
    recommend_slots([planned_day(problem, made)], new, [])
    for person in problem.technicians:
        late_consequences(problem, made, person.number, 1800)
