"""Pickups: what technicians found and ask for, decided by the office."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.services import services
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.pickups import WAITING, recent_pickups, waiting_pickups
from workorders.usecases.field.pickups import approve_pickup, refuse_pickup


@blueprint.get("/pickups")
@dispatches
def pickups() -> ResponseReturnValue:
    """What waits for a decision, and what became of the latest."""
    return _pickups_page(None)


@blueprint.post("/pickups/<int:number>")
@dispatches
def decide_pickup(number: int) -> ResponseReturnValue:
    """Raise its order, give that to who found it, or refuse it with the reason that the technician reads."""
    form, now, actor = request.form, services().clock(), current_staff().name
    action = form.get("action")
    try:
        if action == "refuse":
            refuse_pickup(current_session(), number, reason=form.get("reason", ""), now=now, actor=actor)
            flash(_("It is refused; the technician reads why."), "good")
        elif action in {"raise", "give"}:
            order = approve_pickup(
                current_session(),
                number,
                service_point=form.get("service_point", ""),
                give_back=action == "give",
                now=now,
                actor=actor,
            )
            flash(_("Order {number} is raised.", number=order.number), "good")
        else:
            raise Problem("bad_input", field="action", reason="choose what is to be done")
    except Problem as problem:
        current_session().rollback()
        return _pickups_page(problem), problem.status
    return redirect(url_for("dispatch.pickups"))


def _pickups_page(problem: Problem | None) -> str:
    session = current_session()
    return render_template(
        "dispatch/pickups.html",
        lines=waiting_pickups(session),
        recent=recent_pickups(session),
        most=WAITING,
        problem=problem_view(problem) if problem else None,
    )
