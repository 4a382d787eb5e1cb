"""A day of technicians drawn along the clock: pure geometry of an SVG drawing, no I/O.

One unit of x is one minute. A stop is drawn from when it was begun, or is to begin by the plan, for as long
as it took or is planned to take; what overlaps stands in rows under one another. A stop that
nobody has timed stands behind those that are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from geo.schedule.states import BEGUN, DONE
from server.pages.dispatch.drift import Drift, left_over
from server.pages.dispatch.workdays import Stop, TechnicianDay
from workorders.catalogue import order_type_of
from workorders.tables import Order

ROW = 30
"""Height of a row of blocks."""
EDGE = timedelta(minutes=30)
"""Room before the first and after the last thing of the day."""
LEAST_MINUTES = 6
"""A shorter block could not be hit."""
GRACE = timedelta(minutes=5)
"""A start this much after its plan is not late."""


@dataclass(frozen=True, slots=True)
class Block:
    """One stop on the clock. `late_minutes` counts from the plan: begun late, or due and not begun."""

    order: Order
    x: float
    width: float
    row: int
    since: datetime
    until: datetime
    late_minutes: int
    past_due: bool
    """It ends, or is to end, after what was promised."""
    breaks: bool = False
    """As things stand it begins, or ends, too late for what was promised."""
    timed: bool = True
    """The plan or the technician says when; else it only follows what does."""

    @property
    def y(self) -> int:
        """The top of its row."""
        return self.row * ROW

    @property
    def skills(self) -> tuple[str, ...]:
        """What its technician must be able to do."""
        return order_type_of(self.order.type).skills

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Lane:
    """A technician's day: the shift as (x, width), the blocks, and stops that nobody has timed."""

    workday: TechnicianDay
    shift: tuple[float, float] | None
    blocks: tuple[Block, ...]
    untimed: int
    rows: int
    drift: Drift | None = None
    """How late the day has become; None for a day that is not today."""
    left_over: int = 0
    """Stops still open though the shift is over."""

    @property
    def height(self) -> int:
        """Of the drawing."""
        return self.rows * ROW

    @property
    def drives(self) -> list[tuple[float, float]]:
        """What lies between the blocks, as (x, width): on the road, or on a break."""
        ordered = sorted((one for one in self.blocks if one.timed), key=lambda one: one.x)
        return [(one.right, later.x - one.right) for one, later in pairwise(ordered) if later.x > one.right]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lanes of a day, the full hours as (x, instant), where now is, the width in minutes from `since`."""

    lanes: tuple[Lane, ...]
    hours: tuple[tuple[float, datetime], ...]
    now: float | None
    width: float
    since: datetime


def timeline(
    workdays: Sequence[TechnicianDay],
    begun: Mapping[str, datetime],
    *,
    now: datetime,
    drifts: Mapping[str, Drift] | None = None,
    within: tuple[datetime, float] | None = None,
) -> Timeline:
    """The drawing of these technicians' day; `begun` says when work on an order began, by its number.

    `drifts` by technician id. `within`: the first instant and the minutes of a drawing that these lanes are
    to fit; lanes that reach beyond it make a wider one.
    """
    spans = {stop.order.number: _span(stop.order, begun) for workday in workdays for stop in workday.stops}
    times = [at for span in spans.values() if span for at in span]
    times += [
        at for workday in workdays if workday.shift for at in (workday.shift.starts_at, workday.shift.ends_at)
    ]
    if not times:
        return Timeline(
            tuple(Lane(workday, None, (), len(workday.stops), 1) for workday in workdays),
            (),
            None,
            within[1] if within else 0,
            within[0] if within else now,
        )
    first = (min(times) - EDGE).replace(minute=0, second=0, microsecond=0)
    behind = (
        sum(_minutes(s.order) for s in workday.stops if spans[s.order.number] is None) for workday in workdays
    )
    last = max(times) + timedelta(minutes=max(behind, default=0)) + EDGE
    if within is not None:
        first, last = min(first, within[0]), max(last, within[0] + timedelta(minutes=within[1]))
    known = drifts or {}

    def x(at: datetime) -> float:
        return round((at - first) / timedelta(minutes=1), 1)

    def lane(workday: TechnicianDay) -> Lane:
        drift = known.get(workday.technician.id)
        return _lane(workday, spans, drift, x, otherwise=first + EDGE, now=now)

    count = int((last - first) / timedelta(hours=1)) + 1
    hours = tuple((60.0 * n, first + timedelta(hours=n)) for n in range(count))
    marked = x(now) if first <= now <= last else None
    return Timeline(tuple(map(lane, workdays)), hours, marked, x(last), first)


def _lane(
    workday: TechnicianDay,
    spans: Mapping[str, tuple[datetime, datetime] | None],
    drift: Drift | None,
    x: Callable[[datetime], float],
    *,
    otherwise: datetime,
    now: datetime,
) -> Lane:
    """`otherwise`: where untimed stops stand on a day that has neither a timed one nor a shift."""
    timed = [(stop, span) for stop in workday.stops if (span := spans[stop.order.number])]
    shift = workday.shift
    since = max((until for _, (_, until) in timed), default=shift.starts_at if shift else otherwise)
    untimed = [stop for stop in workday.stops if spans[stop.order.number] is None]
    states = (stop.order.state for stop in workday.stops)
    left = left_over(states, shift.ends_at if shift else None, now=now)
    broken = {one.number for one in drift.broken} if drift else set()
    blocks = _rows(
        [
            *(
                replace(_block(stop, span, x, now, ahead=not left), breaks=stop.order.number in broken)
                for stop, span in timed
            ),
            *_untimed(untimed, since, x),
        ]
    )
    return Lane(
        workday,
        (x(shift.starts_at), x(shift.ends_at) - x(shift.starts_at)) if shift else None,
        blocks,
        len(workday.stops) - len(timed),
        max((one.row for one in blocks), default=0) + 1,
        drift,
        left,
    )


def _minutes(order: Order) -> int:
    return max(order.planned_minutes, LEAST_MINUTES)


def _span(order: Order, begun: Mapping[str, datetime]) -> tuple[datetime, datetime] | None:
    length = timedelta(minutes=order.planned_minutes)
    started = begun.get(order.number)
    if order.finished_at is not None:
        return min(started or order.finished_at - length, order.finished_at), order.finished_at
    since = started or order.planned_start
    return (since, since + length) if since is not None else None


def _block(
    stop: Stop,
    span: tuple[datetime, datetime],
    x: Callable[[datetime], float],
    now: datetime,
    *,
    ahead: bool,
) -> Block:
    """`ahead`: what was not begun may still be begun that day."""
    order, (since, until) = stop.order, span
    late = timedelta(0)
    if order.planned_start is not None and (ahead or order.state in BEGUN | DONE):
        begins = since if order.state in BEGUN | DONE else max(now, order.planned_start)
        late = begins - order.planned_start
    promised = order.appointment_until or order.due_until
    left = x(since)
    return Block(
        order,
        left,
        max(x(until) - left, LEAST_MINUTES),
        0,
        since,
        until,
        round(late / timedelta(minutes=1)) if late > GRACE else 0,
        promised is not None and max(until, now if order.state not in DONE else until) > promised,
    )


def _untimed(stops: Sequence[Stop], since: datetime, x: Callable[[datetime], float]) -> Iterator[Block]:
    """One after the other behind what is timed; no drive is known between them."""
    for stop in stops:
        until = since + timedelta(minutes=_minutes(stop.order))
        yield Block(stop.order, x(since), x(until) - x(since), 0, since, until, 0, False, timed=False)
        since = until


def _rows(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Each in the first row in which nothing is in its way."""
    ends: list[float] = []
    placed = []
    for one in sorted(blocks, key=lambda block: (block.x, block.order.sequence or 0)):
        row = next((row for row, end in enumerate(ends) if end <= one.x), len(ends))
        ends[row : row + 1] = [one.right]
        placed.append(replace(one, row=row))
    return tuple(placed)
