"""A day from the database: what was promised and what is urgent comes first, and everybody gets work."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from geo.planner.model import Options, worth
from geo.planner.solve import plan
from geo.schedule.work import load_day, plan_document
from server.planning.runs import AGING_POINTS, FAIRNESS, day_options
from tests.integration.plans.town import DAY, MORNING, Streets, clock, orders, people
from workorders.tables import Order


def test_emergencies_and_promises_are_kept_and_work_is_spread(session: Session, streets: Streets) -> None:
    people(session, 4)
    numbers = orders(session, streets.town, 44)
    (leak, promised, dry, due) = (session.get_one(Order, number) for number in numbers[5::12])
    leak.type, leak.priority, leak.extra = "investigate", 100, {"complaint": "leak"}
    leak.requested_at = clock(7, 45)
    promised.type = "reconnect"
    promised.extra = {"payment_satisfied": True, "promise_by": clock(10).isoformat()}
    dry.type, dry.extra, dry.requested_at = "investigate", {"complaint": "no_water"}, clock(5)
    due.due_until = clock(11, 30)
    by = {
        leak.number: clock(8, 45),
        promised.number: clock(10),
        dry.number: clock(9),
        due.number: clock(11, 30),
    }
    session.flush()
    work = load_day(session, streets.network, DAY, now=MORNING)
    document = plan_document(
        work, plan(work.problem, options=Options(seconds=3, processes=1, fairness=FAIRNESS))
    )
    starts = {
        visit["order"]: datetime.fromisoformat(visit["start"])
        for route in document["routes"]
        for visit in route["visits"]
        if visit["order"]
    }
    assert len(starts) == 44
    assert all(starts[number] <= at for number, at in by.items())
    stops = [sum(1 for visit in route["visits"] if visit["order"]) for route in document["routes"]]
    assert len(stops) == 4
    assert max(stops) - min(stops) <= 4


def test_a_leak_on_the_next_days_plan_comes_first_and_overdue_work_waits_its_turn(
    session: Session, streets: Streets
) -> None:
    people(session, 1)
    numbers = orders(session, streets.town, 8, due_until=MORNING - timedelta(days=3))
    leak = session.get_one(Order, numbers[6])
    leak.priority, leak.requested_at = 100, MORNING - timedelta(hours=10)
    session.flush()
    work = load_day(session, streets.network, DAY, now=MORNING)
    assert [order.number for order in work.problem.orders if order.target is not None] == [leak.number]
    made = plan(work.problem, options=Options(seconds=1, processes=1))
    assert made.routes[0].orders[0] == leak.number


def test_work_gains_points_each_day_it_is_overdue(session: Session, streets: Streets) -> None:
    people(session, 1)
    fresh, late, old = (session.get_one(Order, number) for number in orders(session, streets.town, 3))
    midnight = load_day(session, streets.network, DAY, now=MORNING).midnight
    for order, days in ((fresh, 1), (late, -1), (old, -20)):
        order.priority, order.due_until = 50, midnight + timedelta(days=days)
    session.flush()
    work = load_day(session, streets.network, DAY, now=MORNING)
    points = {order.number: worth(order, day_options(10)) for order in work.problem.orders}
    assert points == {
        fresh.number: 50,
        late.number: 50 + AGING_POINTS,
        old.number: 50 + 20 * AGING_POINTS,
    }
