"""What a dispatcher sees and does: filters, counts, tablets, assigning, moving, taking back."""

import gzip
import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from server import heartbeat
from server.db import transaction
from sync.stores.contract import StoreUnavailable
from tests.integration.office.conftest import TOKEN, Office
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import TODAY
from workorders.catalogue import CATALOGUE
from workorders.tables import Order, Technician


def board(office: Office, query: str = "") -> str:
    """The board's text."""
    answer = office.client("dana").get(f"/dispatch/{query}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def shown(text: str) -> set[str]:
    """The orders in the table of the board."""
    return {part.split('"')[0] for part in text.split('<tr id="row-')[1:]}


def named(office: Office, *words: str) -> set[str]:
    """The numbers of orders named in the morning."""
    return {office.numbers[word] for word in words}


def ticks(office: Office, *words: str) -> list[str]:
    """What ticked boxes send: number and version."""
    with office.services.read_sessions() as session:
        return [
            f"{number}:{session.get_one(Order, number).version}" for number in sorted(named(office, *words))
        ]


def order(office: Office, word: str) -> Order:
    """The order as it is now."""
    with office.services.read_sessions() as session:
        return session.get_one(Order, office.numbers[word])


def test_the_board_shows_what_is_open_and_nothing_else(shared_office: Office) -> None:
    found = shown(board(shared_office))
    assert (
        named(shared_office, "waiting", "overdue", "sent", "silent_cut", "held", "assigned", "review")
        <= found
    )
    assert not named(shared_office, "done", "gone") & found


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("?group=on_tablet", ["sent", "second", "silent_cut"], ["waiting", "assigned"]),
        ("?group=held", ["held"], ["waiting"]),
        ("?group=review", ["review"], ["sent"]),
        ("?type=exchange", ["overdue", "second"], ["waiting"]),
        ("?due=overdue", ["overdue"], ["waiting", "sent"]),
        ("?due=week", ["waiting"], ["overdue", "sent"]),
        ("?due=none", ["sent"], ["waiting", "overdue"]),
        ("?technician=t01", ["sent", "assigned"], ["waiting"]),
        ("?technician=nobody", ["waiting", "overdue"], ["sent"]),
        ("?zone=1", ["overdue"], ["waiting"]),
        ("?type=exchange&technician=t01", ["second"], ["overdue", "sent"]),
    ],
)
def test_filters_and_their_counts_agree(
    shared_office: Office, query: str, inside: list[str], outside: list[str]
) -> None:
    text = board(shared_office, query)
    found = shown(text)
    assert named(shared_office, *inside) <= found
    assert not named(shared_office, *outside) & found
    current = (
        text.split('aria-current="true">')[1].split('<span class="count"')[1].split(">")[1].split("<")[0]
    )
    assert int(current) == len(found)


@pytest.mark.parametrize("query", ["?zone=x", "?group=all", "?due=sometime", "?day=tomorrow"])
def test_a_filter_that_makes_no_sense_is_refused(shared_office: Office, query: str) -> None:
    assert shared_office.client("dana").get(f"/dispatch/{query}").status_code == 422


def test_a_filter_without_orders_says_so(shared_office: Office) -> None:
    assert "No order fits this filter" in board(shared_office, "?technician=t02")


def test_each_tablet_shows_what_it_has(shared_office: Office) -> None:
    text = shared_office.client("dana").get(f"/dispatch/technicians?day={TODAY}").text
    tess, tom = text.split('id="workday-t01"')[1].split('id="workday-t02"')
    assert "heard 18 min. ago" in tess.replace("\u00a0", " ")
    assert "1 not sent" in tess
    assert "1 in the outbox" in tess
    assert "answers waiting" in tess
    second = tess.split(f'id="stop-{shared_office.numbers["second"]}"')[1].split("</li>")[0]
    assert "in the outbox" in second
    assert "tablet never heard" in tom
    assert "no stops" in tom


def test_what_a_technician_said_of_the_day_is_on_the_board(office: Office) -> None:
    body = {
        "state": "signed_off",
        "worked_s": 28_000,
        "break_s": 1_800,
        "metres": 66_000,
        "custody_cents": {"cash": 4_500},
        "receipts": ["T01-000001"],
        "open": [office.numbers["sent"]],
    }
    with transaction(office.services.sessions) as session:
        order = session.get_one(Order, office.numbers["sent"])
        event = Tablet("t01", counter=60).event("day", order, body)
        world.take(session, event | {"order": None, "epoch": None})
    text = " ".join(re.sub(r"<[^>]*>", "", office.client("dana").get("/dispatch/").text).split())
    assert (
        "7 hr 47 min worked; 30 min of breaks; 41 mi driven by the route; $45.00 taken on 1 receipt;" in text
    )
    assert f"1 order left open: {office.numbers['sent']}." in text


def test_assigning_sends_and_refuses_each_for_itself(office: Office) -> None:
    with office.services.sessions.begin() as session:
        session.get_one(Technician, "t02").skills = ["water"]
    chosen = ticks(office, "waiting", "overdue", "assigned")
    answer = office.client("dana").post(
        "/dispatch/assign",
        data={
            "order": chosen,
            "technician": "t02",
            "route_day": str(TODAY),
            "send": "yes",
            "csrf_token": TOKEN,
        },
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert "2 orders sent to Tom Demo for Mar 2, 2026." in answer.text
    assert "Tom Demo does not have the skill meter test." in answer.text
    assert "board:acted" in answer.headers["HX-Trigger"]
    assert {order(office, word).technician_id for word in ("waiting", "overdue")} == {"t02"}
    assert order(office, "assigned").technician_id == "t01"


def test_an_order_someone_else_changed_is_not_assigned(office: Office) -> None:
    (stale,) = ticks(office, "waiting")
    office.post("carla", f"/csr/orders/{office.numbers['waiting']}/cancel", reason="moved")
    form = {"order": [stale], "technician": "t01", "route_day": "2026-03-02", "csrf_token": TOKEN}
    answer = office.client("dana").post("/dispatch/assign?group=held", data=form, follow_redirects=True)
    assert answer.request.full_path == "/dispatch/?group=held"
    assert "was changed by someone else" in answer.text
    assert order(office, "waiting").state == "cancelled"


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("assign", {"technician": "t01"}, "tick at least one"),
        ("assign", {"technician": "nobody", "order": ["W000001"]}, "There is no technician"),
        ("assign", {"technician": "t01", "route_day": "soon", "order": ["W000001"]}, "YYYY-MM-DD"),
        ("recall", {"order": ["W000003"]}, "say why"),
        ("cancel", {"order": ["W000003"], "reason": "  "}, "say why"),
        ("route", {"technician": "t01", "number": "W000001", "move": "up"}, "There is no movable stop"),
    ],
)
def test_an_action_that_cannot_be_is_refused_in_words(
    shared_office: Office, path: str, form: dict[str, Any], said: str
) -> None:
    answer = shared_office.client("dana").post(
        f"/dispatch/{path}", data=form | {"csrf_token": TOKEN}, headers={"HX-Request": "true"}
    )
    assert answer.status_code in {404, 422}
    assert said in answer.text
    assert "<html" not in answer.text


def test_taking_back_what_a_tablet_has_and_what_it_has_not(office: Office) -> None:
    answer = office.post(
        "dana", "/dispatch/recall", order=ticks(office, "sent", "assigned"), reason="truck broke down"
    )
    assert answer.status_code == 302
    assert (order(office, "sent").state, order(office, "assigned").state) == ("recalled", "approved")
    assert order(office, "sent").technician_id is None


def test_cancelling_notifies_the_tablet(office: Office) -> None:
    office.post("dana", "/dispatch/cancel", order=ticks(office, "sent"), reason="customer moved")
    cancelled = order(office, "sent")
    assert cancelled.state == "cancelled"
    assert cancelled.cancel_seq is not None


def test_stops_move_up_and_down(office: Office) -> None:
    def route() -> list[str]:
        with office.services.read_sessions() as session:
            query = select(Order.number).where(Order.technician_id == "t01", Order.route_day == TODAY)
            live = query.where(Order.state.in_(["assigned", "dispatched"])).order_by(Order.sequence)
            return list(session.scalars(live))

    before = route()
    form = {"technician": "t01", "day": str(TODAY), "number": before[1]}
    office.post("dana", "/dispatch/route", **form, move="up")
    assert route()[:2] == [before[1], before[0]]
    office.post("dana", "/dispatch/route", **form, move="up")
    assert route()[:2] == [before[1], before[0]], "the first cannot go higher"
    office.post("dana", "/dispatch/route", **form, move="down")
    assert route() == before
    office.post("dana", "/dispatch/route", **form | {"number": before[-1]}, move="up", steps="50")
    assert route() == [before[-1], *before[:-1]], "quick presses come as one and stop at the top"
    assert order(office, "assigned").state == "assigned", "moving sends nothing out"


def test_the_map_has_a_point_per_order_and_a_line_per_route(shared_office: Office) -> None:
    client = shared_office.client("dana")
    answer: Any = client.get("/dispatch/map.json?technician=t01")
    points = answer.json["orders"]
    assert set(points["number"]) == shown(board(shared_office, "?technician=t01"))
    assert all(-99 < lon < -98 and 39 < lat < 40 for lon, lat in points["at"])
    with shared_office.services.read_sessions() as session:
        for place, number in enumerate(points["number"]):
            order = session.get_one(Order, number)
            assert order.technician is not None
            assert points["technicians"][points["technician"][place]] == order.technician.name
            assert points["types"][points["type"][place]] == CATALOGUE[order.type].title
            assert points["address"][place] == order.service_point.premise.address
    (line,) = answer.json["routes"]["features"]
    assert line["properties"]["technician"] == "t01"
    again = client.get("/dispatch/map.json?technician=t01", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    packed = client.get("/dispatch/map.json?technician=t01", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.data)) == answer.json
    assert packed.headers["ETag"] != answer.headers["ETag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/dispatch/map.json?technician=t01", headers=known).status_code == 304


def test_the_strip_says_when_tablets_cannot_sync(
    shared_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat.beat(shared_office.services.config.data_dir, shared_office.services.clock())
    text = shared_office.client("dana").get("/dispatch/status").text
    assert "1 of 2" in text
    assert "Not in order" not in text

    def down(_store: object) -> list[str]:
        raise StoreUnavailable("connection refused")

    monkeypatch.setattr(type(shared_office.services.store), "database_names", down)
    text = shared_office.client("dana").get("/dispatch/status").text
    assert "Tablets cannot sync now; the outbox keeps everything." in text


def test_nobody_to_assign_to_is_said(office: Office) -> None:
    with office.services.sessions.begin() as session:
        for person in session.scalars(select(Technician)):
            person.active = False
    assert "Nobody is active, so nothing can be assigned" in board(office)
