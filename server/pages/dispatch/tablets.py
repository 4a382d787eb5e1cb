"""Letting a technician onto a tablet, seeing which tablets there are, taking one out of use."""

import secrets
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from mobile_api import devices, enrolment
from server.auth.guard import current_staff
from server.db import current_session
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.services import services
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.lookups import technician_named
from workorders.tables import Technician


@blueprint.get("/tablets")
@dispatches
def tablets() -> ResponseReturnValue:
    """Every tablet, the newest first, and the form that lets somebody onto one."""
    return _page()


@blueprint.post("/tablets/code")
@dispatches
def enrolment_code() -> ResponseReturnValue:
    """Issue a one-time code. It is shown in this answer and nowhere else: only its hash is kept."""
    shared, session = services(), current_session()
    minutes = shared.config.enrolment_minutes
    try:
        technician = technician_named(session, request.form.get("technician", ""))
        code = enrolment.issue_code(
            session,
            shared.config.secret_key,
            technician.id,
            issued_by=current_staff().name,
            now=shared.clock(),
            life=timedelta(minutes=minutes),
            random=secrets.token_bytes(5),
        )
    except Problem as problem:
        session.rollback()
        return _page(problem=problem), problem.status
    answer = _page(code=code, technician=technician, minutes=minutes)
    return answer, 201, {"Cache-Control": "no-store"}


@blueprint.post("/tablets/<device>/revoke")
@dispatches
def revoke_tablet(device: str) -> ResponseReturnValue:
    """Take a tablet out of use for everybody on it."""
    session = current_session()
    try:
        if request.form.get("sure") != "yes":
            raise Problem("bad_input", field="sure", reason="tick that its unsent work may be lost")
        revoked = devices.revoke(session, device, current_staff().name, services().clock())
    except Problem as problem:
        session.rollback()
        return _page(problem=problem), problem.status
    words = _(
        "{name} is revoked. Its open connections end now; it is wiped when it asks again.", name=revoked.name
    )
    flash(words, "good")
    return redirect(url_for("dispatch.tablets"))


def _page(
    *,
    code: str | None = None,
    technician: Technician | None = None,
    minutes: int | None = None,
    problem: Problem | None = None,
) -> str:
    session = current_session()
    people = select(Technician).where(Technician.active.is_(True)).order_by(Technician.name)
    return render_template(
        "dispatch/tablets.html",
        tablets=devices.tablets(session),
        people=session.scalars(people).all(),
        code=code,
        technician=technician,
        minutes=minutes,
        address=url_for("tablet.tablet_file", _external=True) if code else None,
        problem=problem_view(problem) if problem else None,
    )
