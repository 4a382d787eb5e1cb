"""Two plans of a day beside one another: what changes for people and for customers. Pure.

A plan is a document as geo.schedule.work.plan_document makes it; a visit there may lack its times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

NOTABLE = timedelta(minutes=15)
"""A stop that comes sooner or later by less changes nothing for a customer."""
KINDS = ("appointment", "promise", "response")
"""What may be met or missed: the hour agreed with the customer, the due time, the response target."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an order asks for; each None when it does not. `day_ends`: after it, unplaced is too late."""

    appointment_until: datetime | None
    due_until: datetime | None
    respond_by: datetime | None

    def missed(self, stop: "Placed | None", day_ends: datetime) -> frozenset[str]:
        """The KINDS that a stop misses; without one, those that the day would have had to meet."""
        start, finish = (stop.start, stop.finish) if stop else (day_ends, day_ends)
        if start is None or finish is None:
            return frozenset()
        found = set()
        if self.appointment_until is not None and start > self.appointment_until:
            found.add("appointment")
        if self.appointment_until is None and self.due_until is not None and finish > self.due_until:
            found.add("promise")
        if self.respond_by is not None and start > self.respond_by:
            found.add("response")
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a plan has an order."""

    technician: str
    start: datetime | None
    finish: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A plan in numbers; seconds of driving and overtime, and how many of each of KINDS are missed."""

    served: int
    unplaced: int
    drive_s: int
    overtime_s: int
    missed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PersonDay:
    """A technician's day in one plan; `back` None when they have no route or nobody knows."""

    stops: int = 0
    drive_s: int = 0
    overtime_s: int = 0
    back: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A technician in both plans, and the orders that the second gives and takes."""

    technician: str
    one: PersonDay
    other: PersonDay
    gains: tuple[str, ...]
    loses: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Nothing changes for them but minutes."""
        return not self.gains and not self.loses


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order that the second plan serves otherwise than the first."""

    number: str
    one: Placed | None
    other: Placed | None
    missed_one: frozenset[str]
    missed_other: frozenset[str]

    @property
    def newly_missed(self) -> frozenset[str]:
        """What only the second plan misses."""
        return self.missed_other - self.missed_one

    @property
    def newly_met(self) -> frozenset[str]:
        """What only the first plan misses."""
        return self.missed_one - self.missed_other

    @property
    def rank(self) -> int:
        """What should be looked at first: 0 a promise is lost, 1 no longer served, then what gets better."""
        if self.newly_missed:
            return 0
        if self.other is None:
            return 1
        if self.newly_met:
            return 2
        return 3 if self.one is None else 4

    @property
    def notable(self) -> bool:
        """More changes than who comes and when."""
        return self.rank < 4


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """The second plan against the first."""

    one: Figures
    other: Figures
    people: tuple[PersonChange, ...]
    orders: tuple[OrderChange, ...]
    """Those that change, the worst first."""


def plan_changes(
    one: Mapping[str, Any], other: Mapping[str, Any], asked: Mapping[str, Asked], *, day_ends: datetime
) -> PlanChanges:
    """Compare two plans of a day; orders that are not in `asked` are not looked at."""
    first, second = placed(one, asked), placed(other, asked)
    numbers = [
        number for number in asked if number in first or number in second or _unplaced(number, one, other)
    ]
    changes = []
    for number in numbers:
        a, b = first.get(number), second.get(number)
        change = OrderChange(
            number, a, b, asked[number].missed(a, day_ends), asked[number].missed(b, day_ends)
        )
        if _differs(change):
            changes.append(change)
    changes.sort(key=lambda change: (change.rank, change.number))
    return PlanChanges(
        _figures(one, first, asked, numbers, day_ends),
        _figures(other, second, asked, numbers, day_ends),
        _people(one, other, first, second),
        tuple(changes),
    )


def placed(plan: Mapping[str, Any], asked: Mapping[str, Asked]) -> dict[str, Placed]:
    """Who serves each order, and when."""
    return {
        visit["order"]: Placed(route["technician"], _instant(visit["start"]), _instant(visit["finish"]))
        for route in plan["routes"]
        for visit in route["visits"]
        if visit["order"] in asked
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _unplaced(number: str, *plans: Mapping[str, Any]) -> bool:
    return any(left["order"] == number for plan in plans for left in plan["unplaced"])


def _differs(change: OrderChange) -> bool:
    if change.one is None or change.other is None:
        return change.one is not change.other
    if change.one.technician != change.other.technician or change.missed_one != change.missed_other:
        return True
    if change.one.start is None or change.other.start is None:
        return False
    return abs(change.other.start - change.one.start) >= NOTABLE


def _figures(
    plan: Mapping[str, Any],
    stops: Mapping[str, Placed],
    asked: Mapping[str, Asked],
    numbers: Sequence[str],
    day_ends: datetime,
) -> Figures:
    missed = [asked[number].missed(stops.get(number), day_ends) for number in numbers]
    return Figures(
        len(stops),
        sum(number not in stops for number in numbers),
        sum(route["drive_s"] for route in plan["routes"]),
        sum(route["overtime_s"] for route in plan["routes"]),
        {kind: sum(kind in one for one in missed) for kind in KINDS},
    )


def _people(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    first: Mapping[str, Placed],
    second: Mapping[str, Placed],
) -> tuple[PersonChange, ...]:
    days = [_days(one), _days(other)]
    found = []
    for technician in sorted(days[0].keys() | days[1].keys()):
        had = [number for number, stop in first.items() if stop.technician == technician]
        has = [number for number, stop in second.items() if stop.technician == technician]
        found.append(
            PersonChange(
                technician,
                days[0].get(technician, PersonDay()),
                days[1].get(technician, PersonDay()),
                tuple(number for number in has if number not in had),
                tuple(number for number in had if number not in has),
            )
        )
    return tuple(found)


def _days(plan: Mapping[str, Any]) -> dict[str, PersonDay]:
    """A technician with two shifts has two routes."""
    found: dict[str, PersonDay] = {}
    for route in plan["routes"]:
        before = found.get(route["technician"], PersonDay())
        back = _instant(route["back"])
        found[route["technician"]] = PersonDay(
            before.stops + sum(visit["order"] is not None for visit in route["visits"]),
            before.drive_s + route["drive_s"],
            before.overtime_s + route["overtime_s"],
            max((at for at in (before.back, back) if at is not None), default=None),
        )
    return found
