"""Orders that meters' own switches execute: asking for it, following it, giving it up."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.headend import is_joined
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.services import services
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.remote_commands import latest_commands
from workorders.usecases.remote.request import request_remote
from workorders.usecases.remote.sending import give_up


@blueprint.get("/remote")
@dispatches
def remote() -> ResponseReturnValue:
    """Commands without an answer, and what became of the latest others."""
    return _page(None)


@blueprint.post("/remote/orders/<number>")
@allow("csr", "dispatcher", "supervisor")
def execute_remotely(number: str) -> ResponseReturnValue:
    """Give an order to the switch of its meter."""
    command_id = request.form.get("command_id", "")[:40] or uuid.uuid4().hex
    request_remote(current_session(), number, command_id, now=services().clock(), actor=current_staff().name)
    flash(_("The command is on its way to the meter. The order’s page shows its answer."), "good")
    return redirect(url_for("csr.order", number=number))


@blueprint.post("/remote/<command_id>/end")
@dispatches
def end_command(command_id: str) -> ResponseReturnValue:
    """Wait no longer: the order goes back to the dispatcher."""
    try:
        give_up(current_session(), command_id, now=services().clock())
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("The order is back with the dispatcher. An answer that still comes counts."), "good")
    return redirect(url_for("dispatch.remote"))


def _page(problem: Problem | None) -> str:
    return render_template(
        "dispatch/remote.html",
        commands=latest_commands(current_session()),
        joined=is_joined(services()),
        problem=problem_view(problem) if problem else None,
    )
