"""Technicians and shifts as administrators keep them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.usecases.world import TODAY
from workorders.queries.admin_changes import changes_of
from workorders.tables import Outbox, Shift, Technician

ZONE = ZoneInfo("America/Chicago")
HOURS = {"starts": "07:00", "ends": "15:30", "break_minutes": "30"}


def published(office: Office, key: str) -> set[tuple[str, str]]:
    """What waits to be published for a technician: topic and key."""
    with office.services.read_sessions() as session:
        waiting = select(Outbox.topic, Outbox.key).where(Outbox.technician_id == key, Outbox.is_waiting())
        return {(topic, subject) for topic, subject in session.execute(waiting)}


def shifts(office: Office, key: str) -> list[Shift]:
    with office.services.read_sessions() as session:
        return list(
            session.scalars(select(Shift).where(Shift.technician_id == key).order_by(Shift.starts_at))
        )


@pytest.mark.parametrize(
    "path",
    ["", "/t01", "/t01/shifts", "/t01/shifts/1/remove"],
)
@pytest.mark.parametrize("name", ["carla", "dana", "casey", "sam"])
def test_only_administrators_change_technicians(shared_office: Office, name: str, path: str) -> None:
    assert shared_office.post(name, f"/admin/technicians{path}").status_code == 403
    assert shared_office.client(name).get("/admin/technicians/t01").status_code == 403


def test_a_technician_is_added_and_the_database_gets_forms_and_fees(office: Office) -> None:
    form = {"technician": "T77", "name": "Tia Test", "skills": ["water", "meter_test"], "zone": "north"}
    assert office.post("ada", "/admin/technicians", **form).headers["Location"] == "/admin/technicians/t77"
    assert {key for topic, key in published(office, "t77") if topic == "ref"} == {
        "technician",
        "catalogue",
        "fees",
        "settings",
    }
    page = office.client("ada").get("/admin/technicians").text
    assert "Tia Test" in page
    assert "meter test, water" in page
    assert "North zone" in page
    again = office.post("ada", "/admin/technicians", **form)
    assert (again.status_code, "this key is taken" in again.text) == (422, True)
    for wrong in ({"technician": "a b"}, {"name": " "}, {"skills": ["magic"]}, {"zone": "moon"}):
        answer = office.post("ada", "/admin/technicians", **(form | {"technician": "t78"} | wrong))
        assert answer.status_code == 422, wrong
    with office.services.read_sessions() as session:
        assert session.get(Technician, "t78") is None


def test_what_is_known_is_changed_with_before_and_after(office: Office) -> None:
    before = published(office, "t02")
    form = {"name": "Tom Demo", "skills": ["water"], "zone": "south", "active": "yes"}
    assert office.post("ada", "/admin/technicians/t02", **form).status_code == 302
    assert published(office, "t02") - before == {("ref", "technician")}
    with office.services.read_sessions() as session:
        (line,) = changes_of(session, "technician:t02")
        assert (line.kind, line.actor, line.at) == ("changed", "ada", CLOCK)
        assert line.changes == {"skills": [[], ["water"]], "zone": [None, "South zone"]}
    assert office.post("ada", "/admin/technicians/t02", **form).status_code == 302
    with office.services.read_sessions() as session:
        assert len(changes_of(session, "technician:t02")) == 1, "the same again is no change"
    assert office.post("ada", "/admin/technicians/t99", **form).status_code == 404


def test_nobody_leaves_with_orders_on_the_tablet(office: Office) -> None:
    form: dict[str, Any] = {"name": "Tess Demo", "skills": ["water", "meter_test"]}
    refused = office.post("ada", "/admin/technicians/t01", **form)
    assert refused.status_code == 409
    assert "Tess Demo still has orders on a route or a tablet" in refused.text
    with office.services.read_sessions() as session:
        assert session.get_one(Technician, "t01").active
    assert office.post("ada", "/admin/technicians/t02", name="Tom Demo").status_code == 302
    assert "Tom Demo" not in office.client("dana").get("/dispatch/technicians").text
    assert office.post("ada", "/admin/technicians/t02/shifts", day=str(TODAY), **HOURS).status_code == 404
    assert office.post("ada", "/admin/technicians/t02", name="Tom Demo", active="yes").status_code == 302
    assert ("ref", "catalogue") in published(office, "t02")


def test_shifts_of_a_week_fall_on_its_days_and_the_tablet_gets_todays(office: Office) -> None:
    days = {"day": str(TODAY), "last_day": str(TODAY + timedelta(days=13)), "weekdays": ["0", "2"]}
    assert office.post("ada", "/admin/technicians/t01/shifts", **days, **HOURS).status_code == 302
    made = shifts(office, "t01")
    assert [one.day.weekday() for one in made] == [0, 2, 0, 2]
    assert made[0].starts_at == datetime(2026, 3, 2, 7, 0, tzinfo=ZONE)
    # Clocks go forward on March 8, 2026: the hours stay those of the wall.
    assert made[2].starts_at == datetime(2026, 3, 9, 7, 0, tzinfo=ZONE)
    assert ("route", str(TODAY)) in published(office, "t01")
    page = office.client("ada").get("/admin/technicians/t01").text
    assert "Mon, Mar 9" in page
    assert "Shifts: 4" in page
    again = office.post("ada", "/admin/technicians/t01/shifts", day=str(TODAY), starts="15:00", ends="17:00")
    assert (again.status_code, "there is a shift at that time" in again.text) == (422, True)
    night = {"day": "2026-03-06", "starts": "22:00", "ends": "06:00"}
    assert office.post("ada", "/admin/technicians/t01/shifts", **night).status_code == 302
    assert shifts(office, "t01")[2].ends_at == datetime(2026, 3, 7, 6, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2026-03-01"},
        {"day": ""},
        {"last_day": "2026-03-01"},
        {"last_day": "2027-12-01"},
        {"last_day": "2026-03-03", "weekdays": ["5"]},
        {"starts": "7 o'clock"},
        {"ends": ""},
        {"ends": "03:00", "starts": "06:00"},
        {"break_minutes": "181"},
        {"home_start": "yes"},
    ],
)
def test_shifts_that_cannot_be_are_refused_by_field(office: Office, wrong: dict[str, Any]) -> None:
    form = {"day": str(TODAY), **HOURS} | wrong
    answer = office.post("ada", "/admin/technicians/t01/shifts", **form)
    assert answer.status_code == 422
    assert shifts(office, "t01") == []


def test_a_shift_is_removed_while_it_lasts(office: Office) -> None:
    office.post("ada", "/admin/technicians/t01/shifts", day=str(TODAY), **HOURS)
    with office.services.sessions.begin() as session:
        past = Shift(
            technician_id="t01",
            day=date(2026, 2, 27),
            starts_at=CLOCK - timedelta(days=3),
            ends_at=CLOCK - timedelta(days=3, hours=-4),
        )
        session.add(past)
        session.flush()
        over = past.id
    today = shifts(office, "t01")[1]
    assert office.post("ada", f"/admin/technicians/t02/shifts/{today.id}/remove").status_code == 404
    assert office.post("ada", f"/admin/technicians/t01/shifts/{over}/remove").status_code == 404
    assert office.post("ada", f"/admin/technicians/t01/shifts/{today.id}/remove").status_code == 302
    assert [one.id for one in shifts(office, "t01")] == [over]
    with office.services.read_sessions() as session:
        assert changes_of(session, "technician:t01")[0].kind == "shift_removed"
