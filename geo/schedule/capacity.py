"""Hours of work against hours of technicians, by day, zone and skill, for some weeks ahead.

Work that is known stands on the day of its route, its appointment or its due time; what is overdue on the
first day. What is still to come is expected: as much as that weekday usually had in that zone and of that
kind, less what is known already. Hours are planned time on site and a drive to each stop.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.schedule.states import BEGUN, WITH_TABLET
from workorders.catalogue import order_type_of
from workorders.judgement.lifecycle import State
from workorders.tables import Order, PlanRun, Premise, ServicePoint, Shift, Technician

WEEKS_BACK = 4
"""The weeks by which the weekdays to come are judged."""
USUAL_DRIVE_S = 8 * 60
"""A drive to a stop before any plan says how long they are."""
WANTED = frozenset(
    {State.APPROVED, State.SCHEDULED, State.UNABLE, State.RECALLED, State.ASSIGNED, *WITH_TABLET, *BEGUN}
)
"""Somebody is to go there. What is on hold may never be worked."""

ZoneId = int | None


@dataclass(frozen=True, slots=True)
class KnownWork:
    """An open order as capacity counts it. `day` None: it may be done on any day.

    `why`: route | appointment | due | overdue | any.
    """

    number: str
    zone: ZoneId
    type: str
    minutes: int
    day: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Supply:
    """What one technician has of a day, in seconds without the break."""

    zone: ZoneId
    skills: frozenset[str]
    day: date
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """A day of some zone and skill: seconds of work known and expected, and of technicians."""

    known_s: float = 0
    expected_s: float = 0
    available_s: float = 0
    orders: int = 0

    @property
    def needed_s(self) -> float:
        """Known and expected."""
        return self.known_s + self.expected_s

    @property
    def share(self) -> float | None:
        """Needed of available, 1 is full; None when nobody works that day."""
        return self.needed_s / self.available_s if self.available_s else None

    @property
    def level(self) -> str:
        """none | low | high | over: nothing there, room left, nearly full (85 %), too much."""
        if not self.needed_s and not self.available_s:
            return "none"
        if self.share is None or self.share > 1:
            return "over" if self.needed_s else "low"
        return "high" if self.share > 0.85 else "low"


@dataclass(frozen=True, slots=True)
class Capacity:
    """Everything that capacity is counted from, for `days` from `first`. `drive_s`: to each stop."""

    first: date
    days: int
    known: Sequence[KnownWork]
    usual: Mapping[tuple[ZoneId, str, int], tuple[float, float]]
    """(zone, type, weekday) → planned minutes and stops that such a day usually had."""
    supply: Sequence[Supply]
    drive_s: float

    def dates(self) -> list[date]:
        """The days."""
        return [self.first + timedelta(days=n) for n in range(self.days)]

    def loads(self, zones: frozenset[ZoneId] | None = None, skill: str | None = None) -> list[Load]:
        """A load for each day, of the work in these zones that asks for the skill; None: of all."""
        known: defaultdict[date, float] = defaultdict(float)
        of_kind: defaultdict[tuple[date, ZoneId, str], float] = defaultdict(float)
        orders: Counter[date] = Counter()
        for work in self.known:
            if work.day is not None and _concerns(work.zone, work.type, zones, skill):
                seconds = 60 * work.minutes + self.drive_s
                known[work.day] += seconds
                of_kind[work.day, work.zone, work.type] += seconds
                orders[work.day] += 1
        expected = self._expected(of_kind, zones, skill)
        available: defaultdict[date, float] = defaultdict(float)
        for one in self.supply:
            if (zones is None or one.zone in zones) and (skill is None or skill in one.skills):
                available[one.day] += one.seconds
        return [Load(known[day], expected[day], available[day], orders[day]) for day in self.dates()]

    def _expected(
        self,
        known: Mapping[tuple[date, ZoneId, str], float],
        zones: frozenset[ZoneId] | None,
        skill: str | None,
    ) -> defaultdict[date, float]:
        """What is usual on the weekday and not known yet; to the first day, which is under way, nothing."""
        found: defaultdict[date, float] = defaultdict(float)
        for (zone, kind, weekday), (minutes, stops) in self.usual.items():
            if not _concerns(zone, kind, zones, skill):
                continue
            usual = 60 * minutes + self.drive_s * stops
            for day in self.dates()[1:]:
                if day.weekday() == weekday:
                    found[day] += max(0.0, usual - known.get((day, zone, kind), 0.0))
        return found


def _concerns(zone: ZoneId, kind: str, zones: frozenset[ZoneId] | None, skill: str | None) -> bool:
    return (zones is None or zone in zones) and (skill is None or skill in order_type_of(kind).skills)


def load_capacity(session: Session, first: date, days: int, *, timezone: str, now: datetime) -> Capacity:
    """Read `days` days from `first`, the district's day at `now`."""
    return Capacity(
        first,
        days,
        known_work(session, first, days, timezone=timezone),
        _usual(session, first),
        _supply(session, first, days, now=now),
        _drive(session),
    )


def known_work(session: Session, first: date, days: int, *, timezone: str) -> list[KnownWork]:
    """Every open order that somebody is to go to in these days, or on any day."""
    query = (
        select(
            Order.number,
            Premise.zone_id,
            Order.type,
            Order.planned_minutes,
            Order.technician_id,
            Order.route_day,
            Order.appointment_from,
            Order.due_until,
        )
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(Order.state.in_(sorted(WANTED)))
    )
    zone, last = ZoneInfo(timezone), first + timedelta(days=days - 1)
    found = []
    for row in session.execute(query):
        routed = row.route_day if row.technician_id is not None else None
        day, why = day_of_work(routed, row.appointment_from, row.due_until, first=first, zone=zone)
        if day is None or day <= last:
            found.append(KnownWork(row.number, row.zone_id, row.type, row.planned_minutes, day, why))
    return found


def day_of_work(
    routed: date | None,
    appointment: datetime | None,
    due: datetime | None,
    *,
    first: date,
    zone: ZoneInfo,
) -> tuple[date | None, str]:
    """The day that an order takes time of, and why."""
    if routed is not None and routed >= first:
        return routed, "route"
    for at, why in ((appointment, "appointment"), (due, "due")):
        if at is not None:
            day = at.astimezone(zone).date()
            return (first, "overdue") if day < first else (day, why)
    # A route of a day that has passed: it is still to be done.
    return (first, "overdue") if routed is not None else (None, "any")


def _usual(session: Session, first: date) -> dict[tuple[ZoneId, str, int], tuple[float, float]]:
    """What the routes of the last weeks had, as an average day of each weekday."""
    query = (
        select(
            Order.route_day,
            Premise.zone_id,
            Order.type,
            func.sum(Order.planned_minutes),
            func.count(Order.number),
        )
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(
            Order.route_day >= first - timedelta(weeks=WEEKS_BACK),
            Order.route_day < first,
            Order.technician_id.is_not(None),
            Order.state.not_in([State.CANCELLED, State.SUPERSEDED]),
        )
        .group_by(Order.route_day, Premise.zone_id, Order.type)
    )
    sums: defaultdict[tuple[ZoneId, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for day, zone, kind, minutes, count in session.execute(query):
        if day is None:
            continue
        of = sums[zone, kind, day.weekday()]
        of[0] += minutes / WEEKS_BACK
        of[1] += count / WEEKS_BACK
    return {key: (minutes, stops) for key, (minutes, stops) in sums.items()}


def _supply(session: Session, first: date, days: int, *, now: datetime) -> list[Supply]:
    query = (
        select(Technician.zone_id, Technician.skills, Shift)
        .join(Shift, Shift.technician_id == Technician.id)
        .where(Technician.active, Shift.day >= first, Shift.day < first + timedelta(days=days))
    )
    return list(_left(session.execute(query).all(), now))


def _left(rows: Iterable[tuple[ZoneId, list[str], Shift]], now: datetime) -> Iterable[Supply]:
    """What is left of each shift; its break is counted as taken once half of it is over."""
    for zone, skills, shift in rows:
        begins = max(shift.starts_at, now)
        pause = (
            shift.break_minutes * 60
            if begins < shift.starts_at + (shift.ends_at - shift.starts_at) / 2
            else 0
        )
        seconds = (shift.ends_at - begins).total_seconds() - pause
        if seconds > 0:
            yield Supply(zone, frozenset(skills), shift.day, seconds)


def _drive(session: Session) -> float:
    """The drive to a stop in the newest plan that has some."""
    query = select(PlanRun.result).where(PlanRun.state.in_(("ready", "used"))).order_by(PlanRun.id.desc())
    result = session.scalars(query.limit(1)).first()
    if not result or not result.get("served"):
        return USUAL_DRIVE_S
    return float(result["drive_s"]) / float(result["served"])
