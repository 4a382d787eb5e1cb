"""`curbstop report`: any report of the office without a browser."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from server.config import Config
from server.reports.cells import Reader, heading, shown
from server.reports.files import csv_lines, document, xlsx_file
from server.reports.pdf_file import pdf_file
from server.services import district_of, open_services
from server.tables import User
from workorders.messages import formats
from workorders.messages.viewer import Viewer
from workorders.problems import Problem
from workorders.queries.people import technician_names
from workorders.queries.reports import GROUPS, report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.report import NUMERIC
from workorders.queries.reports.running import Result, run_report


@click.command("report")
@click.argument("name", required=False)
@click.argument("filters", nargs=-1)
@click.option("--sort", help="Key of a column, with - before it for downwards.")
@click.option("--json", "form", flag_value="json", help="Keys, cents, metres, minutes, codes: for programs.")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated, with titles.")
@click.option("--xlsx", "xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write a spreadsheet.")
@click.option("--pdf", "pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write a PDF.")
def report_command(
    name: str | None,
    filters: tuple[str, ...],
    sort: str | None,
    *,
    form: str | None,
    xlsx: Path | None,
    pdf: Path | None,
) -> None:
    """Run a report; without a name, list them. FILTERS are name=value: from=2026-03-01."""
    if name is None:
        for title, some in GROUPS:
            click.echo(title)
            for one in some:
                click.echo(f"  {one.name:<20} {one.title}")
        return
    services = open_services(Config.from_env())
    try:
        with services.read_sessions() as session:
            found = report_named(name)
            asked = asked_of(session, found, _given(filters), now=services.clock())
            result = run_report(session, found, asked, sort=sort)
            names = dict(session.execute(select(User.name, User.full_name)).all()) | technician_names(session)
    finally:
        services.engine.dispose()
    district = district_of(services.config)
    locale = formats.locale_of("en", district.locale)
    reader = Reader(Viewer("en", district.timezone, locale, district.units), names)
    if xlsx is not None:
        xlsx.write_bytes(xlsx_file(result, reader))
    if pdf is not None:
        pdf.write_bytes(pdf_file(result, reader, district=district.name, chosen=filters))
    if form == "json":
        click.echo(json.dumps(document(result, reader), ensure_ascii=False))
    elif form == "csv":
        for part in csv_lines(result, reader):
            sys.stdout.write(part.replace("\r\n", "\n"))
    elif xlsx is None and pdf is None:
        _print(result, reader, services.clock())


def _given(filters: tuple[str, ...]) -> dict[str, str]:
    """The filters by name. Raises Problem `bad_input` for one without `=`."""
    found = {}
    for one in filters:
        key, equals, value = one.partition("=")
        if not equals:
            raise Problem("bad_input", field=one, reason="give filters as name=value")
        found[key] = value
    return found


def _print(result: Result, reader: Reader, now: datetime) -> None:
    table = Table(title=reader.said(result.report.title), show_footer=bool(result.totals))
    for column in result.columns:
        total = shown(result.totals[column.key], column, reader) if column.key in result.totals else ""
        right = column.kind in NUMERIC
        table.add_column(heading(column, reader), justify="right" if right else "left", footer=total)
    for row in result.rows:
        table.add_row(*(shown(value, one, reader) for value, one in zip(row, result.columns, strict=True)))
    console = Console()
    console.print(table)
    console.print(f"{len(result.rows):,} rows, as of {formats.instant(now, reader.viewer)}", highlight=False)
