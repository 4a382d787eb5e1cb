"""The validation worklist: reads to look at, grouped by route, decided together."""

from itertools import groupby

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.reading.blueprint import blueprint, chosen, decide, reads, say_decided, works
from server.services import services
from workorders.metering.validation import FINDINGS
from workorders.problems import Problem
from workorders.queries.reading import MOST, counts_of_findings, open_findings


@blueprint.get("/")
@reads
def findings() -> ResponseReturnValue:
    """What validation found and nobody has decided; `?kind=` one kind, `?route=` one route."""
    return _page(None)


@blueprint.post("/decide")
@works
def decide_some() -> ResponseReturnValue:
    """Take the ticked reads as right, raise orders for them, or estimate them."""

    def act() -> str:
        form = request.form
        say_decided(
            decide(
                form.get("action", ""),
                chosen("finding"),
                form.get("reason", ""),
                now=services().clock(),
                actor=current_staff().name,
            )
        )
        return url_for("reading.findings", kind=_kind(), route=request.args.get("route"))

    return acted(act, _page)


def _kind() -> str | None:
    asked = request.args.get("kind")
    return asked if asked in FINDINGS else None


def _page(problem: Problem | None) -> str:
    session = current_session()
    kind, route = _kind(), request.args.get("route")
    lines = open_findings(session, kind=kind, route=route)
    return render_template(
        "reading/findings.html",
        routes=[(name, list(some)) for name, some in groupby(lines, key=lambda one: one.route)],
        lines=lines,
        counts=counts_of_findings(session),
        kinds=FINDINGS,
        kind=kind,
        route=route,
        most=MOST,
        **shown(problem),
    )
