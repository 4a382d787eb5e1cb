"""The rest of today: the true state is read right, little changes, and an outdated plan changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.planner.day_state import remaining_day
from geo.roads import RoadNetwork
from geo.schedule.rest import PlanLimits, apply_rest, rest_document
from geo.schedule.rest_plan import plan_rest
from geo.schedule.true_state import Today, load_today
from geo.schedule.work import load_day
from tests.integration.plans.town import DAY, Field, Streets, clock, deal, orders, people
from workorders.problems import Problem
from workorders.tables import Order, Outbox
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order

ELEVEN = clock(11)


@pytest.fixture
def routes(session: Session, streets: Streets) -> dict[str, list[str]]:
    """Three technicians with six stops each; two of them have begun."""
    names = people(session, 3)
    routes = deal(session, names, orders(session, streets.town, 18))
    field = Field(session)
    first, second = routes["t01"][:2]
    field.report("t01", "started", first, clock(8, 30))
    field.report("t01", "unable", first, clock(9))
    field.report("t01", "started", second, clock(10, 50))
    field.report("t02", "en_route", routes["t02"][0], clock(10, 58))
    session.commit()
    return routes


def now_of(session: Session, network: RoadNetwork) -> Today:
    return load_today(session, network, DAY, now=ELEVEN)


def planned(session: Session, network: RoadNetwork, **limits: int) -> dict[str, Any]:
    today, asked = now_of(session, network), PlanLimits(**limits)
    return rest_document(today, plan_rest(today, asked, seconds=0.3), asked, now=ELEVEN)


def route_of(session: Session, who: str) -> list[str]:
    query = select(Order.number).where(Order.technician_id == who, Order.route_day == DAY)
    return list(session.scalars(query.order_by(Order.sequence)))


def test_the_state_is_what_tablets_reported(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    today = now_of(session, streets.network)
    known = {state.technician: state for state in today.state.technicians}
    places = {n: today.work.points[o.at] for o in today.work.problem.orders for n in [o.number]}
    here = {who: today.work.points[state.at] for who, state in known.items()}
    # At work since ten to eleven, twenty minutes long: free at ten past, the next stop locked.
    second = next(stop for stop in today.routes["t01"].stops if stop.number == routes["t01"][1])
    assert here["t01"] == second.point
    assert known["t01"].free_at == today.work.seconds(clock(11, 10))
    assert known["t01"].locked == (routes["t01"][2],)
    assert not {*routes["t01"][:2], routes["t02"][0]} & places.keys()
    # On the way since two minutes before eleven: there after the drive, free after the work.
    drive = streets.network.matrix([today.work.points[today.work.problem.technicians[1].start], here["t02"]])
    arrives = max(0, int(drive[0, 1]) - 120)
    assert known["t02"].free_at == today.work.seconds(ELEVEN) + arrives + 20 * 60
    assert known["t02"].locked == ()
    # Not begun though the shift has: the first stop is the next one.
    assert known["t03"].locked == (routes["t03"][0],)


def test_a_fix_far_from_the_last_stop_is_where_the_van_is(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    corner = streets.town.addresses[-1]
    fix = (corner.lon, corner.lat)
    Field(session).report("t03", "acknowledged", routes["t03"][0], clock(10, 55), fix)
    today = now_of(session, streets.network)
    state = next(known for known in today.state.technicians if known.technician == "t03")
    assert today.work.points[state.at] == fix


def test_a_fix_from_the_other_end_of_the_world_is_not_believed(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    Field(session).report("t03", "acknowledged", routes["t03"][0], clock(10, 55), (12.0, 47.0))
    today = now_of(session, streets.network)
    state = next(known for known in today.state.technicians if known.technician == "t03")
    assert state.at == today.work.problem.technicians[2].start


def test_a_break_that_was_taken_is_not_planned_again(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    noon = clock(12)

    def breaks_left(who: str) -> int:
        today = load_today(session, streets.network, DAY, now=noon)
        left = remaining_day(today.work.problem, today.state).problem.technicians
        return sum(len(shift.breaks) for person in left if person.number == who for shift in person.shifts)

    assert (breaks_left("t03"), breaks_left("t02")) == (1, 1)
    field = Field(session)
    field.day("t03", "break", clock(11, 20))
    field.day("t03", "back", clock(11, 50))
    assert (breaks_left("t03"), breaks_left("t02")) == (0, 1)


def test_emergencies_are_placed_and_few_stops_move(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    urgent = orders(session, streets.town, 2, skip=18, priority=100)
    document = planned(session, streets.network, max_moved=2)
    assert {entry["order"] for entry in document["placed"]} >= set(urgent)
    assert len(document["moves"]) <= 2
    apply_rest(session, document, now=ELEVEN, actor="dana")
    session.commit()
    # The first stop of t01 ended without success and waits for the office.
    assert route_of(session, "t01")[:2] == routes["t01"][1:3]
    assert route_of(session, "t02")[0] == routes["t02"][0]
    held = [number for who in routes for number in route_of(session, who)]
    assert sorted(held) == sorted([*(n for stops in routes.values() for n in stops), *urgent])[1:]
    for who in routes:
        places = session.scalars(select(Order.sequence).where(Order.technician_id == who)).all()
        assert len(set(places)) == len(places)
    enqueued = set(session.scalars(select(Outbox.technician_id).where(Outbox.topic == "route")))
    assert enqueued == set(routes)


def test_nobody_moves_when_none_may_though_one_is_overloaded(session: Session, streets: Streets) -> None:
    names = people(session, 2)
    deal(session, names, orders(session, streets.town, 40))
    document = planned(session, streets.network, max_moved=0)
    assert document["moves"] == []
    kept = [left for left in document["unplaced"] if left["technician"]]
    apply_rest(session, document, now=ELEVEN, actor="dana")
    for left in kept:
        assert left["order"] in route_of(session, left["technician"])
        assert left["reason"]["code"].startswith("unplaced.")


def started(session: Session, routes: dict[str, list[str]]) -> str:
    Field(session).report("t03", "started", routes["t03"][3], ELEVEN + timedelta(minutes=1))
    return routes["t03"][3]


def cancelled(session: Session, routes: dict[str, list[str]]) -> str:
    cancel_order(session, routes["t02"][4], reason="paid", now=ELEVEN, actor="carla")
    return routes["t02"][4]


def added(session: Session, routes: dict[str, list[str]]) -> str:
    number = "W000099"
    first = session.get_one(Order, routes["t01"][0])
    session.add(
        Order(
            number=number,
            type="reread",
            state="approved",
            service_point_id=first.service_point_id,
            planned_minutes=10,
            requested_at=ELEVEN,
            requested_by="csr",
        )
    )
    session.flush()
    assign_order(session, number, "t01", route_day=DAY, now=ELEVEN, actor="dana")
    return number


def given_away(session: Session, routes: dict[str, list[str]]) -> str:
    number = routes["t02"][5]
    assign_order(session, number, "t03", route_day=DAY, now=ELEVEN, actor="dana")
    return number


@pytest.mark.parametrize("change", [started, cancelled, added, given_away])
def test_a_day_that_changed_is_not_planned_over(
    session: Session, streets: Streets, routes: dict[str, list[str]], change: Any
) -> None:
    document = planned(session, streets.network)
    number = change(session, routes)
    session.commit()
    before = {who: route_of(session, who) for who in routes}
    with pytest.raises(Problem) as caught:
        apply_rest(session, document, now=ELEVEN + timedelta(minutes=2), actor="dana")
    assert caught.value.code == "plan_outdated"
    assert number in caught.value.words
    assert not session.dirty
    session.rollback()
    assert {who: route_of(session, who) for who in routes} == before


def test_going_on_to_the_next_stop_is_no_change(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    document = planned(session, streets.network)
    field = Field(session)
    field.report("t03", "started", routes["t03"][0], ELEVEN + timedelta(minutes=1))
    apply_rest(session, document, now=ELEVEN + timedelta(minutes=2), actor="dana")
    assert route_of(session, "t03")[0] == routes["t03"][0]
    assert session.get_one(Order, routes["t03"][0]).state == "started"


def test_an_old_plan_is_not_believed(
    session: Session, streets: Streets, routes: dict[str, list[str]]
) -> None:
    document = planned(session, streets.network)
    with pytest.raises(Problem, match="30 minutes"):
        apply_rest(session, document, now=ELEVEN + timedelta(minutes=31), actor="dana")


def test_an_order_off_every_street_is_left_out_with_words(session: Session, streets: Streets) -> None:
    people(session, 1)
    (near, other, far) = orders(session, streets.town, 3)
    place = session.get_one(Order, far).service_point.premise
    place.position = type(place.position)(place.position.x + 1, place.position.y)
    session.flush()
    work = load_day(session, streets.network, DAY, now=ELEVEN)
    assert [order.number for order in work.problem.orders] == [near, other]
    assert [(left.order, left.reason.code) for left in work.left_out] == [(far, "unplaced.off_streets")]
