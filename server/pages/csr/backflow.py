"""Backflow assemblies whose test is due."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.days import day_from
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.services import services
from server.templating import local
from workorders.queries.backflow import PAGE, due_for_test

AHEAD = timedelta(days=60)
"""Customers are written to about two months before the test."""


@blueprint.get("/backflow")
@reads
def backflow() -> ResponseReturnValue:
    """Assemblies to be tested by `?until=`, by default within AHEAD."""
    today = local(services().clock()).date()
    until = day_from(request.args.get("until"), today + AHEAD)
    return render_template(
        "csr/backflow.html",
        until=until,
        assemblies=due_for_test(current_session(), until, today=today),
        most=PAGE,
    )
