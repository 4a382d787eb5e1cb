"""In the day: who could take an urgent order, and which appointment to offer while the customer waits."""

import time as stopwatch
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.roads import RoadNetwork
from geo.schedule.today import Urgent, insert_order, slots_for, who_could_take
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.doors import seen_version
from server.networks import streets_on
from server.pages.plans.blueprint import blueprint, plans
from server.planning.slot_days import SLOT_DAYS, known_days
from server.services import services
from server.templating import local
from server.viewing import _, current_viewer
from workorders.grammar.times import instant_from_text
from workorders.messages.formats import local_time, weekday_time
from workorders.problems import Problem
from workorders.tables import Order, Technician
from workorders.usecases.orders.orders import book_appointment

SLOTS_SHOWN = 12


def streets(day: date) -> RoadNetwork:
    """The road network of what is left of a day. Raises Problem no_streets."""
    shared = services()
    return streets_on(current_session(), shared.config.data_dir, day, now=shared.clock()).network


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
    order = _order(current_session(), number)
    urgent = _urgent(number)
    return render_template(
        "plans/urgent.html",
        order=order,
        names=_names(current_session()),
        ways=[
            {
                "way": way,
                "starts": local(urgent.today.work.at(way.starts)),
                "stop": urgent.place(way),
                "latest_delay": max(way.delayed.values(), default=0),
            }
            for way in urgent.ways
        ],
    )


@blueprint.post("/urgent/<number>")
@plans
def insert(number: str) -> ResponseReturnValue:
    """Give the order to one of the three, at the place in the route that was shown."""
    session, now = current_session(), services().clock()
    technician = request.form.get("technician", "")
    urgent = _urgent(number)
    way = insert_order(session, urgent, technician, now=now, actor=current_staff().name)
    said = _(
        "{order} is stop {number} of {name} and on its way.",
        order=number,
        number=urgent.place(way),
        name=_names(session)[technician],
    )
    flash(said, "good")
    if way.displaces is not None:
        words = _(
            "{order} no longer fits and stands at the end of the route: find it another day.",
            order=way.displaces,
        )
        flash(words, "warn")
    return redirect(url_for("dispatch.page"), 303)


def _urgent(number: str) -> Urgent:
    session, now = current_session(), services().clock()
    day = local(now).date()
    return who_could_take(session, streets(day), number, day, now=now)


@blueprint.get("/slots/<number>")
@allow("csr", "dispatcher", "supervisor")
def slots(number: str) -> ResponseReturnValue:
    """Appointments that can be kept, cheapest first, with how long it took to find them."""
    session, now = current_session(), services().clock()
    order = _order(session, number)
    began = stopwatch.perf_counter()
    offers = slots_for(
        session, streets, number, first=local(now).date(), days=SLOT_DAYS, now=now, known=known_days()
    )
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
    since = instant_from_text(request.form.get("since", ""), field="since")
    until = instant_from_text(request.form.get("until", ""), field="until")
    order = book_appointment(
        current_session(),
        number,
        since=since,
        until=until,
        now=services().clock(),
        actor=current_staff().name,
        expected_version=seen_version(request.form.get("version", ""), field="version"),
    )
    words = _(
        "Promised: {since} to {until}.",
        since=weekday_time(since, current_viewer()),
        until=local_time(until, current_viewer()),
    )
    flash(words, "good")
    return redirect(url_for("csr.order", number=order.number), 303)
