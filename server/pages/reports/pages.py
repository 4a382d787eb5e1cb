"""The list of reports, a report as a page with filters, sorting and pages, and as a file."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.reports.blueprint import blueprint, reads
from server.pages.reports.links import drill_of, link_of, turned
from server.reports.cells import Reader, heading, shown
from server.reports.drawing import drawing_of
from server.reports.files import csv_lines, xlsx_file
from server.reports.filters import filter_view, filters_in_words
from server.reports.pdf_file import pdf_file
from server.services import services
from server.viewing import current_viewer, people, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.queries.reports import GROUPS, report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.report import NUMERIC
from workorders.queries.reports.running import Result, bars_of, run_report

PAGE = 100
"""Rows of one page."""
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@blueprint.get("/")
@reads
def index() -> ResponseReturnValue:
    """Every report that the signed-in person may read."""
    groups = [(title, [one for one in some if current_staff().may(*one.roles)]) for title, some in GROUPS]
    return render_template("reports/index.html", groups=[one for one in groups if one[1]])


@blueprint.get("/<name>")
@reads
def report(name: str) -> ResponseReturnValue:
    """One report: filters, chart, rows with links, totals."""
    return report_page(name, request.args)


def report_page(name: str, asked: Mapping[str, str], *, problem: Problem | None = None) -> str:
    """A report's page as an address with `asked` shows it; with the form of a schedule that was refused.

    Raises Problem `not_found`, `not_allowed` and `bad_input`.
    """
    result, reader = _run(name, asked), _reader()
    number = count_from_text(asked.get("page") or "1", field="page", low=1, high=100_000)
    start = (number - 1) * PAGE
    given = {key: value for key, value in asked.items() if key != "page"}
    drawing = drawing_of(bars_of(result, current_session()), reader)
    return render_template(
        "reports/report.html",
        report=result.report,
        result=result,
        filters=[filter_view(current_session(), one, result, reader) for one in result.report.filters],
        headings=[_heading_view(result, place, reader, given) for place in range(len(result.columns))],
        rows=[_row_view(result, row, reader) for row in result.rows[start : start + PAGE]],
        totals=[
            shown(result.totals[one.key], one, reader) if one.key in result.totals else ""
            for one in result.columns
        ],
        drawing=drawing,
        own_days=any(one.kind in {"span", "day"} for one in result.report.filters),
        page=number,
        pages=-(-len(result.rows) // PAGE),
        address=lambda **more: _address("reports.report", name=name, **(given | more)),
        file=lambda form: _address("reports.file", name=name, form=form, **given),
        given=given,
        problem=problem_view(problem) if problem else None,
        typed=request.form if problem else {},
    )


@blueprint.get("/<name>.<any(csv,xlsx,pdf):form>")
@reads
def file(name: str, form: str) -> ResponseReturnValue:
    """The report with the same filters and order as a file."""
    result, reader = _run(name, request.args), _reader()
    body: Any
    if form == "csv":
        # Spreadsheets take a file for UTF-8 only where it says so.
        body = (part.encode() for part in ("\ufeff", *csv_lines(result, reader)))
    elif form == "xlsx":
        body = xlsx_file(result, reader)
    else:
        chosen = filters_in_words(current_session(), result, reader)
        body = pdf_file(result, reader, district=services().config.district, chosen=chosen)
    answer = Response(body, content_type=FILE_TYPES[form])
    way = "inline" if form == "pdf" else "attachment"
    day = result.asked.today.isoformat()
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}-{day}.{form}"'
    return answer


def _run(name: str, given: Mapping[str, str]) -> Result:
    """Run it with the filters of an address. Raises Problem `not_found`, `not_allowed` and `bad_input`."""
    found = report_named(name)
    if not current_staff().may(*found.roles):
        raise Problem("not_allowed")
    session = current_session()
    asked = asked_of(session, found, given, now=services().clock())
    return run_report(session, found, asked, sort=given.get("sort") or None)


def _address(view: str, **given: Any) -> str:
    """The address of a view with these filters; what `url_for` takes for its own is left out."""
    return url_for(view, **{name: value for name, value in given.items() if not name.startswith("_")})


def _reader() -> Reader:
    return Reader(current_viewer(), people())


def _heading_view(result: Result, place: int, reader: Reader, given: dict[str, str]) -> dict[str, Any]:
    column = result.columns[place]
    now = result.sort or ""
    sorted_by = now.removeprefix("-") == column.key
    address = None
    if column.kind != "messages":
        again = turned(column, now)
        address = _address("reports.report", name=result.report.name, **(given | {"sort": again}))
    way = ("descending" if now.startswith("-") else "ascending") if sorted_by else None
    return {"title": heading(column, reader), "number": column.kind in NUMERIC, "href": address, "way": way}


def _row_view(result: Result, row: tuple[Any, ...], reader: Reader) -> list[dict[str, Any]]:
    cells = []
    for place, (value, column) in enumerate(zip(row, result.columns, strict=True)):
        href = link_of(column, value)
        if place == 0 and href is None:
            href = drill_of(result, row)
        cells.append(
            {
                "text": shown(value, column, reader),
                "href": href,
                "number": column.kind in NUMERIC,
                "nowrap": column.kind in {"day", "time", "month"} or column.link is not None,
                "below": column.kind == "money" and value is not None and value < 0,
            }
        )
    return cells
