"""Closed streets: kept clear of by travel times, ways and plans, each day by what is in force then."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geo.roads import RoadNetwork
from geo.schedule.closures import ClosureRequest, circle, close_streets, closed_on, closures, open_streets
from geo.schedule.places import stop_positions
from geo.schedule.ways import refresh_way
from geo.schedule.work import load_day
from server.networks import road_network, street_lines, streets_on
from tests.integration.plans.town import DAY, MORNING, Streets, clock, deal, orders, people
from workorders.grammar.distance import metres_between
from workorders.problems import Problem
from workorders.tables import Outbox, RouteWay, StreetClosure

TOMORROW = DAY + timedelta(days=1)


def on_the_way(session: Session, streets: Streets) -> tuple[list[str], RouteWay, shapely.Point]:
    """A route of two stops, the way through it, and a place in the middle of its first leg."""
    names = people(session, 1)
    numbers = orders(session, streets.town, 3)
    deal(session, names, [numbers[0], numbers[2]])
    assert refresh_way(session, streets.network, "t01", DAY, now=MORNING)
    way = session.get_one(RouteWay, ("t01", DAY))
    return numbers, way, shapely.Point(way.geometry[len(way.geometry) // 4])


def close(session: Session, streets: Streets, place: shapely.Point, **given: object) -> StreetClosure:
    asked = {"radius_metres": 15, "reason": "Water main break", "since": MORNING, "until": None} | given
    request = ClosureRequest(centre=place, place="there", **asked)  # type: ignore[arg-type]
    return close_streets(session, request, street_lines(streets.folder), now=MORNING, actor="dana")


def test_a_way_keeps_clear_of_a_closed_street_and_comes_back(session: Session, streets: Streets) -> None:
    _, way, place = on_the_way(session, streets)
    straight, area = list(way.geometry), circle(place, 15)
    assert shapely.LineString(straight).intersects(area)
    row = close(session, streets, place)
    assert row.streets
    view = streets_on(session, streets.folder, DAY, now=MORNING)
    assert view.closures == (row.id,)
    assert refresh_way(session, view.network, "t01", DAY, now=MORNING, closures=view.closures)
    around = session.get_one(RouteWay, ("t01", DAY))
    assert not shapely.LineString(around.geometry).intersects(area)
    assert sum(around.drive_seconds) > 0
    assert not refresh_way(session, view.network, "t01", DAY, now=MORNING, closures=view.closures)
    open_streets(session, row.id, now=MORNING, actor="dana")
    free = streets_on(session, streets.folder, DAY, now=MORNING)
    assert free.network is road_network(streets.folder)
    assert refresh_way(session, free.network, "t01", DAY, now=MORNING, closures=free.closures)
    assert session.get_one(RouteWay, ("t01", DAY)).geometry == straight


def test_a_plan_reckons_with_the_longer_drive(session: Session, streets: Streets) -> None:
    numbers, _, place = on_the_way(session, streets)
    before = load_day(session, streets.network, DAY, now=MORNING)
    row = close(session, streets, place)
    view = streets_on(session, streets.folder, DAY, now=MORNING)
    after = load_day(session, view.network, DAY, now=MORNING)
    assert (after.problem.matrix >= before.problem.matrix).all()
    assert (after.problem.matrix > before.problem.matrix).any()
    points = list(stop_positions(session, numbers).values())
    assert np.array_equal(view.network.matrix(points), row_network(streets, row).matrix(points))


def row_network(streets: Streets, row: StreetClosure) -> RoadNetwork:
    return streets.network.with_closures([list(row.area.exterior.coords)])


def test_routes_of_the_closed_days_are_enqueued_and_no_others(session: Session, streets: Streets) -> None:
    names = people(session, 1, days=2)
    numbers = orders(session, streets.town, 4)
    deal(session, names, numbers[:2])
    deal(session, names, numbers[2:], TOMORROW)
    session.execute(update(Outbox).values(published_at=MORNING))
    close(session, streets, shapely.Point(streets.town.yard), until=clock(12))
    enqueued = session.execute(select(Outbox.topic, Outbox.key).where(Outbox.published_at.is_(None))).all()
    assert [tuple(row) for row in enqueued] == [("route", DAY.isoformat())]


@pytest.mark.parametrize(
    ("times", "days"),
    [
        ({"since": clock(6)}, {DAY, TOMORROW}),
        ({"since": clock(6), "until": clock(9)}, set()),
        ({"since": clock(6), "until": clock(11)}, {DAY}),
        ({"since": clock(15), "until": clock(17)}, {DAY}),
        ({"since": clock(8, 0, TOMORROW)}, {TOMORROW}),
        ({"since": clock(6), "opened_at": clock(9)}, set()),
    ],
)
def test_a_day_has_the_closures_of_what_is_left_of_it(
    session: Session, times: dict[str, datetime], days: set[date]
) -> None:
    area = circle(shapely.Point(-98.6, 39.1), 50)
    row = StreetClosure(area=area, place="there", reason="Flooded", closed_by="dana", **times)
    row.closed_at = MORNING
    session.add(row)
    session.flush()
    ten = clock(10)
    assert {day for day in (DAY, TOMORROW) if closed_on(session, day, now=ten).ids} == days
    assert len(closures(session, now=ten)) == bool(days)
    assert len(closures(session, now=ten, over=5)) == 1


def test_a_network_is_weighted_once_for_each_set_of_closures(session: Session, streets: Streets) -> None:
    row = close(session, streets, shapely.Point(streets.town.yard))
    view = streets_on(session, streets.folder, DAY, now=MORNING).network
    assert streets_on(session, streets.folder, TOMORROW, now=MORNING).network is view
    open_streets(session, row.id, now=MORNING, actor="dana")
    assert streets_on(session, streets.folder, DAY, now=MORNING).network is not view


def test_no_streets_is_said(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no streets"):
        streets_on(session, tmp_path, DAY, now=MORNING)
    assert street_lines(tmp_path) == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"radius_metres": 4}, "radius"),
        ({"radius_metres": 5001}, "radius"),
        ({"until": clock(6)}, "until"),
        ({"since": clock(12), "until": clock(12)}, "until"),
    ],
)
def test_a_senseless_closure_is_refused(
    session: Session, streets: Streets, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Problem) as caught:
        close(session, streets, shapely.Point(streets.town.yard), **given)
    assert caught.value.details["field"] == field
    assert closures(session, now=MORNING) == []


def test_a_closure_is_opened_once(session: Session, streets: Streets) -> None:
    row = close(session, streets, shapely.Point(streets.town.yard))
    open_streets(session, row.id, now=MORNING, actor="dana")
    with pytest.raises(Problem, match="no closure"):
        open_streets(session, row.id, now=MORNING, actor="dana")
    assert row.opened_by == "dana"


@pytest.mark.parametrize("metres", [20, 60, 5000])
@pytest.mark.parametrize("lat", [-41.0, 0.0, 39.1, 64.0])
def test_a_circle_is_round_on_the_ground(lat: float, metres: int) -> None:
    centre = shapely.Point(-98.6, lat)
    away = [metres_between((-98.6, lat), (at[0], at[1])) for at in circle(centre, metres).exterior.coords]
    assert min(away) == pytest.approx(metres, rel=0.02)
    assert max(away) == pytest.approx(metres, rel=0.02)
