"""The dispatcher: what came back is decided, what is open is given out and routed, urgent work goes first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.month.stage import DISPATCHER, Month
from workorders.catalogue import order_type_of
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.tables import Assignment, Order, Premise, ServicePoint, Technician
from workorders.usecases.orders.assignment import assign_order, set_route
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import approve, close_order

SHIFT_MINUTES = 360
TRAVEL_MINUTES = 6
PACE = 0.6
TRIES = 2
"""Visits after which an order that could not be done is given up."""
CUT = "disconnect_np"
RESTORING = frozenset({"reconnect", "turn_on"})
"""Somebody waits for these without service: they are never given up."""
CUT_DAYS = frozenset({0, 1, 2, 3})
READY = (State.APPROVED, State.SCHEDULED, State.RECALLED, State.REQUESTED)


@dataclass(slots=True)
class Truck:
    """A technician's day as the dispatcher fills it."""

    technician: str
    skills: frozenset[str]
    zone: int | None
    minutes: int = SHIFT_MINUTES
    stops: list[str] = field(default_factory=list)


def decide_returned(month: Month) -> None:
    """Orders that could not be done go out again, or are given up after TRIES visits; rejected ones close."""

    def act(session: Session) -> None:
        rows = session.execute(
            select(Order.number, Order.type, Order.state, Order.outcome)
            .where(Order.state.in_((State.UNABLE, State.REJECTED)))
            .order_by(Order.number)
        ).all()
        visits = _visits(session, [row.number for row in rows])
        for number, kind, state, outcome in rows:
            if state == State.REJECTED:
                month.attempt(session, "close", close_order, number, reason="decided", actor=DISPATCHER)
            elif kind in RESTORING or (visits.get(number, 0) < TRIES and not month.is_last):
                month.attempt(session, "again", approve, number, reason="send again", actor=DISPATCHER)
                month.tally["sent_again"] += 1
            elif kind == CUT:
                why = "could not be done"
                month.attempt(session, "give up", cancel_order, number, reason=why, actor=DISPATCHER)
            else:
                why = f"could not be done: {outcome}"
                month.attempt(session, "close", close_order, number, reason=why, actor=DISPATCHER)

    month.do(act)


def give_out(month: Month, trucks: Sequence[Truck], *, urgent: bool = False) -> None:
    """Give open orders to crews by zone and room, near ones after one another; `urgent`: reconnects only."""
    month.act(_give_out, trucks, urgent=urgent)


def trucks(month: Month, *, minutes: int = SHIFT_MINUTES) -> list[Truck]:
    """The crews that can be reached today."""
    with month.sessions() as session:
        people = session.scalars(select(Technician).where(Technician.active).order_by(Technician.id)).all()
    reached = [one for one in people if month.tablets[one.id].signal_on is None]
    return [Truck(one.id, frozenset(one.skills), one.zone_id, minutes) for one in reached]


def _give_out(month: Month, session: Session, crews: Sequence[Truck], *, urgent: bool) -> None:
    by_name = {one.technician: one for one in crews}
    left_over, waiting = _open_orders(month, session, urgent=urgent)
    for order, _ in left_over:
        truck = by_name.get(order.technician_id or "")
        if truck is not None and truck.minutes > 0:
            _load(truck, order)
    for order, zone in waiting:
        truck = _truck_for(crews, order, zone)
        if truck is not None:
            _load(truck, order)
    for truck in crews:
        _route(month, session, truck, urgent=urgent)


def _open_orders(
    month: Month, session: Session, *, urgent: bool
) -> tuple[list[tuple[Order, int | None]], list[tuple[Order, int | None]]]:
    """Orders left from the days before with whoever has them, and those that nobody has."""
    query = (
        select(Order, Premise)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .order_by(Order.priority.desc(), Premise.zone_id, Order.number)
    )
    if urgent:
        query = query.where(Order.state.in_(READY), Order.priority >= 90)
        return [], [(order, premise.zone_id) for order, premise in session.execute(query)]
    rows = session.execute(query.where(Order.state.in_((*READY, *IN_FIELD, State.ASSIGNED)))).all()
    tonight, cutting = month.at(23, 59), month.today.weekday() in CUT_DAYS and month.now < month.at(13)
    due = [(o, p) for o, p in rows if o.due_from is None or o.due_from <= tonight]
    due = [(o, p) for o, p in due if o.type != CUT or cutting]
    due.sort(
        key=lambda row: (
            -row[0].priority,
            row[1].zone_id or 0,
            round(row[1].position.x, 3),
            row[1].position.y,
        )
    )
    held = [
        (o, p.zone_id) for o, p in due if o.state in IN_FIELD and o.route_day and o.route_day < month.today
    ]
    return held, [(o, p.zone_id) for o, p in due if o.state in READY or o.state == State.ASSIGNED]


def _truck_for(crews: Iterable[Truck], order: Order, zone: int | None) -> Truck | None:
    able = [one for one in crews if one.minutes > 0 and set(order_type_of(order.type).skills) <= one.skills]
    own = [one for one in able if one.zone == zone]
    return max(own or able, key=lambda one: one.minutes, default=None)


def _load(truck: Truck, order: Order) -> None:
    truck.stops.append(order.number)
    truck.minutes -= TRAVEL_MINUTES + max(3, round(order.planned_minutes * PACE))


def _route(month: Month, session: Session, truck: Truck, *, urgent: bool) -> None:
    """The whole route at once; when something speaks against one of its orders, each by itself."""
    if not truck.stops:
        return
    first = 100 if urgent else 1
    by = {"actor": DISPATCHER, "first": first}
    made = month.attempt(session, "route", set_route, truck.technician, month.today, truck.stops, **by)
    if made is not None:
        month.tally["dispatched"] += len(made)
        return
    for place, number in enumerate(truck.stops, first):
        given = month.attempt(
            session,
            "assign",
            assign_order,
            number,
            truck.technician,
            route_day=month.today,
            sequence=place,
            actor=DISPATCHER,
        )
        if given is not None:
            month.tally["dispatched"] += 1
        elif session.get_one(Order, number).type == CUT:
            why = "the rules speak against it today"
            month.attempt(session, "call off", cancel_order, number, reason=why, actor=DISPATCHER)


def _visits(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for number in session.scalars(
        select(Assignment.order_number).where(Assignment.order_number.in_(numbers))
    ):
        found[number] += 1
    return dict(found)
