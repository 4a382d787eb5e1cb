"""Technicians and their shifts from files: whole, refused, and held against what is known."""

from datetime import UTC, date, datetime

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.integration.imports.conftest import CHICAGO, Load
from workorders.tables import Customer, Outbox, Shift, Technician, Zone
from workorders.usecases.history import REFERENCES

TECHNICIANS = "technician,name,skills,zone,longitude,latitude\nanna,Demo Anna,water meter_test,,-98.6,39.1\n"


def errors(load: Load, kind: str, text: str) -> set[tuple[int, str]]:
    """Row and column of every fault."""
    return {(error.row, error.column) for error in load(kind, text).errors}


def test_a_technician_comes_with_skills_home_and_what_a_tablet_needs(
    load: Load, sessions: sessionmaker[Session]
) -> None:
    assert load("technicians", TECHNICIANS).written
    with sessions() as session:
        anna = session.get_one(Technician, "anna")
        enqueued = session.scalars(select(Outbox.key).where(Outbox.technician_id == "anna")).all()
    assert (anna.name, anna.skills, anna.active) == ("Demo Anna", ["water", "meter_test"], True)
    assert anna.home is not None
    assert (anna.home.x, anna.home.y) == (-98.6, 39.1)
    assert sorted(enqueued) == sorted(REFERENCES)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Anna,Demo Anna,water,,,", "technician"),
        ("t01,Somebody else,water,,,", "technician"),
        ("ben,Demo Ben,flying,,,", "skills"),
        ("ben,Demo Ben,,,,", "skills"),
        ("ben,Demo Ben,water,nowhere,,", "zone"),
        ("ben,Demo Ben,water,,-98.6,", "latitude"),
        ("ben,Demo Ben,water,,-198.6,39.1", "longitude"),
    ],
)
def test_a_bad_technician_is_named_by_column_and_nobody_comes(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    assert errors(load, "technicians", f"{TECHNICIANS}{row}\n") == {(3, column)}
    with sessions() as session:
        assert session.get(Technician, "anna") is None


def test_a_zone_is_found_by_its_code(load: Load, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        area = shapely.MultiPolygon([shapely.box(-98.7, 39.0, -98.5, 39.2)])
        session.add(Zone(code="north", name="North", area=area))
    assert load("technicians", "technician,name,skills,zone\nben,Demo Ben,water,north\n").written
    with sessions() as session:
        assert session.get_one(Technician, "ben").zone_id == session.scalar(select(Zone.id))


def test_the_same_hours_on_many_days(load: Load, sessions: sessionmaker[Session]) -> None:
    header = "technician,day,starts,ends,last_day,weekdays,break_minutes\n"
    assert load("shifts", f"{header}t01,2026-03-06,08:00,16:30,2026-03-10,,\n").counts == {"shifts": 3}
    assert load("shifts", f"{header}t01,2026-03-06,08:00,12:00,2026-03-15,sat sun,0\n").counts == {
        "shifts": 4
    }
    with sessions() as session:
        days = session.scalars(select(Shift.day).order_by(Shift.day)).all()
        monday = session.scalars(select(Shift).where(Shift.day == date(2026, 3, 9))).one()
    assert [day.day for day in days] == [6, 7, 8, 9, 10, 14, 15]
    # The clocks went forward on the Sunday before: eight in Chicago is then thirteen in UTC.
    assert monday.starts_at.astimezone(UTC) == datetime(2026, 3, 9, 13, tzinfo=UTC)


def test_a_night_shift_ends_on_the_next_day(load: Load, sessions: sessionmaker[Session]) -> None:
    assert load("shifts", "technician,day,starts,ends\nt01,2026-03-02,22:00,06:00\n").written
    with sessions() as session:
        ends = session.scalars(select(Shift.ends_at)).one()
    assert ends.astimezone(CHICAGO) == datetime(2026, 3, 3, 6, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("nobody,2026-03-03,08:00,16:00,,,", "technician"),
        ("t01,2026-03-03,8 o'clock,16:00,,,", "starts"),
        ("t01,2026-03-03,08:00+01:00,16:00,,,", "starts"),
        ("t01,2026-03-03,04:00,23:00,,,", "ends"),
        ("t01,2026-03-03,08:00,16:00,2026-03-01,,", "last_day"),
        ("t01,2026-03-03,08:00,16:00,2036-03-01,,", "last_day"),
        ("t01,2026-03-03,08:00,16:00,,mon,", "weekdays"),
        ("t01,2026-03-03,08:00,16:00,2026-03-04,sat,", "weekdays"),
        ("t01,2026-03-03,08:00,16:00,2026-03-04,someday,", "weekdays"),
        ("t01,2026-03-02,15:00,18:00,,,", "day"),
        ("t01,2026-03-03,08:00,16:00,,,yes", "home_start"),
    ],
)
def test_a_bad_shift_is_named_by_column_and_none_is_written(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    good = "technician,day,starts,ends,last_day,weekdays,home_start\nt01,2026-03-02,08:00,16:00,,,\n"
    assert errors(load, "shifts", f"{good}{row}\n") == {(3, column)}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Shift)) == 0


def test_a_customer_is_written_to_in_their_language(load: Load, sessions: sessionmaker[Session]) -> None:
    head = "account,customer_name,phone,language\n"
    twice = f"{head}N1,Demo Ana,555-0101,ES\nN2,Demo Ana,555-0101,en\nN3,Demo Ben,,\n"
    assert errors(load, "accounts", twice) == {(3, "language")}
    assert errors(load, "accounts", f"{head}N1,Demo Ana,,klingon\n") == {(2, "language")}
    assert load("accounts", twice.replace(",en", ",es")).written
    with sessions() as session:
        spoken = dict(session.execute(select(Customer.name, Customer.language)).all())
    assert (spoken["Demo Ana"], spoken["Demo Ben"]) == ("es", "en")
