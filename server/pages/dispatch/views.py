"""A person's own views of the board: saved under a name, shown again, deleted."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.board_views import delete_view, save_view
from server.db import current_session
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.pages import board_address, current_filters, lanes_shown
from server.services import services
from server.viewing import _, problem_view
from workorders.problems import Problem


@blueprint.post("/views")
@dispatches
def keep_view() -> ResponseReturnValue:
    """Save what the board of this address shows under a name."""
    session, filters = current_session(), current_filters()
    query = {name: value for name, value in filters.query().items() if name != "day"}
    if (lanes := lanes_shown(request.form)) is not None:
        query["lanes"] = lanes
    try:
        view = save_view(
            session,
            current_staff().id,
            request.form.get("view_name", ""),
            query,
            by_default=request.form.get("by_default") == "yes",
            now=services().clock(),
        )
    except Problem as problem:
        session.rollback()
        shown = problem_view(problem)
        flash(f"{shown['words']} {shown['advice']}", "bad")
    else:
        flash(_("The view “{name}” is saved.", name=view.name), "good")
    return redirect(board_address(filters.query()))


@blueprint.post("/views/<int:view>/delete")
@dispatches
def drop_view(view: int) -> ResponseReturnValue:
    """Forget one of one's own views."""
    delete_view(current_session(), current_staff().id, view)
    flash(_("The view is deleted."), "good")
    return redirect(board_address(current_filters().query()))
