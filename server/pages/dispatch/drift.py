"""How late a technician's day has become, and what that breaks further on. Pure.

A stop that has not begun by its time, or takes longer than planned, pushes the ones after it. What lies
between two stops in the plan is driving and slack; the drive stays, the slack takes delay away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.schedule.states import BEGUN, DONE

NOTABLE = timedelta(minutes=15)
"""A technician this late drifts; less comes and goes with every stop."""


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop of a day as the plan has it and as far as it has come; `minutes` on site by the plan."""

    number: str
    state: str
    planned_start: datetime | None
    minutes: int
    begun_at: datetime | None = None
    appointment_until: datetime | None = None
    due_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """When a stop will begin and end as things stand; `breaks` names what was promised, if it comes late."""

    number: str
    start: datetime
    end: datetime
    breaks: str | None
    """appointment | promise."""
    promised: datetime | None
    """What it comes too late for."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How much later than planned the next stop begins (or ends, when it is under way), and what follows."""

    late: timedelta
    stops: tuple[Expected, ...]

    @property
    def late_minutes(self) -> int:
        """Whole minutes."""
        return round(self.late / timedelta(minutes=1))

    @property
    def notable(self) -> bool:
        """Somebody should look."""
        return self.late >= NOTABLE or bool(self.broken)

    @property
    def broken(self) -> tuple[Expected, ...]:
        """The stops that come too late for what was promised."""
        return tuple(stop for stop in self.stops if stop.breaks)


def left_over(states: Iterable[str], shift_ends: datetime | None, *, now: datetime) -> int:
    """How many stops stay open though the shift is over; 0 as long as it lasts, or somebody works on.

    `states` of the day's stops. Those left over do not run late by ever more minutes: nobody comes today.
    A dispatcher moves them.
    """
    open_states = [state for state in states if state not in DONE]
    if shift_ends is None or now < shift_ends or not BEGUN.isdisjoint(open_states):
        return 0
    return len(open_states)


def drift(
    stops: Sequence[PlannedStop],
    drives: Mapping[str, int],
    *,
    now: datetime,
    shift_ends: datetime | None = None,
) -> Drift | None:
    """What the rest of a day looks like; None when nothing with a time is left, or all that is is left over.

    `stops` in the order of the route; `drives` has the seconds of the drive to a stop where the way is known.
    Where it is not, all that lies between two stops in the plan is taken for driving.
    """
    if left_over((stop.state for stop in stops), shift_ends, now=now):
        return None
    left = [(stop, at) for stop in stops if stop.state not in DONE and (at := stop.planned_start) is not None]
    # Whoever is on site finishes there first, whatever the plan says.
    left.sort(key=lambda one: one[0].state not in BEGUN)
    free, planned_free = now, None
    expected: list[Expected] = []
    late = timedelta(0)
    for stop, planned in left:
        length = timedelta(minutes=stop.minutes)
        if stop.begun_at is not None:
            start, end = stop.begun_at, max(stop.begun_at + length, now)
        else:
            start = max(planned, free + _between(stop.number, planned, planned_free, drives))
            end = start + length
        if not expected:
            late = max(end - (planned + length), timedelta(0))
        expected.append(_expected(stop, start, end))
        free, planned_free = end, planned + length
    return Drift(late, tuple(expected)) if expected else None


def _between(
    number: str, planned: datetime, planned_free: datetime | None, drives: Mapping[str, int]
) -> timedelta:
    """The drive to a stop; nothing for the first, which could be reached at any moment now."""
    if planned_free is None:
        return timedelta(0)
    if number in drives:
        return timedelta(seconds=drives[number])
    return max(planned - planned_free, timedelta(0))


def _expected(stop: PlannedStop, start: datetime, end: datetime) -> Expected:
    if stop.appointment_until is not None and stop.begun_at is None and start > stop.appointment_until:
        return Expected(stop.number, start, end, "appointment", stop.appointment_until)
    if stop.appointment_until is None and stop.due_until is not None and end > stop.due_until:
        return Expected(stop.number, start, end, "promise", stop.due_until)
    return Expected(stop.number, start, end, None, None)
