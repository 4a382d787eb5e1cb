"""In the day: who could take an urgent order, and which appointment to offer while the customer waits."""

import time as stopwatch
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.network import RoadNetwork
from geo.today import slots_for, who_could_take
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.networks import road_network
from server.plans.blueprint import blueprint, plans
from server.services import services
from server.templating import local
from workorders.problems import Problem
from workorders.service.assignment import set_route
from workorders.service.orders import book_appointment
from workorders.tables import Order, Technician

SLOT_DAYS = 5
SLOTS_SHOWN = 12


def _network() -> RoadNetwork:
    network = road_network(services().config.data_dir)
    if network is None:
        raise Problem("no_streets")
    return network


def _order(session: Session, number: str) -> Order:
    order = session.get(Order, number)
    if order is None:
        raise Problem("not_found", what="order", key=number)
    return order


def _names(session: Session) -> dict[str, str]:
    return {row.id: row.name for row in session.execute(select(Technician.id, Technician.name))}


@blueprint.get("/urgent/<number>")
@plans
def urgent(number: str) -> ResponseReturnValue:
    """The three technicians who could take the order today, and what it costs each."""
    session, now = current_session(), services().clock()
    order = _order(session, number)
    work, ways = who_could_take(session, _network(), number, local(now).date(), now=now)
    return render_template(
        "plans/urgent.html",
        order=order,
        names=_names(session),
        ways=[
            {
                "way": way,
                "starts": local(work.midnight + timedelta(seconds=way.starts)),
                "latest_delay": max(way.delayed.values(), default=0),
            }
            for way in ways
        ],
    )


@blueprint.post("/urgent/<number>")
@plans
def insert(number: str) -> ResponseReturnValue:
    """Give the order to one of the three, at the place in the route that was shown."""
    session, now = current_session(), services().clock()
    technician = request.form.get("technician", "")
    day = local(now).date()
    work, ways = who_could_take(session, _network(), number, day, now=now)
    way = next((w for w in ways if w.technician == technician), None)
    if way is None:
        raise Problem("bad_input", field="technician", reason="can no longer take it; look again")
    numbers = [n for n in way.route.orders if n != way.displaces]
    starts = {
        visit.order: work.midnight + timedelta(seconds=visit.start)
        for visit in way.route.visits
        if visit.order is not None
    }
    set_route(session, technician, day, numbers, now=now, actor=current_staff().name, planned_starts=starts)
    flash(f"{number} is stop {way.position + 1} of {_names(session)[technician]} and on its way.", "good")
    return redirect(url_for("dispatch.page"), 303)


@blueprint.get("/slots/<number>")
@allow("csr", "dispatcher", "supervisor")
def slots(number: str) -> ResponseReturnValue:
    """Appointments that can be kept, cheapest first, with how long it took to find them."""
    session, now = current_session(), services().clock()
    order = _order(session, number)
    began = stopwatch.perf_counter()
    offers = slots_for(session, _network(), number, first=local(now).date(), days=SLOT_DAYS, now=now)
    took_ms = round(1000 * (stopwatch.perf_counter() - began))
    shown: list[dict[str, Any]] = [
        {"since": local(o.since), "until": local(o.until), "cost_min": round(o.cost_s / 60), "offer": o}
        for o in offers[:SLOTS_SHOWN]
    ]
    return render_template("plans/slots.html", order=order, offers=shown, took_ms=took_ms)


@blueprint.post("/slots/<number>")
@allow("csr", "dispatcher", "supervisor")
def book(number: str) -> ResponseReturnValue:
    """Promise one of the appointments."""
    try:
        since = datetime.fromisoformat(request.form.get("since", ""))
        until = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise Problem("bad_input", field="since", reason="must be an instant") from None
    if since.tzinfo is None or until.tzinfo is None:
        raise Problem("bad_input", field="since", reason="needs an offset from UTC")
    order = book_appointment(
        current_session(),
        number,
        since=since,
        until=until,
        now=services().clock(),
        actor=current_staff().name,
        expected_version=request.form.get("version", type=int),
    )
    flash(f"Promised: {local(since):%A %H:%M} to {local(until):%H:%M}.", "good")
    return redirect(url_for("csr.order", number=order.number), 303)
