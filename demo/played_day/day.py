"""What the player of a demo day remembers, and the moves every part of the story makes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from demo.played_day import forms
from demo.played_day.forms import Document
from demo.played_day.office import Office
from demo.played_day.tablets import Tablets


@dataclass(frozen=True, slots=True)
class Stop:
    """An order of the day: its number, and the key of the tablet that first gets it."""

    number: str
    tablet: str


@dataclass(slots=True)
class Day:
    """One run: enough to go on with the story, and to ask the server for its records of it."""

    office: Office
    tablets: Tablets
    today: date
    technicians: dict[str, dict[str, Any]]
    """Tablet key (exchanger, collector, driver, tester) → technician of the cast."""
    devices: dict[str, str] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    """The order documents as the tablets pulled them, by the name of the stop."""
    events: dict[str, list[str]] = field(default_factory=dict)
    """Tablet key → ids of the events written on it."""
    receipts: list[str] = field(default_factory=list)
    """Ids of the events that carry a receipt."""
    payments: list[str] = field(default_factory=list)
    answers_dropped: int = 0

    @property
    def pushed(self) -> list[str]:
        """Ids of every event written on any tablet."""
        return [event for events in self.events.values() for event in events]

    def all_tablets(self, action: str) -> None:
        """Let every tablet do the same at the same time."""
        self.tablets.all([{"do": action, "tablet": key} for key in self.technicians])

    def assign(self, number: str, tablet: str, version: int) -> None:
        """The dispatcher gives an order to the technician of a tablet, for today."""
        body = {"technician": self.technicians[tablet]["id"], "route_day": self.today.isoformat()}
        self.office.send("dispatcher", f"/api/orders/{number}/assign", body, version=version)

    def write(
        self,
        tablet: str,
        event: str,
        order: str,
        *,
        body: dict[str, Any] | None = None,
        photos: dict[str, str] | None = None,
    ) -> str:
        """Write a fact on a tablet; answers the event's id."""
        given = {"event": event, "order": order, "body": body or {}, "photos": photos or {}}
        written = str(self.tablets.do("write", tablet=tablet, **given)["_id"])
        self.events[tablet].append(written)
        return written

    def visit(self, name: str) -> Stop:
        """Drive to a stop and begin."""
        stop = self.stops[name]
        for event in ("en_route", "on_site", "started"):
            self.write(stop.tablet, event, stop.number)
        return stop

    def finish(self, name: str, answers: dict[str, Any], *, left: str | None = None) -> None:
        """Write the completion of a stop that was begun."""
        stop = self.stops[name]
        body = forms.completion(answers, datetime.now(UTC), left=left)
        self.write(stop.tablet, "completed", stop.number, body=body, photos=forms.photos(answers))

    def complete(self, name: str, answers: dict[str, Any], *, left: str | None = None) -> None:
        """Visit a stop and finish it."""
        self.visit(name)
        self.finish(name, answers, left=left)

    def wait_for_acks(self, tablets: Sequence[str]) -> None:
        """Wait until the server has answered every event of these tablets; heard by their live feeds."""
        actions = [
            {
                "do": "wait",
                "tablet": key,
                "wanted": [{"_id": f"ack:{event}"} for event in self.events[key]],
                "ms": self.tablets.patience_ms,
            }
            for key in tablets
        ]
        self.tablets.all(actions)
