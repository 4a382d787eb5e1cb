"""Appointments while the customer waits: what can be kept, and how little has to be read and computed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import event
from sqlalchemy.orm import Session

from geo.roads import LonLat, Places, RoadNetwork
from geo.schedule.slot_days import SlotDays
from geo.schedule.today import SlotOffer, insert_order, slots_for, who_could_take
from tests.integration.plans.town import DAY, Field, Streets, clock, deal, orders, people
from workorders.problems import Problem
from workorders.tables import Order
from workorders.usecases.orders.orders import book_appointment

SEVEN = clock(7)
DAYS = 5


class Counting(RoadNetwork):
    """A road network that remembers how much was asked of it."""

    def __init__(self, network: RoadNetwork) -> None:
        super().__init__(network._roads, network._weights)
        self.matrices: list[int] = []
        self.spoked: list[int] = []

    def matrix(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = 500.0
    ) -> NDArray[np.int32]:
        self.matrices.append(len(points))
        return super().matrix(points, max_metres=max_metres)

    def spokes(self, hubs: Sequence[LonLat], places: Places, *, max_metres: float = 500.0) -> Any:
        self.spoked.append(len(hubs))
        return super().spokes(hubs, places, max_metres=max_metres)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The SQL that runs meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def network(streets: Streets) -> Counting:
    """The town's streets, counting."""
    return Counting(streets.network)


def offers(session: Session, network: RoadNetwork, number: str, known: SlotDays) -> list[SlotOffer]:
    return slots_for(session, lambda _day: network, number, first=DAY, days=DAYS, now=SEVEN, known=known)


def week(session: Session, streets: Streets, technicians: int, each: int) -> list[str]:
    """Routes for five days; returns two orders that nobody has."""
    names = people(session, technicians, days=DAYS)
    count = technicians * each
    numbers = orders(session, streets.town, DAYS * count + 2)
    for ahead in range(DAYS):
        deal(session, names, numbers[ahead * count : (ahead + 1) * count], DAY + timedelta(days=ahead))
    session.commit()
    return numbers[-2:]


def test_only_what_changed_is_read_and_computed_again(
    session: Session, streets: Streets, network: Counting
) -> None:
    asked, other = week(session, streets, technicians=3, each=4)
    known = SlotDays()
    first = offers(session, network, asked, known)
    assert first == sorted(first, key=lambda offer: offer.cost_s)
    # Never the whole day's matrix: one block for each technician and day, their stops and the yard.
    assert len(network.matrices) == 3 * DAYS
    assert max(network.matrices) <= 5
    assert network.spoked == [1] * DAYS
    network.matrices.clear()
    network.spoked.clear()
    with statements(session) as again:
        assert offers(session, network, other, known)
    assert network.matrices == []
    assert network.spoked == [1] * DAYS
    assert len(again) <= 12
    # One day changes: that day alone is read, and the blocks of the others are known.
    book_appointment(
        session, other, since=clock(10), until=clock(12), now=SEVEN, actor="carla", expected_version=None
    )
    session.commit()
    kept = dict(known.days)
    with statements(session) as after:
        offers(session, network, asked, known)
    changed = {day for day, laid in known.days.items() if laid is not kept[day]}
    assert changed == {DAY}
    assert network.matrices == []
    assert len(after) <= 30


def test_the_same_offers_come_from_memory_and_from_scratch(
    session: Session, streets: Streets, network: Counting
) -> None:
    asked, other = week(session, streets, technicians=2, each=5)
    known = SlotDays()
    offers(session, network, other, known)
    who = session.get_one(Order, asked)
    who.planned_minutes = 45
    session.commit()
    assert offers(session, network, asked, known) == offers(session, network, asked, SlotDays())


def test_what_was_promised_is_not_promised_twice(
    session: Session, streets: Streets, network: Counting
) -> None:
    people(session, 1, days=1)
    numbers = orders(session, streets.town, 3, planned_minutes=110)
    known = SlotDays()

    def windows(number: str) -> set[tuple[date, int]]:
        found = offers(session, network, number, known)
        return {(offer.since.date(), offer.since.hour) for offer in found}

    free = windows(numbers[2])
    assert (DAY, 10) in free
    for number in numbers[:2]:
        book_appointment(
            session, number, since=clock(10), until=clock(12), now=SEVEN, actor="carla", expected_version=None
        )
    left = windows(numbers[2])
    assert left < free
    assert (DAY, 10) not in left
    # An order's own promise does not stand in its way.
    assert (DAY, 10) in windows(numbers[0])


def test_who_is_at_work_is_not_free_until_done(session: Session, streets: Streets, network: Counting) -> None:
    people(session, 1)
    busy, asked, _ = orders(session, streets.town, 3, planned_minutes=240)
    deal(session, ["t01"], [busy])
    Field(session).report("t01", "started", busy, clock(11))
    found = slots_for(
        session, lambda _day: network, asked, first=DAY, days=1, now=clock(11, 30), known=SlotDays()
    )
    # Busy until three and then four hours more: past the end of the shift.
    assert found == []
    assert who_could_take(session, network, asked, DAY, now=clock(11, 30)).ways == ()


def test_an_urgent_order_goes_behind_what_is_begun_and_next(
    session: Session, streets: Streets, network: Counting
) -> None:
    people(session, 1)
    numbers = orders(session, streets.town, 5)
    deal(session, ["t01"], numbers[:4])
    Field(session).report("t01", "started", numbers[0], clock(9))
    urgent = who_could_take(session, network, numbers[4], DAY, now=clock(9, 5))
    (way,) = urgent.ways
    assert urgent.place(way) >= 3
    insert_order(session, urgent, "t01", now=clock(9, 5), actor="dana")
    route = sorted((session.get_one(Order, n) for n in numbers), key=lambda o: o.sequence or 0)
    assert [o.sequence for o in route] == [1, 2, 3, 4, 5]
    assert [o.number for o in route[:2]] == numbers[:2]
    assert route[urgent.place(way) - 1].number == numbers[4]
    with pytest.raises(Problem, match="can no longer take it"):
        insert_order(session, urgent, "t02", now=clock(9, 5), actor="dana")
