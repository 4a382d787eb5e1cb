"""A move on the timeline: what it would break, asked before it is made, and its place in the day."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from geo.roads import RoadNetwork
from geo.schedule.states import DONE
from geo.schedule.work import first_free_place
from server.db import current_session
from server.networks import streets_on
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.lane_day import drives_between, lane_day, lane_stop
from server.pages.dispatch.move_effects import move_effects
from server.pages.dispatch.pages import current_filters, named
from server.pages.dispatch.workdays import movable_numbers
from server.services import services
from workorders.grammar.times import start_of_day
from workorders.problems import Problem
from workorders.queries.lookups import technician_named
from workorders.tables import Order, ServicePoint
from workorders.usecases.orders.assignment import set_route

MOST_MOVED = 40
"""Orders whose move is judged at once; a day has no more stops."""


@blueprint.get("/timeline/move")
@dispatches
def judged_move() -> ResponseReturnValue:
    """What breaks when `orders` are given to `technician`, before the stop `before` or at the end."""
    session, now, day = current_session(), services().clock(), current_filters().day
    technician = technician_named(session, request.args.get("technician", ""))
    orders = _orders(session, named("orders", MOST_MOVED))
    midnight = start_of_day(day, services().config.timezone)
    lane = lane_day(session, technician, day, midnight=midnight, now=now)
    moved = [lane_stop(order) for order in orders]
    network = _streets(session, day, now)
    drive = drives_between(network, [lane.leaves, lane.home, *(stop.at for stop in (*lane.stops, *moved))])
    effects = move_effects(lane, moved, request.args.get("before", ""), drive, now=now)
    return render_template(
        "dispatch/_move.html", technician=technician, effects=effects, guessed=network is None
    )


def put_before(
    session: Session,
    technician_id: str,
    day: date,
    numbers: Sequence[str],
    before: str,
    *,
    now: datetime,
    actor: str,
) -> None:
    """Let stops that the technician has stand before another one of the day; at its end without one."""
    others = [number for number in movable_numbers(session, technician_id, day) if number not in numbers]
    place = others.index(before) if before in others else len(others)
    set_route(
        session,
        technician_id,
        day,
        [*others[:place], *numbers, *others[place:]],
        dispatch=False,
        first=first_free_place(session, technician_id, day),
        now=now,
        actor=actor,
    )


def _orders(session: Session, numbers: set[str]) -> list[Order]:
    """The orders to be moved, in the order of their routes. Raises Problem bad_input and not_found."""
    if not numbers:
        raise Problem("bad_input", field="orders", reason="tick at least one order")
    query = (
        select(Order)
        .where(Order.number.in_(sorted(numbers)), Order.state.not_in(sorted(DONE)))
        .options(joinedload(Order.service_point).joinedload(ServicePoint.premise))
        .order_by(Order.technician_id, Order.sequence.is_(None), Order.sequence, Order.number)
    )
    found = list(session.scalars(query))
    if not found:
        raise Problem("not_found", what="open order", key=", ".join(sorted(numbers)))
    return found


def _streets(session: Session, day: date, now: datetime) -> RoadNetwork | None:
    try:
        return streets_on(session, services().config.data_dir, day, now=now).network
    except Problem:
        return None
