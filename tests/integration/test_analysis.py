"""The manager's figures follow from what happened, and only from that."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from geo.schedule.analysis import (
    GRACE,
    Driving,
    Minutes,
    Punctuality,
    driving,
    heat,
    minutes_by_type,
    punctuality,
    visits,
)
from server.pages.analysis.pages import heat_map
from tests.integration.usecases.world import NOW, TODAY, build, sent
from workorders.tables import Order, OrderEvent, RouteWay


def happened(session: Session, order: Order, **minutes: float) -> None:
    """Write the order's history: each step so many minutes after NOW."""
    for kind, after in minutes.items():
        at = NOW + timedelta(minutes=after)
        session.add(
            OrderEvent(
                order_number=order.number, at=at, recorded_at=at, kind=kind, to_state=kind, actor="tablet"
            )
        )
    session.flush()


@pytest.fixture
def day(session: Session) -> Session:
    build(session, 4)
    first, second, third = (sent(session, "reread", number) for number in (1, 2, 3))
    happened(session, first, en_route=0, on_site=10, started=11, completed=31)
    happened(session, second, en_route=31, on_site=45, started=45, completed=55)
    happened(session, third, en_route=60, on_site=400)
    first.planned_start = NOW + timedelta(minutes=10)
    second.planned_start = NOW + timedelta(minutes=29)
    third.appointment_until = NOW + timedelta(minutes=399)
    session.add(
        RouteWay(
            technician_id="t01",
            day=TODAY,
            stops=[],
            drive_seconds=[600, 900],
            geometry=[],
            steps=[],
            metres=0,
            computed_at=NOW,
        )
    )
    session.flush()
    return session


def test_driving_is_planned_against_driven_and_forgets_no_button(day: Session) -> None:
    seen = visits(day, TODAY, TODAY)
    # The third leg took 340 minutes: a button forgotten, not a drive.
    assert driving(day, seen, TODAY, TODAY) == [Driving("Technician t01", 25.0, 24.0, 2)]


def test_on_time_is_the_appointment_or_the_plan_with_grace(day: Session) -> None:
    assert timedelta(minutes=15) == GRACE
    assert punctuality(visits(day, TODAY, TODAY)) == [Punctuality("Technician t01", judged=3, on_time=1)]


def test_minutes_by_type_count_what_was_finished(day: Session) -> None:
    rows = minutes_by_type(visits(day, TODAY, TODAY))
    assert rows == [Minutes("reread", rows[0].planned, 15.0, 10.0, 2)]


def test_other_days_are_left_out(day: Session) -> None:
    later = TODAY + timedelta(days=1)
    assert visits(day, later, later) == []


def test_every_open_order_lies_in_one_square(day: Session) -> None:
    cells = heat(day)
    assert sum(cell.orders for cell in cells) == 3
    drawn = heat_map(cells)
    assert drawn is not None
    assert len(drawn["squares"]) == len(cells)
    assert heat_map([]) is None
