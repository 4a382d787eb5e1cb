"""The planning pages as a dispatcher uses them: ask, look, use; close a street; see what a delay does."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from geo.files import network_file
from geo.schedule.slot_days import SlotDays
from geo.schedule.ways import refresh_way
from server.app import create_app
from server.auth.users import add_user
from server.config import Config
from server.pages.plans.comparison import comparison
from server.planning.runs import carry_out
from server.planning.slot_days import lay_out_ahead
from server.services import open_services
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.plans.town import DAY, MORNING, Field, Streets, clock, deal, orders, people
from workorders.tables import Order, PlanRun, Shift, StreetClosure
from workorders.usecases.orders.cancel import cancel_order

NOW = morning.CLOCK
"""Eleven."""


@pytest.fixture
def office(config: Config, streets: Streets) -> Iterator[Office]:
    """Two technicians at eleven in the morning, one order that nobody has, streets to drive on."""
    config.data_dir.mkdir(exist_ok=True)
    shutil.copy(network_file(streets.folder), network_file(config.data_dir))
    services = open_services(config, clock=lambda: NOW)
    with services.sessions.begin() as session:
        add_user(session, "dana", "Dana Dispatcher", "a long enough password", ["dispatcher"], now=MORNING)
        names = people(session, 2)
        numbers = orders(session, streets.town, 9)
        promised = session.get_one(Order, numbers[6])
        promised.appointment_from, promised.appointment_until = NOW, clock(12)
        session.flush()
        deal(session, names, numbers[:8])
        Field(session).report("t01", "started", numbers[0], clock(10, 50))
        for name in names:
            refresh_way(session, streets.network, name, DAY, now=MORNING)
    yield Office(
        create_app(services=services), services, {str(n): number for n, number in enumerate(numbers)}
    )
    services.engine.dispose()


def text_of(office: Office, path: str, status: int = 200) -> str:
    answer = office.client("dana").get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def planned_rest(office: Office, **form: Any) -> str:
    """Ask for the rest of the day and let the planner work; returns the run's address."""
    asked = office.post("dana", "/plans/rest", **({"seconds": "2", "max_moved": "30"} | form))
    assert asked.status_code == 303, asked.text
    assert "Waiting for the worker" in text_of(office, asked.location)
    carry_out(office.services, int(asked.location.rsplit("/", 1)[1]))
    return str(asked.location)


def test_the_rest_of_the_day_is_planned_shown_and_used(office: Office) -> None:
    assert "Plan the rest of today" in text_of(office, "/plans/")
    path = planned_rest(office)
    text = text_of(office, path)
    assert "as things stand" in text
    assert "What is newly placed" in text
    assert office.numbers["8"] in text
    used = office.post("dana", f"{path}/use")
    assert used.status_code == 303
    with office.services.read_sessions() as session:
        assert session.get_one(Order, office.numbers["8"]).technician_id in {"t01", "t02"}
        assert session.get_one(Order, office.numbers["0"]).state == "started"
        assert session.scalars(select(PlanRun)).one().state == "used"
    assert office.post("dana", f"{path}/use").status_code == 409
    assert "the rest of it" in text_of(office, "/plans/")


def test_a_plan_is_compared_with_the_stops_still_ahead(office: Office) -> None:
    run = PlanRun(kind="day", day=DAY, result={"routes": [], "unplaced": []})
    with office.services.sessions.begin() as session:
        before = comparison(session, run)["now"]["served"]
        begun = select(Order.number).where(Order.technician_id == "t02").order_by(Order.sequence)
        Field(session).report("t02", "started", session.scalars(begun).first() or "", clock(10, 55))
        assert comparison(session, run)["now"]["served"] == before - 1


def test_when_everybody_has_gone_home_nothing_is_placed(office: Office) -> None:
    with office.services.sessions.begin() as session:
        session.execute(delete(Shift))
    text = text_of(office, planned_rest(office))
    assert "It stays at the end of the route of Technician t01" in text
    assert "Nothing. Everybody keeps their stops" in text


def test_an_outdated_plan_says_so_and_stays(office: Office) -> None:
    path = planned_rest(office)
    with office.services.sessions.begin() as session:
        cancel_order(session, office.numbers["7"], reason="paid", now=NOW, actor="carla")
    used = office.post("dana", f"{path}/use")
    assert used.status_code == 409
    assert f"{office.numbers['7']}: Cancelled." in used.text
    with office.services.read_sessions() as session:
        assert session.get_one(Order, office.numbers["8"]).technician_id is None
        assert session.scalars(select(PlanRun)).one().state == "ready"


def test_senseless_limits_are_refused(office: Office) -> None:
    for form, said in (
        ({"max_moved": "-1"}, "Stops that may change technician: must be from"),
        ({"max_moved": "9999999"}, "Stops that may change technician: must be from"),
        ({"stickiness": "61"}, "must be from 0 to 60"),
        ({"seconds": "x"}, "must be a whole number"),
    ):
        answer = office.post("dana", "/plans/rest", **form)
        assert answer.status_code == 422
        assert said in answer.text
    with office.services.read_sessions() as session:
        assert session.scalars(select(PlanRun)).all() == []


def test_a_late_technician_on_the_board_and_on_the_page(office: Office) -> None:
    assert "/plans/late/t02" in text_of(office, "/dispatch/")
    kept = text_of(office, "/plans/late/t02?minutes=0")
    assert "No appointment is missed" in kept
    assert "<svg" in kept
    late = text_of(office, "/plans/late/t02?minutes=180")
    assert "1 appointment is missed" in late
    assert f"/plans/urgent/{office.numbers['6']}" in late
    assert "too late" in late
    assert 'action="/plans/rest"' in late
    assert text_of(office, f"/plans/urgent/{office.numbers['6']}").count("Give it to") <= 3


def test_a_senseless_delay_is_named(office: Office) -> None:
    for minutes in ("x", "-5", "9999"):
        assert "must be a whole number" in text_of(office, f"/plans/late/t02?minutes={minutes}", 422)


def test_late_for_nothing_and_unknown_people(office: Office) -> None:
    with office.services.sessions.begin() as session:
        for place in range(8):
            order = session.get_one(Order, office.numbers[str(place)])
            if order.technician_id == "t02":
                cancel_order(session, order.number, reason="paid", now=NOW, actor="carla")
    assert "Nothing is left to be late for" in text_of(office, "/plans/late/t02")
    assert office.client("dana").get("/plans/late/nobody").status_code == 404


def close(office: Office, **form: str) -> Any:
    usual = {"place": "", "radius": "40", "reason": "Water main break", "since": "", "until": ""}
    return office.post("dana", "/plans/closures", **(usual | form))


def test_a_street_is_closed_and_opened_again(office: Office, streets: Streets) -> None:
    assert "Every street is open" in text_of(office, "/plans/closures")
    house = streets.town.addresses[0]
    with office.services.read_sessions() as session:
        first = session.get_one(Order, office.numbers["0"]).service_point.premise
        address = f"{first.house_number} {first.street}"
    assert close(office, place=address).status_code == 303
    text = text_of(office, "/plans/closures")
    assert address in text
    assert "Water main break" in text
    with office.services.read_sessions() as session:
        row = session.scalars(select(StreetClosure)).one()
        assert first.street in row.streets
        assert row.closed_by == "dana"
        assert row.until is None
    assert office.post("dana", f"/plans/closures/{row.id}/open").status_code == 303
    assert "Every street is open" in text_of(office, "/plans/closures")
    assert close(office, place=f"{house.lon}, {house.lat}", until="2026-03-02T18:00").status_code == 303
    with office.services.read_sessions() as session:
        newest = session.scalars(select(StreetClosure).order_by(StreetClosure.id.desc())).first()
        assert newest is not None
        assert newest.until == clock(18)


WRONG: list[tuple[dict[str, str], str]] = [
    ({"place": ""}, "Say where"),
    ({"place": "Nowhere Boulevard"}, "spelled like that"),
    ({"place": "12.0, 47.0"}, "1,640 ft from any street"),
    ({"place": "200, 47.0"}, "on earth"),
    ({"radius": "2"}, "between 5 and 5000"),
    ({"radius": "x"}, "whole number"),
    ({"reason": " "}, "Say why"),
    ({"until": "2026-03-01T18:00"}, "after the beginning"),
    ({"until": "soon"}, "Must be a time"),
]


def test_what_is_wrong_with_a_closure_stands_at_its_field(office: Office, streets: Streets) -> None:
    house = streets.town.addresses[0]
    for form, words in WRONG:
        answer = close(office, **({"place": f"{house.lon}, {house.lat}"} | form))
        assert answer.status_code == 422, form
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "Water main break" in answer.text or "reason" in form
    with office.services.read_sessions() as session:
        assert session.scalars(select(StreetClosure)).all() == []


def test_a_place_that_is_not_sure_is_asked_back(office: Office) -> None:
    with office.services.read_sessions() as session:
        street = session.get_one(Order, office.numbers["0"]).service_point.premise.street
    misspelt = f"{street[:2]}{street[4:]}"
    answer = close(office, place=misspelt)
    assert answer.status_code == 422
    assert "Did you mean" in answer.text
    assert f'name="choose" value="{street}"' in answer.text
    assert close(office, place=misspelt, choose=street).status_code == 303


def test_the_map_draws_the_way_while_it_is_known(office: Office) -> None:
    client = office.client("dana")

    def lines() -> dict[str, Any]:
        found: Any = client.get(f"/dispatch/map.json?day={DAY}").json
        return {line["properties"]["technician"]: line for line in found["routes"]["features"]}

    known = lines()
    assert known["t02"]["properties"]["driven"]
    assert len(known["t02"]["geometry"]["coordinates"]) > 8
    with office.services.sessions.begin() as session:
        cancel_order(session, office.numbers["7"], reason="paid", now=NOW, actor="carla")
    # The way still passes the others in their order; a new stop is what it does not know.
    assert lines()["t02"]["properties"]["driven"]
    with office.services.sessions.begin() as session:
        order = session.get_one(Order, office.numbers["8"])
        order.technician_id, order.route_day, order.sequence = "t02", DAY, 9
        order.state = "assigned"
    straight = lines()["t02"]
    assert not straight["properties"]["driven"]


def test_appointments_are_offered_from_days_laid_out_ahead(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out_ahead(office.app)

    def again(*_: Any) -> None:
        raise AssertionError("the days were laid out ahead already")

    monkeypatch.setattr(SlotDays, "_lay_out", again)
    assert 'name="since"' in text_of(office, f"/plans/slots/{office.numbers['8']}")


def test_without_streets_the_pages_say_so(config: Config, tmp_path: Path) -> None:
    services = open_services(config, clock=lambda: NOW + timedelta(hours=1))
    with services.sessions.begin() as session:
        add_user(session, "dana", "Dana Dispatcher", "a long enough password", ["dispatcher"], now=MORNING)
        people(session, 1)
    office = Office(create_app(services=services), services, {})
    lay_out_ahead(office.app)
    assert "There are no streets yet" in text_of(office, "/plans/closures")
    assert "no streets to drive on" in text_of(office, "/plans/late/t01", 409)
    assert close(office, place="1 Main Street").status_code == 409
    services.engine.dispose()


def live_route(office: Office, technician: str) -> list[Order]:
    """A technician's stops that are still ahead, in their order."""
    with office.services.read_sessions() as session:
        live = select(Order).where(
            Order.technician_id == technician, Order.state.in_(["assigned", "dispatched"])
        )
        return list(session.scalars(live.order_by(Order.sequence)))


def test_after_a_reorder_by_hand_the_times_of_what_moved_are_worked_out_anew(
    office: Office, streets: Streets
) -> None:
    before = live_route(office, "t02")
    assert all(stop.planned_start for stop in before)
    last, form = before[-1].number, {"technician": "t02", "day": str(DAY)}
    office.post("dana", "/dispatch/route", **form, number=last, move="up", steps="1")
    moved = live_route(office, "t02")
    assert [stop.number for stop in moved][-2] == last
    assert [stop.planned_start is None for stop in moved[-2:]] == [True, True], "no stale time is shown"
    assert [stop.planned_start for stop in moved[:-2]] == [stop.planned_start for stop in before[:-2]]
    with office.services.sessions.begin() as session:
        refresh_way(session, streets.network, "t02", DAY, now=MORNING)
    times = [
        (stop.planned_start, timedelta(minutes=stop.planned_minutes)) for stop in live_route(office, "t02")
    ]
    for (start, took), (following, _) in pairwise(times):
        assert start is not None
        assert following is not None
        assert start + took < following, "the drive lies between"


def test_a_stop_moved_away_and_back_has_its_time_again(office: Office, streets: Streets) -> None:
    before = [stop.number for stop in live_route(office, "t02")]
    for move in ("up", "down"):
        office.post(
            "dana", "/dispatch/route", technician="t02", day=str(DAY), number=before[-1], move=move, steps="1"
        )
    assert live_route(office, "t02")[-1].planned_start is None
    with office.services.sessions.begin() as session:
        refresh_way(session, streets.network, "t02", DAY, now=MORNING)
    after = live_route(office, "t02")
    assert [stop.number for stop in after] == before
    assert all(stop.planned_start for stop in after)
