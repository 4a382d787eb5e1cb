"""What pages that act have in common: going on, or showing the page again with why it was refused."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from server.db import current_session
from server.viewing import problem_view
from workorders.problems import Problem


def acted(
    act: Callable[[], str], page: Callable[[Problem], str], *, said: str | None = None
) -> ResponseReturnValue:
    """Go on to the address that `act` answers, or show the page again with why it was refused."""
    try:
        address = act()
    except Problem as problem:
        current_session().rollback()
        return page(problem), problem.status
    if said is not None:
        flash(said, "good")
    return redirect(address)


def shown(problem: Problem | None) -> dict[str, Any]:
    """What a template needs to show a refusal and what was typed."""
    return {"problem": problem_view(problem) if problem else None, "entered": request.form}
