"""Four weeks of work against hours of technicians, and two plans of a day compared, as dispatchers see it."""

import re
from datetime import timedelta

import pytest
import shapely
from sqlalchemy import select

from geo.schedule.capacity import USUAL_DRIVE_S, Load, load_capacity
from server.planning.runs import ask, carry_out
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.plans.test_plan_pages import office, text_of
from tests.integration.plans.town import DAY, clock
from workorders.tables import Order, PlanRun, Shift, Technician, Zone

__all__ = ["office"]

NOW = morning.CLOCK


def loads(office: Office, zone: int | None = None, skill: str | None = None) -> list[Load]:
    with office.services.read_sessions() as session:
        found = load_capacity(session, DAY, 28, timezone="America/Chicago", now=NOW)
        return found.loads(frozenset({zone}) if zone else None, skill)


def test_known_work_stands_on_the_day_of_its_route_appointment_or_due_time(office: Office) -> None:
    today = loads(office)[0]
    # Eight on routes, one for any day; t01 and t02 have until half past four, less a break.
    assert today.orders == 8
    assert today.known_s == 8 * (20 * 60 + USUAL_DRIVE_S)
    assert today.available_s == 2 * (5.5 * 3600 - 30 * 60)
    with office.services.sessions.begin() as session:
        free = session.get_one(Order, office.numbers["8"])
        free.due_until = clock(12, day=DAY + timedelta(days=3))
    later = loads(office)[3]
    assert (later.orders, later.available_s, later.level) == (1, 0, "over")
    with office.services.sessions.begin() as session:
        session.get_one(Order, office.numbers["8"]).due_until = clock(12, day=DAY - timedelta(days=3))
    assert loads(office)[0].orders == 9, "what is overdue is due today"


def test_a_weekday_is_expected_to_be_as_the_last_ones_were(office: Office) -> None:
    next_week = DAY + timedelta(days=7)
    with office.services.sessions.begin() as session:
        done = session.scalars(select(Order).where(Order.technician_id == "t01")).all()
        for order in done[:2]:
            order.route_day, order.state = DAY - timedelta(days=7), "closed"
        session.add(
            Shift(
                technician_id="t01",
                day=next_week,
                starts_at=clock(8, day=next_week),
                ends_at=clock(9, day=next_week),
            )
        )
    expected = loads(office)
    # Two stops in one of four Mondays.
    assert expected[7].expected_s == pytest.approx(2 * (20 * 60 + USUAL_DRIVE_S) / 4)
    assert expected[6].expected_s == 0
    assert expected[0].expected_s == 0, "today is under way"


def test_by_zone_and_by_skill(office: Office) -> None:
    with office.services.sessions.begin() as session:
        north = Zone(code="north", name="North", area=shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]))
        session.add(north)
        session.flush()
        session.get_one(Order, office.numbers["0"]).service_point.premise.zone_id = north.id
        session.get_one(Technician, "t01").zone_id = north.id
        zone = north.id
    assert loads(office, zone)[0].orders == 1
    assert loads(office, zone)[0].available_s == 5 * 3600
    assert loads(office, skill="water")[0].orders == 8
    assert loads(office, skill="gas")[0] == Load()
    text = text_of(office, "/plans/capacity")
    assert "North, Mon, Mar 2:" in text
    assert "In no zone" in text
    assert f"/plans/capacity/orders?day={DAY}&amp;zone={zone}" in text
    assert "water" in text_of(office, "/plans/capacity?by=skill")


def test_a_figure_leads_to_its_orders(office: Office) -> None:
    text = text_of(office, f"/plans/capacity/orders?day={DAY}")
    assert "8 orders" in text
    assert office.numbers["1"] in text
    assert office.numbers["8"] not in text
    assert office.numbers["8"] in text_of(office, "/plans/capacity/orders?day=any")
    assert "No order is known" in text_of(office, f"/plans/capacity/orders?day={DAY + timedelta(days=2)}")


@pytest.mark.parametrize(
    ("query", "field"), [("by=moon", "by"), ("skill=magic", "skill"), ("zone=x", "zone")]
)
def test_what_makes_no_sense_is_refused(office: Office, query: str, field: str) -> None:
    assert text_of(office, f"/plans/capacity?{query}", status=422)


def planned(office: Office) -> int:
    with office.services.sessions.begin() as session:
        run = ask(session, DAY, 2, now=NOW, actor="dana").id
    carry_out(office.services, run)
    return run


def test_two_plans_are_compared_by_what_changes(office: Office) -> None:
    first = planned(office)
    with office.services.sessions.begin() as session:
        promised = session.get_one(Order, office.numbers["3"])
        promised.appointment_from, promised.appointment_until = NOW, clock(11, 30)
    second = planned(office)
    text = text_of(office, f"/plans/compare?one={first}&other={second}")
    assert "Appointments missed" in text
    assert "What changes for technicians" in text
    now = text_of(office, f"/plans/compare?one=now&other={second}")
    assert "Routes now" in now
    assert f'value="{first}"' in text_of(office, f"/plans/{second}")
    # Numbers of both sides are of the same orders: what was begun is in neither.
    served = re.search(r"Stops served</th><td class=\"number\">(\d+)</td><td class=\"number\">(\d+)", now)
    assert served is not None
    assert int(served[1]) == 7
    assert int(served[2]) >= 7


def test_only_plans_of_a_day_are_compared(office: Office) -> None:
    first = planned(office)
    with office.services.sessions.begin() as session:
        other = PlanRun(
            day=DAY + timedelta(days=1),
            seconds=2,
            asked_by="dana",
            asked_at=NOW,
            state="ready",
            result={"routes": [], "unplaced": [], "served": 0, "drive_s": 0},
        )
        session.add(other)
        session.flush()
        number = other.id
    text_of(office, f"/plans/compare?one={first}&other={number}", status=422)
    text_of(office, "/plans/compare?one=now&other=now", status=422)
    text_of(office, f"/plans/compare?one={first}&other=999", status=404)
