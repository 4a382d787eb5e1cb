"""A late technician: what is missed, by how much, and that the words do not depend on luck."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from geo.schedule.late import late_day
from geo.schedule.true_state import Today, load_today
from tests.integration.plans.town import DAY, Streets, clock, deal, orders, people
from workorders.problems import Problem
from workorders.tables import Order

TEN = clock(10)


@pytest.fixture
def today(session: Session, streets: Streets) -> Today:
    """One technician with eight stops; the third is promised for ten to noon."""
    names = people(session, 2)
    numbers = orders(session, streets.town, 8)
    promised = session.get_one(Order, numbers[2])
    promised.appointment_from, promised.appointment_until = TEN, clock(12)
    deal(session, names[:1], numbers)
    return load_today(session, streets.network, DAY, now=TEN)


def test_no_delay_changes_nothing(today: Today) -> None:
    found = late_day(today, "t01", 0)
    assert [visit.later_s for visit in found.visits] == [0] * len(found.visits)
    assert found.missed == ()
    assert found.back == found.late_back
    starts = [visit.start for visit in found.visits]
    assert starts == sorted(starts)
    assert min(starts) >= TEN
    assert sum(visit.order is None for visit in found.visits) == 1


def test_a_delay_pushes_the_stops_and_says_what_is_missed(today: Today) -> None:
    before, found = late_day(today, "t01", 0), late_day(today, "t01", 2 * 3600)
    (missed,) = found.missed
    assert missed.due == (TEN, clock(12))
    assert missed.missed_s == int((missed.late_start - clock(12)).total_seconds()) > 0
    assert missed.missed_anyway_s == 0
    assert found.visits[0].later_s == 2 * 3600
    assert found.back == before.back
    late_back = max(found.ends, found.late_back)
    assert found.overtime_s == int((late_back - found.ends).total_seconds())


def test_what_is_missed_already_is_kept_apart(session: Session, streets: Streets) -> None:
    names = people(session, 1)
    numbers = orders(session, streets.town, 3)
    gone = session.get_one(Order, numbers[1])
    gone.appointment_from, gone.appointment_until = clock(8), clock(9)
    deal(session, names, numbers)
    found = late_day(load_today(session, streets.network, DAY, now=TEN), "t01", 600)
    (missed,) = found.missed
    assert missed.missed_s == missed.missed_anyway_s + 600
    assert missed.start - timedelta(seconds=missed.missed_anyway_s) == clock(9)


@pytest.mark.parametrize("who", ["t02", "nobody"])
def test_nothing_ahead_is_said(today: Today, who: str) -> None:
    with pytest.raises(Problem, match="no stop still ahead"):
        late_day(today, who, 600)
