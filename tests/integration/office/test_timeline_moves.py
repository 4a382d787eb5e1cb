"""A move on the timeline: what it would break is answered before it is made; its place in the day is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.usecases.world import TODAY
from workorders.tables import Order, Shift, Technician

DAY = {"day": str(TODAY)}


def judged(office: Office, technician: str, *orders: str, before: str = "", status: int = 200) -> str:
    query = DAY | {"technician": technician, "orders": ",".join(orders), "before": before}
    answer = office.client("dana").get("/dispatch/timeline/move", query_string=query)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


@pytest.fixture
def shifts(office: Office) -> Office:
    """Tess works until noon, Tom not at all; Tom may work with water."""
    with office.services.sessions.begin() as session:
        session.get_one(Technician, "t02").skills = ["water"]
        session.add(
            Shift(
                technician_id="t01",
                day=TODAY,
                starts_at=morning.CLOCK - timedelta(hours=3),
                ends_at=morning.CLOCK + timedelta(hours=1),
                break_minutes=0,
            )
        )
    return office


def sequence(office: Office, technician: str) -> list[str]:
    with office.services.read_sessions() as session:
        query = select(Order.number).where(
            Order.technician_id == technician,
            Order.route_day == TODAY,
            Order.state.in_(("assigned", "dispatched", "acknowledged")),
        )
        return list(session.scalars(query.order_by(Order.sequence, Order.number)))


def test_it_says_what_breaks(shifts: Office) -> None:
    text = judged(shifts, "t01", shifts.numbers["waiting"])
    assert "Tess Demo:" in text
    assert "after the shift ends at 12:00" in text
    assert "drives guessed" in text
    assert "No shift that day." in judged(shifts, "t02", shifts.numbers["waiting"])
    with shifts.services.sessions.begin() as session:
        order = session.get_one(Order, shifts.numbers["waiting"])
        order.appointment_from, order.appointment_until = morning.CLOCK, morning.CLOCK + timedelta(minutes=5)
        session.get_one(Technician, "t01").skills = []
    text = judged(shifts, "t01", shifts.numbers["waiting"])
    assert "the appointment is until 11:05" in text
    assert "asks for water, which Tess Demo does not have" in text


def test_what_makes_no_sense_is_refused_and_named(shifts: Office) -> None:
    assert "tick at least one order" in judged(shifts, "t01", status=422)
    assert "W999999" in judged(shifts, "t01", "W999999", status=404)
    assert judged(shifts, "nobody", shifts.numbers["waiting"], status=404)
    many = [f"W{number:06d}" for number in range(41)]
    assert "at most 40 at once" in judged(shifts, "t01", *many, status=422)


def test_a_stop_is_given_before_another_one(shifts: Office) -> None:
    there = sequence(shifts, "t01")
    number = shifts.numbers["waiting"]
    form = {"order": number, "technician": "t01", "route_day": str(TODAY), "send": "yes", "before": there[1]}
    assert shifts.post("dana", "/dispatch/assign", **form).status_code == 302
    assert sequence(shifts, "t01") == [there[0], number, *there[1:]]


def test_a_stop_is_moved_along_its_own_day(shifts: Office) -> None:
    there = sequence(shifts, "t01")
    form = DAY | {"technician": "t01", "number": there[-1], "before": there[0]}
    assert shifts.post("dana", "/dispatch/route", **form).status_code == 302
    assert sequence(shifts, "t01") == [there[-1], *there[:-1]]
    assert shifts.post("dana", "/dispatch/route", **(form | {"before": ""})).status_code == 302
    assert sequence(shifts, "t01") == there


def test_a_saved_view_knows_whether_the_timeline_is_open(office: Office) -> None:
    office.post("dana", "/dispatch/views?sort=due", view_name="Early", lanes="shown")
    office.post("dana", "/dispatch/views?sort=due", view_name="Odd", lanes="sideways")
    page = office.client("dana").get("/dispatch/?sort=due").text
    assert "sort=due&amp;lanes=shown" in page or "lanes=shown&amp;sort=due" in page
    assert "sideways" not in page
    assert page.count('aria-current="true">Early') == 1
    opened = office.client("dana").get("/dispatch/?sort=due&lanes=shown").text
    assert 'data-shown="shown"' in opened
    assert "/dispatch/orders?" in opened
    assert "lanes=shown" not in opened.split("/dispatch/orders?")[1].split('"')[0]
