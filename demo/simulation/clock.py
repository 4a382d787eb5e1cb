"""Simulated time: a clock that stands still between moments, and the agenda of what is due."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""Midnight of a Monday in Chicago: cuts are allowed from Monday to Thursday, until three in the afternoon."""


class Clock:
    """What everybody but a tablet with a wrong clock calls now."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float = 1.0) -> datetime:
        """A moment passes; the new now."""
        self.now += timedelta(seconds=seconds)
        return self.now

    @property
    def day(self) -> int:
        """Days since the start, from 0."""
        return (self.now - START).days


class Agenda:
    """A heap of due moments. Of two at one instant the one that was noted first comes first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._noted = 0

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Note what is to happen at an instant, now at the earliest."""
        self._noted += 1
        heapq.heappush(self._due, (max(when, self._clock.now), self._noted, act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Note what is to happen so many seconds from now."""
        self.at(self._clock.now + timedelta(seconds=seconds), act)

    def run_until(self, end: datetime) -> None:
        """Let everything happen that is due before `end`, in order of time."""
        while self._due and self._due[0][0] < end:
            when, _, act = heapq.heappop(self._due)
            # An act may itself have taken time beyond the next one's moment.
            self._clock.now = max(self._clock.now, when)
            act()
        self._clock.now = max(self._clock.now, end)
