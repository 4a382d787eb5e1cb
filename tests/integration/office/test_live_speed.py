"""A large district's board: a change is told and answered within a second, and only its rows are sent.

A second of this process's own work: how long others keep a machine busy says nothing about the board.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from server.db import count_rows_anew, transaction
from server.pages.dispatch.live import stream
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.office.test_live_board import events, next_change
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Order, Shift, Technician
from workorders.usecases.orders.assignment import assign_order

pytestmark = pytest.mark.slow

TECHNICIANS, ORDERS, STOPS = 60, 2_500, 25


def enlarge(office: Office) -> None:
    """TECHNICIANS with STOPS each, and open orders up to ORDERS."""
    with transaction(office.services.sessions) as session:
        like = session.get_one(Order, office.numbers["waiting"])
        points = session.scalars(select(Order.service_point_id).distinct()).all()
        people = [
            {"id": f"s{number:02}", "name": f"Person {number:02}", "skills": ["water"]}
            for number in range(TECHNICIANS)
        ]
        session.execute(insert(Technician), people)
        session.execute(
            insert(Shift),
            [
                {
                    "technician_id": one["id"],
                    "day": TODAY,
                    "starts_at": NOW,
                    "ends_at": NOW + timedelta(hours=8),
                }
                for one in people
            ],
        )
        rows = []
        for number in range(ORDERS):
            place, sequence = divmod(number, STOPS)
            given = place < TECHNICIANS
            rows.append(
                {
                    "number": f"S{number:05}",
                    "type": like.type,
                    "state": "dispatched" if given else "approved",
                    "service_point_id": points[number % len(points)],
                    "planned_minutes": 15,
                    "technician_id": people[place]["id"] if given else None,
                    "route_day": TODAY if given else None,
                    "sequence": sequence + 1 if given else None,
                    "planned_start": NOW + sequence * timedelta(minutes=18) if given else None,
                    "requested_at": NOW,
                    "requested_by": "import",
                    "version": 1,
                }
            )
        session.execute(insert(Order), rows)
        count_rows_anew(session)


def test_a_change_is_on_its_way_within_a_second(
    office: Office, record_property: Callable[[str, object], None]
) -> None:
    enlarge(office)
    said = events(office)
    assert next_change(said)[2] == {"everything": True}
    client = office.client("dana")
    whole = len(client.get("/dispatch/orders").data) + len(client.get("/dispatch/technicians").data)
    with transaction(office.services.sessions) as session:
        assign_order(session, f"S{ORDERS - 1:05}", "s07", route_day=TODAY, now=morning.CLOCK, actor="sam")
    began, worked = time.monotonic(), time.process_time()
    change = next_change(said)[2]
    told = time.monotonic() - began
    assert change["orders"] == [f"S{ORDERS - 1:05}"]
    of = {name: ",".join(values) for name, values in change.items() if isinstance(values, list)}
    answer = client.get("/dispatch/changes", query_string=of | {"day": str(TODAY)})
    shown, worked = time.monotonic() - began, time.process_time() - worked
    office.app.extensions[stream.EXTENSION].close()
    record_property("told_ms", round(told * 1000))
    record_property("answered_ms", round(shown * 1000))
    record_property("bytes", len(answer.data))
    record_property("worked_ms", round(worked * 1000))
    assert worked < 1.0
    assert len(answer.data) < whole / 10


def test_the_first_sight_is_small(office: Office, record_property: Callable[[str, object], None]) -> None:
    """The page and its map as they go over the wire; the timeline comes when somebody opens it."""
    enlarge(office)
    client = office.client("dana")
    packed = {"Accept-Encoding": "gzip"}
    sizes = [
        len(client.get(path, query_string={"day": str(TODAY)}, headers=packed).data)
        for path in ("/dispatch/", "/dispatch/map.json")
    ]
    record_property("first_sight_bytes", sum(sizes))
    assert sum(sizes) < 120_000
    page = client.get("/dispatch/", query_string={"day": str(TODAY)}).text
    assert 'id="lanes-template"' in page
    assert 'id="block-' not in page
