"""What every part of the month stands on: the database, the time that is played, chance, tallies."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from demo.month.tablet import Tablet
from sync.stores.contract import DocumentStore
from workorders.problems import Problem
from workorders.usecases.lost_races import in_transaction

T = TypeVar("T")
WORKING_WEEK = 5
CSR, DISPATCHER, CASHIER, SUPERVISOR = "csr", "dispatcher", "cashier", "supervisor"
"""Names of the people: the demo's sign-ins. The second who counts money is the supervisor."""


@dataclass(slots=True)
class Month:
    """One run. `today` and `now` are played, never the machine's."""

    sessions: sessionmaker[Session]
    store: DocumentStore
    zone: ZoneInfo
    seed: int
    days: tuple[date, ...]
    """The working days, in order."""
    accounts: int
    now: datetime
    tablets: dict[str, Tablet] = field(default_factory=dict)
    """By technician."""
    spent: list[Tablet] = field(default_factory=list)
    """Tablets that were lost and replaced."""
    tally: Counter[str] = field(default_factory=Counter)
    """What people and tablets did, counted where they did it."""
    refused: Counter[str] = field(default_factory=Counter)
    """Problems that use cases answered, by the verb and the problem's code."""
    agenda: dict[date, list[Any]] = field(default_factory=dict)
    """What customers have made up their minds to pay, by day (demo.month.habits.Intent)."""
    asking: list[str] = field(default_factory=list)
    """Accounts whose customers ask for time, or show what protects them."""
    broken: dict[date, list[tuple[str, int]]] = field(default_factory=dict)
    """Arrangements that will not be kept, as (account, hold), by the day on which that shows."""
    gaps: set[str] = field(default_factory=set)
    """Technicians with a receipt number that was lost, so that somebody must explain it."""
    credited: set[str] = field(default_factory=set)
    """Deposits that a statement has shown."""
    bouncing: list[tuple[str, int]] = field(default_factory=list)
    """Checks on their way back from the bank: (number, cents)."""
    returned: list[int] = field(default_factory=list)
    """Notices whose mail is on its way back."""
    paid: dict[str, int] = field(default_factory=dict)
    """Cents of every payment that somebody saw posted, by its id: for the auditor."""
    closing: dict[str, int] = field(default_factory=dict)
    """Length of each worklist when the month is over."""
    lists: dict[str, list[int]] = field(default_factory=dict)
    """Length of each worklist at noon of each day."""

    @property
    def today(self) -> date:
        """The day in the district."""
        return self.now.astimezone(self.zone).date()

    @property
    def place(self) -> int:
        """Which working day it is, from 0."""
        return self.days.index(self.today)

    @property
    def is_last(self) -> bool:
        """No working day follows."""
        return self.today == self.days[-1]

    def at(self, hour: int, minute: int = 0) -> datetime:
        """An instant of today, on the district's clocks."""
        return datetime.combine(self.today, time(hour, minute), self.zone)

    def clock(self) -> datetime:
        """What use cases read as the time."""
        return self.now

    def rng(self, *topic: object) -> random.Random:
        """Chance for a topic of today: another one more or less elsewhere changes nothing here."""
        return random.Random(f"{self.seed} {self.today} {topic}")  # noqa: S311 - a played month must repeat

    def do(self, act: Callable[[Session], T]) -> T:
        """`act` in a transaction of its own."""
        return in_transaction(self.sessions, act)

    def act(self, what: Callable[..., T], *given: object, **named: object) -> T:
        """`what(month, session, *given, **named)` in a transaction of its own."""
        return self.do(lambda session: what(self, session, *given, **named))

    def attempt(
        self, session: Session, verb: str, act: Callable[..., T], *given: object, **named: object
    ) -> T | None:
        """`act(session, *given, now=…, **named)` in a savepoint.

        A Problem undoes only it, is counted under `verb`, and answers None.
        """
        try:
            with session.begin_nested():
                return act(session, *given, now=self.now, **named)
        except Problem as problem:
            self.refused[f"{verb}: {problem.code}"] += 1
            return None

    def quota(self, name: str, per_thousand: float, *, least: int = 1, until: int = 0) -> int:
        """How many of something today: `per_thousand` accounts a day, at least `least` in the month.

        Spread evenly; none on the last `until` working days.
        """
        days = max(len(self.days) - until, 1)
        if self.place >= days:
            return 0
        wanted = max(least, round(per_thousand * self.accounts * days / 1000))
        shift = self.seeded_share(name)
        return int((self.place + 1) * wanted / days + shift) - int(self.place * wanted / days + shift)

    def seeded_share(self, name: str) -> float:
        """From 0 to below 1, the same all month, so that what is rare does not all fall on one day."""
        return random.Random(f"{self.seed} {name}").random() * 0.999  # noqa: S311 - as above


def working_days(first: date, count: int) -> tuple[date, ...]:
    """`count` weekdays from `first` on."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() < WORKING_WEEK:
            found.append(day)
        day += timedelta(days=1)
    return tuple(found)
