"""What moving stops into a technician's day would break: skills, promises, the end of the shift. Pure.

Times are made as the day itself makes them after a move by hand (geo.schedule.ways): a stop begins after the
one before it and the drive, not before its appointment; what lies before the moved stops keeps its plan.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.schedule.states import BEGUN

Place = tuple[float, float]
"""Longitude and latitude in degrees."""
Drive = Callable[[Place, Place], timedelta | None]
"""How long it takes from one place to another; None when no open street leads there."""


@dataclass(frozen=True, slots=True)
class LaneStop:
    """A stop that is still to be finished; `minutes` on site by the plan."""

    number: str
    type: str
    state: str
    at: Place
    minutes: int
    skills: tuple[str, ...] = ()
    planned_start: datetime | None = None
    begun_at: datetime | None = None
    appointment_from: datetime | None = None
    appointment_until: datetime | None = None
    due_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LaneDay:
    """A technician's day as far as it is still ahead: free from when on, from where and back to where.

    `leaves` and `home` None: nobody knows, so no drive is counted. `ends` is the shift's end; None without a
    shift. `stops` in the order of the route.
    """

    skills: frozenset[str]
    free: datetime
    leaves: Place | None
    home: Place | None
    ends: datetime | None
    stops: tuple[LaneStop, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """When a stop would begin and end. `breaks`: appointment | promise, when too late for `promised`."""

    stop: LaneStop
    start: datetime
    end: datetime
    breaks: str | None = None
    promised: datetime | None = None
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class MoveEffects:
    """What a move leads to. `over`: how long after the shift's end the technician would be back."""

    moved: tuple[Visit, ...]
    late: tuple[Visit, ...]
    """What comes too late because of it, the moved stops included."""
    lacking: tuple[tuple[str, str], ...]
    """(order, skill) that the technician has not."""
    unreachable: tuple[str, ...]
    ends: datetime | None
    over: timedelta

    @property
    def breaks(self) -> bool:
        """Somebody should think again."""
        return bool(self.late or self.lacking or self.unreachable or self.over or self.ends is None)


def move_effects(
    day: LaneDay, moved: Sequence[LaneStop], before: str, drive: Drive, *, now: datetime
) -> MoveEffects:
    """What follows when `moved` stand before the stop of that number, or at the day's end without one."""
    numbers = {stop.number for stop in moved}
    others = [stop for stop in day.stops if stop.number not in numbers]
    place = next((n for n, stop in enumerate(others) if stop.number == before), len(others))
    # Nobody is put before what is being worked.
    place = max(place, sum(stop.state in BEGUN for stop in others))
    kept = {stop.number for stop in others[:place]}
    there = [*others[:place], *moved, *others[place:]]
    as_is, back_as_is = _timed(day, day.stops, {stop.number for stop in day.stops}, drive, now)
    then, back = _timed(day, there, kept, drive, now)
    late_anyway = {visit.stop.number for visit in as_is if visit.breaks}
    return MoveEffects(
        tuple(visit for visit in then if visit.stop.number in numbers),
        tuple(visit for visit in then if visit.breaks and visit.stop.number not in late_anyway),
        tuple((stop.number, skill) for stop in moved for skill in stop.skills if skill not in day.skills),
        tuple(visit.stop.number for visit in then if visit.unreachable and visit.stop.number in numbers),
        day.ends,
        _over(day.ends, back, back_as_is),
    )


def _over(ends: datetime | None, back: datetime, before: datetime) -> timedelta:
    """How long after the end, unless it is so already without the move."""
    if ends is None or back <= max(ends, before):
        return timedelta(0)
    return back - ends


def _timed(
    day: LaneDay, stops: Sequence[LaneStop], kept: Collection[str], drive: Drive, now: datetime
) -> tuple[list[Visit], datetime]:
    """Each stop's times, and when the technician is back. `kept`: the stops whose planned times hold."""
    visits: list[Visit] = []
    free, at = day.free, day.leaves
    for stop in stops:
        way = drive(at, stop.at) if at is not None else timedelta(0)
        begun = stop.state in BEGUN
        start = (stop.begun_at or now) if begun else free + (way or timedelta(0))
        if not begun:
            planned = stop.planned_start if stop.number in kept else None
            start = max(time for time in (start, planned, stop.appointment_from) if time is not None)
        end = start + timedelta(minutes=stop.minutes)
        if begun:
            end = max(end, now)
        visits.append(_judged(stop, start, end, begun=begun, now=now, unreachable=way is None and not begun))
        free, at = end, stop.at
    last = drive(at, day.home) if at is not None and day.home is not None else None
    return visits, free + (last or timedelta(0))


def _judged(
    stop: LaneStop, start: datetime, end: datetime, *, begun: bool, now: datetime, unreachable: bool
) -> Visit:
    """What was due before now nobody can keep any more, so no move breaks it."""
    appointment, due = stop.appointment_until, stop.due_until
    if appointment is not None:
        if not begun and now <= appointment < start:
            return Visit(stop, start, end, "appointment", appointment, unreachable)
    elif due is not None and now <= due < end:
        return Visit(stop, start, end, "promise", due, unreachable)
    return Visit(stop, start, end, unreachable=unreachable)
