"""Two plans of a day side by side: what changes for technicians and for customers."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from geo.schedule.plan_changes import plan_changes
from geo.schedule.plan_sides import asked_of, standing_document
from geo.schedule.work import midnight_of
from server.db import current_session
from server.pages.plans.blueprint import blueprint, plans
from server.pages.plans.comparison import places_of
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.tables import PlanRun, Technician

NOW = "now"
"""In place of a run's number: the routes as they are."""
RUNS_SHOWN = 20
ORDERS_SHOWN = 300


@blueprint.get("/compare")
@plans
def compare() -> ResponseReturnValue:
    """The plan `other` against the plan `one`, either of them `now` for the routes as they are."""
    session = current_session()
    one, other = _chosen(session, "one"), _chosen(session, "other")
    known = next((run for run in (one, other) if run is not None), None)
    if known is None:
        raise Problem("bad_input", field="other", reason="choose a plan")
    if one is not None and other is not None and one.day != other.day:
        raise Problem("bad_input", field="other", reason="choose a plan of the same day")
    day = known.day
    documents = [
        run.result if run is not None and run.result else standing_document(session, day)
        for run in (one, other)
    ]
    numbers = _numbers(documents)
    asked = asked_of(session, numbers, day, still_open=one is None or other is None)
    ends = midnight_of(session, day + timedelta(days=1))
    changes = plan_changes(documents[0], documents[1], asked, day_ends=ends)
    shown = changes.orders[:ORDERS_SHOWN]
    listed = [change.number for change in shown]
    listed += [number for person in changes.people for number in (*person.gains, *person.loses)]
    return render_template(
        "plans/compare.html",
        day=day,
        first=one,
        second=other,
        runs=runs_of(session, day),
        changes=changes,
        shown=shown,
        places=places_of(session, sorted(set(listed))),
        names={row.id: row.name for row in session.execute(select(Technician.id, Technician.name))},
    )


def runs_of(session: Session, day: date) -> list[PlanRun]:
    """The newest plans of a day that can be compared, without their routes."""
    query = (
        select(PlanRun)
        .where(
            PlanRun.day == day,
            PlanRun.state.in_(("ready", "used", "dropped")),
            PlanRun.finished_at.is_not(None),
        )
        .options(
            load_only(
                PlanRun.id, PlanRun.day, PlanRun.kind, PlanRun.asked_at, PlanRun.asked_by, PlanRun.state
            )
        )
        .order_by(PlanRun.id.desc())
        .limit(RUNS_SHOWN)
    )
    return list(session.scalars(query))


def _chosen(session: Session, name: str) -> PlanRun | None:
    """The run that a parameter names; None for the routes as they are. Raises Problem."""
    text = request.args.get(name, NOW)
    if text == NOW:
        return None
    run = session.get(PlanRun, count_from_text(text, field=name))
    if run is None or run.result is None:
        raise Problem("not_found", what="plan", key=text)
    return run


def _numbers(documents: list[dict[str, Any]]) -> set[str]:
    visits = {visit["order"] for plan in documents for route in plan["routes"] for visit in route["visits"]}
    left = {entry["order"] for plan in documents for entry in plan["unplaced"]}
    return {number for number in visits | left if number is not None}
