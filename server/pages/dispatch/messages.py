"""Messages between the dispatchers and the technicians."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.services import services
from server.viewing import _, problem_view
from workorders.messages.canned import CANNED, TO_FIELD
from workorders.problems import Problem
from workorders.queries.lookups import technician_named
from workorders.queries.talk import conversation, correspondents
from workorders.usecases.field.talk import read_by_office, send_message


@blueprint.get("/messages")
@dispatches
def messages() -> ResponseReturnValue:
    """Who wrote and what, with one technician's conversation when one is chosen."""
    try:
        return _page(request.args.get("technician", ""))
    except Problem as problem:
        return _page("", problem=problem), problem.status


@blueprint.get("/messages/<technician>/talk")
@dispatches
def message_talk(technician: str) -> ResponseReturnValue:
    """One conversation as it is now; the page asks for it every few seconds."""
    person = technician_named(current_session(), technician)
    lines = conversation(current_session(), person.id)
    return render_template("dispatch/_talk.html", person=person, talk=lines, canned=CANNED)


@blueprint.post("/messages/<technician>")
@dispatches
def write_message(technician: str) -> ResponseReturnValue:
    """Write to a technician, with a canned text or a typed one."""
    session, form = current_session(), request.form
    try:
        send_message(
            session,
            technician,
            text=form.get("text", ""),
            canned=form.get("canned") or None,
            order_number=form.get("order", "").strip().upper() or None,
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        session.rollback()
        return _page(technician, problem=problem), problem.status
    return redirect(url_for("dispatch.messages", technician=technician))


@blueprint.post("/messages/<technician>/read")
@dispatches
def read_messages(technician: str) -> ResponseReturnValue:
    """Mark what the technician wrote as read; the tablet shows it."""
    session = current_session()
    person = technician_named(session, technician)
    read_by_office(session, person.id, now=services().clock(), actor=current_staff().name)
    flash(_("Everything from {name} is read.", name=person.name), "good")
    return redirect(url_for("dispatch.messages", technician=technician))


def _page(technician: str, *, problem: Problem | None = None) -> str:
    session = current_session()
    person = technician_named(session, technician) if technician else None
    return render_template(
        "dispatch/messages.html",
        people=correspondents(session),
        person=person,
        talk=conversation(session, person.id) if person else [],
        canned=CANNED,
        to_field=TO_FIELD,
        order=request.values.get("order", ""),
        typed=request.form.get("text", ""),
        problem=problem_view(problem) if problem else None,
    )
