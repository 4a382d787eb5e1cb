"""What the pages of the cash office have in common: acting with a refusal shown, and counts from a form."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from server.db import current_session
from server.viewing import problem_view
from workorders.grammar.cash_count import DENOMINATIONS, cash_field, item_field
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


def counting_fields() -> dict[str, Any]:
    """What the form of a count is made of."""
    return {"denominations": DENOMINATIONS, "cash_field": cash_field, "item_field": item_field}
