"""Technicians of a day: their stops, how far they are, and what their tablets have."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from geo.schedule.states import BEGUN, DONE
from server.tablets import last_heard, unsent_reports
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.queries.district import district_of
from workorders.queries.field_days import OnDuty, on_duty
from workorders.tables import Order, Outbox, RouteWay, ServicePoint, Shift, Technician

MOVABLE = frozenset({State.ASSIGNED, *IN_FIELD})


@dataclass(frozen=True, slots=True)
class Stop:
    """One order of the day. `in_outbox`: its newest change has not reached the technician's database."""

    order: Order
    in_outbox: bool

    @property
    def movable(self) -> bool:
        """It may still be put elsewhere in the route."""
        return self.order.state in MOVABLE


@dataclass(frozen=True, slots=True)
class TechnicianDay:
    """One technician on one day."""

    technician: Technician
    shift: Shift | None
    stops: tuple[Stop, ...]
    heard: datetime | None
    waiting_documents: int
    """Orders, routes and reference documents still in the outbox."""
    waiting_acks: int
    duty: OnDuty | None = None
    """What the technician's tablet last said of the day."""
    unsent: int = 0
    """Reports that the tablet had at its last sign-in and that have not arrived."""

    def count(self, *states: str) -> int:
        """Stops in any of these states."""
        return sum(stop.order.state in states for stop in self.stops)

    @property
    def seen(self) -> int:
        """Stops the tablet has confirmed, not yet begun."""
        return self.count(State.ACKNOWLEDGED)

    @property
    def sent(self) -> int:
        """Stops sent, which the tablet has not confirmed."""
        return self.count(State.DISPATCHED)

    @property
    def working(self) -> int:
        """Stops begun."""
        return self.count(*BEGUN)

    @property
    def done(self) -> int:
        """Stops visited to an end."""
        return self.count(*DONE)


@dataclass(frozen=True, slots=True)
class Way:
    """A technician's way as it is stored: the stops it leads through and its shape.

    Two of the same `version` are the same way.
    """

    version: Hashable
    stops: Sequence[str] = field(compare=False)
    geometry: Sequence[Sequence[float]] = field(compare=False)


def workdays(session: Session, day: date, *, only: Collection[str] | None = None) -> list[TechnicianDay]:
    """Everybody active, by name, with the stops of that day in the order of the route.

    `only`: of the technicians with these ids.
    """
    people = people_of(session, only=only)
    ids = [person.id for person in people]
    waiting = _waiting(session)
    stops: defaultdict[str, list[Stop]] = defaultdict(list)
    for order in _orders_of(session, day, only):
        if order.technician_id is not None:
            pending = order.number in waiting[order.technician_id, "order"]
            stops[order.technician_id].append(Stop(order, pending))
    shifts = {s.technician_id: s for s in session.scalars(select(Shift).where(Shift.day == day))}
    heard, unsent = last_heard(session, ids), unsent_reports(session, ids)
    begins = datetime.combine(day, time.min, ZoneInfo(district_of(session).timezone))
    duty = on_duty(session, ids, since=begins, until=begins + timedelta(days=1))
    return [
        TechnicianDay(
            technician=person,
            shift=shifts.get(person.id),
            stops=tuple(stops[person.id]),
            heard=heard.get(person.id),
            waiting_documents=sum(len(waiting[person.id, topic]) for topic in ("order", "route", "ref")),
            waiting_acks=len(waiting[person.id, "ack"]),
            duty=duty.get(person.id),
            unsent=unsent.get(person.id, 0),
        )
        for person in people
    ]


def people_of(session: Session, *, only: Collection[str] | None = None) -> Sequence[Technician]:
    """Everybody active, by name."""
    query = select(Technician).where(Technician.active).order_by(Technician.name, Technician.id)
    return session.scalars(query if only is None else query.where(Technician.id.in_(sorted(only)))).all()


def heard_only(session: Session, only: Collection[str], *, begins: datetime) -> list[TechnicianDay]:
    """What is known of these technicians' tablets, without their stops; `begins` is the start of the day."""
    people = people_of(session, only=only)
    ids = [person.id for person in people]
    heard, unsent = last_heard(session, ids), unsent_reports(session, ids)
    duty = on_duty(session, ids, since=begins, until=begins + timedelta(days=1))
    return [
        TechnicianDay(
            person, None, (), heard.get(person.id), 0, 0, duty.get(person.id), unsent.get(person.id, 0)
        )
        for person in people
    ]


def ways(session: Session, day: date, *, only: Collection[str] | None = None) -> dict[str, Way]:
    """The ways of that day by technician id, as far as they were found. `only`: of these technicians."""
    query = select(
        RouteWay.technician_id, RouteWay.computed_at, RouteWay.metres, RouteWay.stops, RouteWay.geometry
    ).where(RouteWay.day == day)
    if only is not None:
        query = query.where(RouteWay.technician_id.in_(sorted(only)))
    return {
        row.technician_id: Way(
            (row.technician_id, day, row.computed_at, row.metres, *row.stops), row.stops, row.geometry
        )
        for row in session.execute(query)
    }


def movable_numbers(session: Session, technician_id: str, day: date) -> list[str]:
    """The orders of a route that may still be put elsewhere, in its order."""
    query = (
        select(Order.number)
        .where(Order.technician_id == technician_id, Order.route_day == day, Order.state.in_(sorted(MOVABLE)))
        .order_by(Order.sequence.is_(None), Order.sequence, Order.number)
    )
    return list(session.scalars(query))


def _orders_of(session: Session, day: date, only: Collection[str] | None) -> list[Order]:
    whose = Order.technician_id.is_not(None) if only is None else Order.technician_id.in_(sorted(only))
    query = (
        select(Order)
        .where(Order.route_day == day, whose)
        .where(Order.state.not_in([State.CANCELLED, State.SUPERSEDED]))
        .options(joinedload(Order.service_point).joinedload(ServicePoint.premise))
        .order_by(Order.technician_id, Order.sequence.is_(None), Order.sequence, Order.number)
    )
    return list(session.scalars(query))


def _waiting(session: Session) -> defaultdict[tuple[str, str], set[str]]:
    """(technician, topic) → keys whose newest change is not published."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    query = select(Outbox.technician_id, Outbox.topic, Outbox.key).where(Outbox.is_waiting())
    for technician, topic, key in session.execute(query):
        found[technician, topic].add(key)
    return found


def outbox_waiting(session: Session) -> tuple[int, datetime | None]:
    """How many changes wait to be published, and since when the oldest does."""
    count, oldest = session.execute(
        select(func.count(Outbox.id), func.min(Outbox.created_at)).where(Outbox.is_waiting())
    ).one()
    return count, oldest
