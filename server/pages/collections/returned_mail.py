"""Mail that came back: noted by scanner or by hand, and followed up."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.collections.blueprint import answers, blueprint, reads
from server.services import services
from server.templating import local
from server.viewing import _, problem_view
from workorders.grammar.times import day_from_text
from workorders.policy.recovery import RESOLUTIONS, RETURN_REASONS
from workorders.problems import Problem
from workorders.queries.recovery import MOST, mail_to_follow_up
from workorders.usecases.collections.door_post import post_at_door
from workorders.usecases.collections.returned_mail import note_scanned, resolve_returned


@blueprint.get("/returned")
@reads
def returned_mail() -> ResponseReturnValue:
    """What came back and waits, and the box for the scanner."""
    return _page()


@blueprint.post("/returned")
@answers
def note_mail() -> ResponseReturnValue:
    """A piece of mail came back. The box is ready for the next one."""
    form = request.form
    try:
        made = note_scanned(
            current_session(),
            form.get("scanned", ""),
            on=day_from_text(form.get("returned_on", ""), field="returned_on"),
            reason=form.get("reason", ""),
            new_address=form.get("new_address", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("Noted: mail of {name} came back.", name=made.account.customer.name), "good")
    return redirect(url_for("collections.returned_mail"))


@blueprint.post("/returned/<int:number>")
@answers
def follow_up(number: int) -> ResponseReturnValue:
    """The address is known again, or the notice is posted at the door."""
    form, now, actor = request.form, services().clock(), current_staff().name
    resolution, note = form.get("resolution", ""), form.get("note", "")
    try:
        if resolution == "door":
            order = post_at_door(current_session(), number, note=note, now=now, actor=actor)
            words = _("Order {number} posts it at the door.", number=order.number)
        else:
            resolve_returned(
                current_session(),
                number,
                resolution,
                note=note,
                new_address=form.get("new_address", ""),
                now=now,
                actor=actor,
            )
            words = _("It is followed up. The next run sends what did not count.")
    except Problem as problem:
        current_session().rollback()
        return _page(problem, at=number), problem.status
    flash(words, "good")
    return redirect(url_for("collections.returned_mail"))


def _page(problem: Problem | None = None, *, at: int | None = None) -> str:
    waiting = mail_to_follow_up(current_session())
    return render_template(
        "collections/returned.html",
        waiting=waiting,
        most=MOST,
        reasons=RETURN_REASONS,
        resolutions=RESOLUTIONS,
        today=_today(),
        at=at,
        entered=request.form if problem else {},
        problem=problem_view(problem) if problem else None,
    )


def _today() -> date:
    return local(services().clock()).date()
