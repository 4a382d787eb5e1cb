"""What a dispatcher should look at now, by rule: late technicians, promises that break, silent tablets,
emergencies that nobody has seen, and recalls whose fate is unknown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.schedule.states import BEGUN, DONE
from server.pages.dispatch.called_off import CalledOff, called_off
from server.pages.dispatch.drift import Drift, PlannedStop, drift, left_over
from server.pages.dispatch.filters import GROUPS
from server.tablets import last_heard, unsent_reports
from workorders.judgement.lifecycle import State
from workorders.tables import Order, OrderEvent, RouteWay, Shift, Technician

SILENT = timedelta(minutes=60)
"""A tablet in a shift that was not heard for so long."""
UNSEEN = timedelta(minutes=5)
"""An emergency that lies on a tablet for so long without being acknowledged."""
EMERGENCY = 100
"""Priority from which an order is an emergency."""
MOST = 20
"""Emergencies shown at once."""


@dataclass(frozen=True, slots=True)
class Late:
    """A technician who drifts late."""

    technician: str
    name: str
    drift: Drift


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A technician whose shift ended at `ended` with `count` stops still open."""

    technician: str
    name: str
    ended: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A tablet nobody has heard in its technician's shift, and the reports that it has not sent."""

    technician: str
    name: str
    heard: datetime | None
    unsent: int


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency nobody has, or that its technician has not seen since `since`."""

    number: str
    type: str
    technician: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """Everything to look at, each kind by urgency."""

    emergencies: Sequence[Emergency]
    late: Sequence[Late]
    left_over: Sequence[LeftOver]
    called_off: Sequence[CalledOff]
    silent: Sequence[Silent]

    @property
    def count(self) -> int:
        """How many there are."""
        kinds = (self.emergencies, self.late, self.left_over, self.called_off, self.silent)
        return sum(map(len, kinds))


def alerts(session: Session, today: date, *, now: datetime) -> Alerts:
    """What stands out at `now` on the district's day `today`."""
    people = session.execute(
        select(Technician.id, Technician.name)
        .where(Technician.active)
        .order_by(Technician.name, Technician.id)
    )
    names = dict(people.all())
    stops = _stops(session, today)
    shifts = shifts_of(session, today)
    ends = shift_ends(shifts)
    found = drifts(session, today, stops, ends, now=now)
    late = [Late(one, names[one], of) for one, of in found.items() if of.notable and one in names]
    return Alerts(
        _emergencies(session, names, now=now),
        sorted(late, key=lambda one: (-len(one.drift.broken), -one.drift.late, one.name)),
        _left_over(names, stops, ends, now=now),
        called_off(session, today),
        _silent(session, shifts, names, stops, now=now),
    )


def shifts_of(session: Session, day: date) -> list[tuple[str, datetime, datetime]]:
    """(technician id, from, until) of every shift of the day."""
    query = select(Shift.technician_id, Shift.starts_at, Shift.ends_at).where(Shift.day == day)
    return [(one, since, until) for one, since, until in session.execute(query)]


def shift_ends(shifts: Sequence[tuple[str, datetime, datetime]]) -> dict[str, datetime]:
    """Technician id → when the last of these shifts ends."""
    ends: dict[str, datetime] = {}
    for technician, _, until in shifts:
        ends[technician] = max(until, ends.get(technician, until))
    return ends


def drifts(
    session: Session,
    today: date,
    stops: Mapping[str, Sequence[PlannedStop]],
    ends: Mapping[str, datetime],
    *,
    now: datetime,
) -> dict[str, Drift]:
    """Technician id → how late the day has become, of everybody who has a timed stop left.

    `ends` as `shift_ends` answers it.
    """
    drives = {
        technician: dict(zip(numbers, seconds, strict=False))
        for technician, numbers, seconds in session.execute(
            select(RouteWay.technician_id, RouteWay.stops, RouteWay.drive_seconds).where(
                RouteWay.day == today
            )
        )
    }
    worked = {
        one: drift(of, drives.get(one, {}), now=now, shift_ends=ends.get(one)) for one, of in stops.items()
    }
    return {one: found for one, found in worked.items() if found is not None}


def _stops(session: Session, today: date) -> dict[str, list[PlannedStop]]:
    """The stops of the day by technician, in the order of the route."""
    columns = select(
        Order.technician_id,
        Order.number,
        Order.state,
        Order.planned_start,
        Order.planned_minutes,
        Order.appointment_until,
        Order.due_until,
    )
    rows = session.execute(
        columns.where(Order.route_day == today, Order.technician_id.is_not(None))
        .where(Order.state.not_in([State.CANCELLED, State.SUPERSEDED]))
        .order_by(Order.technician_id, Order.sequence.is_(None), Order.sequence, Order.number)
    ).all()
    begun = _begun(session, [row.number for row in rows if row.state in BEGUN])
    found: defaultdict[str, list[PlannedStop]] = defaultdict(list)
    for row in rows:
        found[row.technician_id].append(
            PlannedStop(
                row.number,
                row.state,
                row.planned_start,
                row.planned_minutes,
                begun.get(row.number),
                row.appointment_until,
                row.due_until,
            )
        )
    return found


def _begun(session: Session, numbers: Sequence[str]) -> dict[str, datetime]:
    query = (
        select(OrderEvent.order_number, func.min(OrderEvent.at))
        .where(OrderEvent.order_number.in_(numbers), OrderEvent.kind.in_(("on_site", "started")))
        .group_by(OrderEvent.order_number)
    )
    return dict(session.execute(query).all())


def _left_over(
    names: Mapping[str, str],
    stops: Mapping[str, Sequence[PlannedStop]],
    ends: Mapping[str, datetime],
    *,
    now: datetime,
) -> list[LeftOver]:
    counts = {
        one: left_over((stop.state for stop in of), ends.get(one), now=now)
        for one, of in stops.items()
        if one in names
    }
    found = [LeftOver(one, names[one], ends[one], count) for one, count in counts.items() if count]
    return sorted(found, key=lambda one: (-one.count, one.name))


def _silent(
    session: Session,
    shifts: Sequence[tuple[str, datetime, datetime]],
    names: Mapping[str, str],
    stops: Mapping[str, Sequence[PlannedStop]],
    *,
    now: datetime,
) -> list[Silent]:
    on_shift = {technician for technician, since, until in shifts if since <= now < until}
    busy = [
        one for one in on_shift if one in names and any(stop.state not in DONE for stop in stops.get(one, ()))
    ]
    heard, unsent = last_heard(session, busy), unsent_reports(session, busy)
    silent = [one for one in busy if one in heard and now - heard[one] >= SILENT]
    silent.sort(key=lambda one: (heard[one], one))
    return [Silent(one, names[one], heard[one], unsent.get(one, 0)) for one in silent]


def _emergencies(session: Session, names: Mapping[str, str], *, now: datetime) -> list[Emergency]:
    to_assign = GROUPS["to_assign"][1]
    rows = session.execute(
        select(Order.number, Order.type, Order.state, Order.technician_id)
        .where(Order.state.in_(sorted({*to_assign, State.ASSIGNED, State.DISPATCHED})))
        .where(Order.priority >= EMERGENCY)
        .order_by(Order.number)
        .limit(MOST)
    ).all()
    sent = dict(
        session.execute(
            select(OrderEvent.order_number, func.max(OrderEvent.at))
            .where(OrderEvent.order_number.in_([row.number for row in rows]), OrderEvent.kind == "dispatched")
            .group_by(OrderEvent.order_number)
        ).all()
    )
    found = []
    for row in rows:
        since = sent.get(row.number) if row.state == State.DISPATCHED else None
        if since is None or now - since >= UNSEEN:
            name = names.get(row.technician_id) if row.technician_id else None
            found.append(Emergency(row.number, row.type, name, since))
    return found
