"""The board is told what was committed, by whichever process, and asks only for that."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from mobile_api.tables import Device
from server.auth.sessions import revoke_sessions
from server.db import transaction
from server.pages.dispatch.live import stream
from server.pages.dispatch.live.watcher import Watcher
from server.services import open_services
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Order, Outbox, Shift, Technician
from workorders.usecases.orders.assignment import assign_order, recall_order
from workorders.usecases.orders.cancel import cancel_order

Event = tuple[str, str, dict[str, Any]]
"""Kind, id and what it names."""


@pytest.fixture
def watcher(office: Office) -> Iterator[Watcher]:
    """The watcher of this office, stopped before its database goes."""
    found: Watcher = office.app.extensions[stream.EXTENSION]
    yield found
    found.close()


def events(office: Office, who: str = "dana", **asked: str) -> Iterator[Event]:
    """What somebody's stream says from now on."""
    answer = office.client(who).get("/dispatch/live", headers={}, query_string=asked)
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    with closing(answer):
        for piece in answer.response:
            text = piece if isinstance(piece, str) else piece.decode()
            said = {name: value for name, _, value in (line.partition(": ") for line in text.split("\n"))}
            if "event" in said:
                yield said["event"], said["id"], orjson.loads(said["data"])


def next_change(of: Iterator[Event]) -> Event:
    """The next event that is no beat."""
    return next(event for event in of if event[0] == "change")


def test_a_new_board_looks_at_everything_and_is_told_what_is_committed_elsewhere(
    office: Office, watcher: Watcher
) -> None:
    said = events(office)
    assert next_change(said)[2] == {"everything": True}
    elsewhere = open_services(office.services.config, clock=office.services.clock)
    with transaction(elsewhere.sessions) as session:
        assign_order(
            session, office.numbers["waiting"], "t01", route_day=TODAY, now=morning.CLOCK, actor="sam"
        )
    elsewhere.engine.dispose()
    told: dict[str, set[str]] = {"orders": set(), "technicians": set()}
    while office.numbers["waiting"] not in told["orders"]:
        kind, _, change = next(said)
        assert kind == "change", "told when it happens, not when the stream next says that it lives"
        told = {kind: told[kind] | set(change.get(kind, ())) for kind in told}
    assert "t01" in told["technicians"]


def test_a_board_that_was_away_goes_on_where_it_was(office: Office, watcher: Watcher) -> None:
    said = events(office)
    _, last, _ = next_change(said)
    with transaction(office.services.sessions) as session:
        cancel_order(session, office.numbers["waiting"], reason="asked", now=morning.CLOCK, actor="sam")
    assert next_change(said)[2]["orders"] == [office.numbers["waiting"]]
    said.close()  # type: ignore[attr-defined]  # a generator
    again = events(office, last=last)
    assert next_change(again)[2]["orders"] == [office.numbers["waiting"]], "told again what came after `last`"
    # Of another life nothing is known.
    assert next_change(events(office, last="00000000-1"))[2] == {"everything": True}


def test_a_stream_ends_with_the_session(
    office: Office, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.05)
    said = events(office)
    assert next_change(said)[2] == {"everything": True}
    with transaction(office.services.sessions) as session:
        revoke_sessions(session, "dana", now=morning.CLOCK, actor="ada")
    assert all(kind in {"beat", "change"} for kind, _, _ in said), "it ends by itself"
    assert watcher.listening() == 0


def test_streams_leave_threads_for_everything_else(
    office: Office, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "_most", 1)
    held = events(office)
    next(held)
    refused = office.client("sam").get("/dispatch/live")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "10"
    held.close()  # type: ignore[attr-defined]  # a generator
    assert next_change(events(office, "sam"))[2] == {"everything": True}


@contextmanager
def asked(office: Office, who: str = "dana", **names: str) -> Iterator[dict[str, Any]]:
    answer = office.client(who).get("/dispatch/changes", query_string={"day": str(TODAY)} | names)
    assert answer.status_code == 200, answer.text
    yield orjson.loads(answer.data)


def test_only_what_is_asked_for_comes(shared_office: Office) -> None:
    waiting, done = shared_office.numbers["waiting"], shared_office.numbers["done"]
    with asked(shared_office, orders=f"{waiting},{done}", technicians="t01", heard="t02") as told:
        assert set(told["rows"]) == {waiting, done}
        assert f'id="row-{waiting}"' in told["rows"][waiting]
        assert told["rows"][done] is None, "not open any more"
        assert told["points"]["number"] == [waiting]
        assert set(told["days"]) == {"t01"}
        assert set(told["heard"]) == {"t02"}
        assert told["counts"]["group:"].isdigit()
    with asked(shared_office, orders=waiting, type="exchange") as told:
        assert told["rows"] == {waiting: None}, "the filter does not show it"
    with asked(shared_office) as told:
        assert (told["rows"], told["days"], told["counts"]) == ({}, {}, {})


def test_too_many_at_once_are_refused(shared_office: Office) -> None:
    many = ",".join(f"W{number}" for number in range(151))
    assert shared_office.client("dana").get(f"/dispatch/changes?orders={many}").status_code == 422


def test_who_did_it_is_told(office: Office) -> None:
    office.post("sam", "/dispatch/cancel", order=f"{office.numbers['waiting']}:", reason="found the mistake")
    with asked(office, orders=office.numbers["waiting"]) as told:
        (line,) = told["happened"]
        assert "Sam Supervisor" in line
        assert "found the mistake" in line


def test_rows_stand_where_the_whole_table_has_them(shared_office: Office) -> None:
    for query in ({}, {"technician": "t01"}):
        page = shared_office.client("dana").get("/dispatch/orders", query_string=query).text
        places = [part.split('"')[0] for part in page.split('data-sort="')[1:]]
        assert len(places) > 2
        assert places == sorted(places)


def reported(office: Office, tablet: Tablet, kind: str, *, at: timedelta, **given: Any) -> None:
    """A report of the tablet from a place, taken in."""
    with office.services.sessions() as session:
        order = session.get_one(Order, office.numbers["sent"])
        document = tablet.event(kind, order, given.pop("body", None), at=NOW + at)
        document["position"] = {"lon": -98.6, "lat": 39.1, "accuracy_m": 8.0} | given
        world.take(session, document)


def test_a_technician_is_shown_where_the_last_report_was_made(office: Office) -> None:
    tablet = Tablet("t01", counter=700)
    with asked(office) as told:
        assert told["places"] == []
    reported(office, tablet, "en_route", at=timedelta(minutes=60))
    reported(office, tablet, "on_site", at=timedelta(minutes=90), lon=-98.61)
    with asked(office) as told:
        (place,) = told["places"]
    assert (place["technician"], place["at"], place["accuracy"]) == ("t01", [-98.61, 39.1], 8.0)
    assert place["age"] == 90 * 60
    assert place["order"] == office.numbers["sent"]
    with asked(office, day=str(TODAY + timedelta(days=1))) as told:
        assert told["places"] == [], "another day's board has nobody on it"


def test_whoever_has_signed_off_is_not_shown(office: Office) -> None:
    tablet = Tablet("t01", counter=700)
    reported(office, tablet, "on_site", at=timedelta(minutes=60))
    with office.services.sessions() as session:
        order = session.get_one(Order, office.numbers["sent"])
        document = tablet.event("day", order, {"state": "signed_off"}, at=NOW + timedelta(minutes=90))
        document |= {
            "order": None,
            "epoch": None,
            "position": {"lon": -98.6, "lat": 39.2, "accuracy_m": None},
        }
        world.take(session, document)
    with asked(office) as told:
        assert told["places"] == []


def test_reports_that_a_tablet_still_has_are_counted(office: Office) -> None:
    with transaction(office.services.sessions) as session:
        device = session.scalars(select(Device).where(Device.name == "Truck 1")).one()
        device.last_counter = 3
    with asked(office, heard="t01") as told:
        assert "3 reports not sent" in told["heard"]["t01"]
    tablet = Tablet("t01", counter=1)
    with office.services.sessions() as session:
        document = tablet.event("on_site", session.get_one(Order, office.numbers["sent"]))
        document |= {"device": device.id, "_id": f"event:{device.id}:00000002"}
        world.take(session, document)
    with asked(office, heard="t01") as told:
        assert "1 report not sent" in told["heard"]["t01"]


def alerts(office: Office) -> str:
    return str(office.client("dana").get("/dispatch/alerts").text).replace("\u00a0", " ")


def test_late_technicians_and_what_breaks_stand_out(office: Office) -> None:
    with transaction(office.services.sessions) as session:
        order = session.get_one(Order, office.numbers["sent"])
        order.planned_start = morning.CLOCK - timedelta(minutes=50)
        order.appointment_from = morning.CLOCK - timedelta(minutes=60)
        order.appointment_until = morning.CLOCK - timedelta(minutes=10)
    text = alerts(office)
    assert "50 min behind the plan." in text
    assert "begins about 11:00 AM; the appointment is until 10:50 AM." in text


def test_an_emergency_that_nobody_has_stands_out(office: Office) -> None:
    number = office.numbers["waiting"]
    assert number not in alerts(office)
    with transaction(office.services.sessions) as session:
        session.get_one(Order, number).priority = 100
    assert f"{number}</a>: nobody has been sent." in alerts(office)
    with transaction(office.services.sessions) as session:
        assign_order(
            session,
            number,
            "t01",
            route_day=TODAY,
            now=morning.CLOCK - timedelta(minutes=6),
            actor="dana",
        )
    assert "Tess Demo has not seen it since 10:54 AM." in alerts(office)
    with office.services.sessions() as session:
        order = session.get_one(Order, number)
        world.take(session, Tablet("t01", counter=800).event("acknowledged", order))
    assert number not in alerts(office)


def test_a_silent_tablet_stands_out_in_its_shift_only(office: Office) -> None:
    with transaction(office.services.sessions) as session:
        session.add(Shift(technician_id="t01", day=TODAY, starts_at=NOW, ends_at=NOW + timedelta(hours=8)))
    assert "Silent" not in alerts(office)
    with transaction(office.services.sessions) as session:
        session.execute(update(Device).values(last_seen_at=morning.CLOCK - timedelta(hours=2)))
    assert "Silent" in alerts(office)
    with transaction(office.services.sessions) as session:
        session.execute(update(Shift).values(ends_at=morning.CLOCK))
    assert "Silent" not in alerts(office)


def test_the_fate_of_a_recall_is_followed_until_the_tablet_was_heard(office: Office) -> None:
    number = office.numbers["sent"]
    with transaction(office.services.sessions) as session:
        recall_order(session, number, reason="truck broke down", now=morning.CLOCK, actor="dana")
    assert "not sent to Tess Demo yet." in alerts(office)
    with transaction(office.services.sessions) as session:
        session.execute(update(Outbox).where(Outbox.key == number).values(published_at=morning.CLOCK))
    assert "Tess Demo may not know; tablet last heard 10:42 AM." in alerts(office)
    with transaction(office.services.sessions) as session:
        session.execute(update(Device).values(last_seen_at=morning.CLOCK + timedelta(seconds=1)))
    assert number not in alerts(office)


def test_a_cancel_is_followed_until_the_technician_has_decided(office: Office) -> None:
    number = office.numbers["sent"]
    with office.services.sessions() as session:
        order = session.get_one(Order, number)
        tablet = Tablet("t01", counter=900)
        world.take(session, tablet.event("acknowledged", order))
    with transaction(office.services.sessions) as session:
        cancel_order(session, number, reason="asked", now=morning.CLOCK, actor="dana")
        session.execute(update(Outbox).where(Outbox.key == number).values(published_at=morning.CLOCK))
        session.execute(update(Device).values(last_seen_at=morning.CLOCK + timedelta(seconds=1)))
    assert "on Tess Demo’s tablet; no answer yet." in alerts(office)
    with office.services.sessions() as session:
        order = session.get_one(Order, number)
        seen = order.cancel_seq
        world.take(session, tablet.event("cancel_seen", order, {"choice": "finish"}, seen=seen))
    assert "Tess Demo saw it and finishes all the same." in alerts(office)
    with office.services.sessions() as session:
        order = session.get_one(Order, number)
        world.take(session, tablet.completed(order, answers.reread(3, 149_000), seen=seen))
    assert "finishes all the same" not in alerts(office)


def test_single_lanes_come_while_they_fit_the_drawing(office: Office) -> None:
    with transaction(office.services.sessions) as session:
        order = session.get_one(Order, office.numbers["sent"])
        order.planned_start = morning.CLOCK - timedelta(minutes=30)
        session.add(Shift(technician_id="t01", day=TODAY, starts_at=NOW, ends_at=NOW + timedelta(hours=8)))
    client = office.client("dana")
    page = client.get(f"/dispatch/timeline?day={TODAY}").text
    assert "30 min behind" in page.replace("\u00a0", " ")
    since, width = (page.split(f'data-{name}="')[1].split('"')[0] for name in ("since", "width"))
    of = {"day": str(TODAY), "technicians": "t01", "since": since, "width": width}
    told = client.get("/dispatch/timeline/changes", query_string=of).get_json()
    assert told["fits"]
    assert set(told["lanes"]) == {"t01"}
    assert told["lanes"]["t01"].strip() in page, "a single lane is the one of the whole drawing"
    with transaction(office.services.sessions) as session:
        session.get_one(Order, office.numbers["sent"]).planned_start = NOW + timedelta(hours=11)
    assert client.get("/dispatch/timeline/changes", query_string=of).json == {"fits": False}
    for wrong in ({"since": "x"}, {"width": "0"}, {"since": "2026-03-02T10:00:00"}):
        assert client.get("/dispatch/timeline/changes", query_string=of | wrong).status_code == 422


def test_an_inactive_technician_leaves_the_board(office: Office, watcher: Watcher) -> None:
    said = events(office)
    next_change(said)
    with transaction(office.services.sessions) as session:
        session.get_one(Technician, "t02").active = False
    assert "t02" in next_change(said)[2]["technicians"]
