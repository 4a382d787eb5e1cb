"""`/api/reports`: every report of the office for programs, with the rows and totals of its page."""

from typing import Any

from flask import request

from mobile_api.schemas import ProblemBlueprint
from server.api.report_schemas import ReportQuerySchema, ReportSchema, ReportsSchema
from server.api.scoped import needs
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.reports.cells import Reader
from server.reports.files import document
from server.services import services
from server.viewing import _, current_viewer, people
from workorders.problems import Problem
from workorders.queries.reports import REPORTS, report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.running import run_report

blueprint = ProblemBlueprint("api_reports", __name__, url_prefix="/api/reports", description="Reports")


@blueprint.route("", methods=["GET"])
@allow("dispatcher", "cashier", "supervisor")
@needs(blueprint, "reports:read")
@blueprint.response(200, ReportsSchema(many=True))
def list_reports() -> list[dict[str, Any]]:
    """Reports that the caller may read, with the names of their filters."""
    return [
        {
            "name": one.name,
            "title": _(one.title),
            "about": _(one.about),
            "filters": [
                name
                for some in one.filters
                for name in (("from", "until") if some.kind == "span" else (some.name,))
            ],
        }
        for one in REPORTS.values()
        if current_staff().may(*one.roles)
    ]


@blueprint.route("/<name>", methods=["GET"])
@allow("dispatcher", "cashier", "supervisor")
@needs(blueprint, "reports:read")
@blueprint.arguments(ReportQuerySchema, location="query")
@blueprint.response(200, ReportSchema)
def one_report(asked: dict[str, Any], name: str) -> dict[str, Any]:
    """Run a report: cents, metres, minutes, ISO days and instants, codes. Filters are its own, by name."""
    found = report_named(name)
    if not current_staff().may(*found.roles):
        raise Problem("not_allowed")
    session = current_session()
    filters = asked_of(session, found, request.args, now=services().clock())
    result = run_report(session, found, filters, sort=asked.get("sort"))
    return document(result, Reader(current_viewer(), people()))
