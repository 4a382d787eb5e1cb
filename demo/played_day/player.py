"""Playing a demo day against a running server, and asking the server what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.played_day import field_day, office_day
from demo.played_day.day import Day
from demo.played_day.office import Office
from demo.played_day.tablets import open_tablets
from demo.signins import DemoSignIns

Say = Callable[[str], None]
"""Hears, in plain words, what happens now."""


@dataclass(frozen=True, slots=True)
class Played:
    """A run that was played: what the player did, and what the server's records say of it."""

    day: Day
    records: dict[str, Any]


def play_day(url: str, signs: DemoSignIns, say: Say) -> Played:
    """Play a whole day over HTTP with four real tablets.

    Raises Problem server_unreachable, server_refused, tablet_failed, tablet_refused, node_missing.
    """
    office = Office(url, signs)
    before = office.ask("admin", "/api/demo/mark")
    with open_tablets(url) as tablets:
        day, cases = office_day.cast_day(office, tablets)
        say("Four technicians enrol their tablets")
        office_day.enrol_tablets(day)
        say("The office raises and dispatches orders")
        office_day.raise_and_dispatch(day, cases)
        say("The tablets pull their orders and lose the signal")
        field_day.pull_and_leave(day)
        say("A customer pays at the counter; an order goes to somebody else")
        office_day.change_the_day(day)
        say("The technicians work without signal")
        field_day.work_offline(day)
        say("The collector is back and uploads everything twice")
        field_day.collector_says_everything_twice(day)
        say("The exchanger uploads through a dead spot")
        field_day.exchanger_loses_an_answer(day)
        say("The others come back: a wrongful cut, work under an old assignment")
        field_day.the_others_come_back(day)
    return Played(day, _records(office, day, before))


def _records(office: Office, day: Day, before: dict[str, int]) -> dict[str, Any]:
    records: dict[str, Any] = office.ask(
        "admin",
        "/api/demo/run",
        orders=",".join(stop.number for stop in day.stops.values()),
        devices=",".join(day.devices.values()),
        payments=",".join(day.payments),
        **before,
    )
    return records
