"""How densely pages are set: a choice of the screen in front of a person, so it is kept in the browser."""

from datetime import timedelta
from typing import Literal

from flask import Response, current_app, request

from workorders.problems import Problem

Density = Literal["comfortable", "dense"]
COOKIE = "curbstop_density"
KEPT_FOR = timedelta(days=365)


def density() -> Density:
    """What this browser chose; comfortable until it chooses."""
    return "dense" if request.cookies.get(COOKIE) == "dense" else "comfortable"


def keep_density(answer: Response, chosen: str) -> Response:
    """Keep the choice with the browser. Raises Problem bad_input for a density there is not."""
    if chosen not in {"comfortable", "dense"}:
        raise Problem("bad_input", field="density", reason="pages are comfortable or dense")
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return answer
