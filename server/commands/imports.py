"""`curbstop import`: streets for routing and the map, and the district's own rows from CSV files."""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from server.commands.database import command_services
from server.config import Config
from server.imports import KINDS, ImportReport, import_rows
from server.imports.streets import import_streets
from server.progress import progress_bars
from server.services import utc_now
from sync import collector
from workorders.messages.words import OURSELVES
from workorders.problems import Problem
from workorders.queries.import_runs import find_run, import_runs
from workorders.queries.undoing_imports import undoing_of
from workorders.usecases.exchange.undo_import import undo_import

SHOWN_PARTS = 10
SHOWN_RUNS = 200
SHOWN_ERRORS = 50
"""More would scroll the first ones away; --json names all of them."""


@click.group("import")
def import_command() -> None:
    """Bring in streets (OSM PBF) or the district's rows (CSV)."""


def _rows_command(kind: str) -> click.Command:
    @click.command(kind, help=f"Import {kind} from FILE, all or nothing. docs/imports.md lists the columns.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON, with every error.")
    def command(file: Path, dry_run: bool, as_json: bool) -> None:
        config = Config.from_env()
        services = command_services(config)
        collector.freeze_loaded()
        try:
            with progress_bars(Console(stderr=True)) as progress:
                report = import_rows(
                    services.sessions,
                    kind,
                    file.name,
                    file.read_bytes(),
                    now=utc_now(),
                    zone=ZoneInfo(config.timezone),
                    dry_run=dry_run,
                    progress=progress,
                    data_dir=config.data_dir,
                )
        finally:
            services.engine.dispose()
        _answer(report, as_json)

    return command


@import_command.command("streets")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Build everything, keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def streets(file: Path, dry_run: bool, as_json: bool) -> None:
    """Build the road network and the map from FILE, an OpenStreetMap extract (.osm.pbf, .osm)."""
    config = Config.from_env()
    with progress_bars(Console(stderr=True)) as progress:
        made = import_streets(config.data_dir, file, dry_run=dry_run, progress=progress)
    if as_json:
        click.echo(json.dumps(made))
        return
    network, features = made["network"], sum(made["features"].values())
    click.echo(
        f"{'Would keep' if dry_run else 'Kept'} {network['segments']:,} street segments, "
        f"{network['metres'] / 1000:,.0f} km, {network['restrictions']:,} turn restrictions; "
        f"the map has {features:,} features."
    )
    for line in left_out_words(network):
        click.echo(line)


def left_out_words(network: Mapping[str, Any]) -> list[str]:
    """What the network leaves out, and where: a line for all of it, and one for each of the largest parts."""
    if not network["segments_dropped"]:
        return []
    parts = network["left_out"][:SHOWN_PARTS]
    lines = [
        f"Left out {network['segments_dropped']:,} segments in {network['parts_dropped']:,} parts that no "
        "round trip reaches (islands, gaps in the map, closed barriers, oneways without a way back):"
    ]
    lines += [
        f"  {part['segments']:,} segments, {part['metres'] / 1000:,.1f} km, "
        f"at {part['lon']:.5f}, {part['lat']:.5f}" + (f" ({part['street']})" if part["street"] else "")
        for part in parts
    ]
    hidden = network["parts_dropped"] - len(parts)
    if hidden:
        lines.append(f"  and {hidden:,} smaller parts. Stops there cannot be planned.")
    return lines


for _kind in KINDS:
    import_command.add_command(_rows_command(_kind))


@import_command.command("undo")
@click.argument("number", type=int)
@click.option("--dry-run", is_flag=True, help="Say what would be taken away, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def undo(number: int, *, dry_run: bool, as_json: bool) -> None:
    """Undo import NUMBER, as long as nothing has been built on it. `curbstop import runs` lists them."""
    services = command_services(Config.from_env())
    try:
        with services.sessions() as session:
            undoing = undoing_of(session, find_run(session, number))
            if not dry_run and undoing.possible:
                undo_import(session, number, now=utc_now(), actor=OURSELVES)
                session.commit()
    finally:
        services.engine.dispose()
    if as_json:
        click.echo(json.dumps(asdict(undoing) | {"undone": undoing.possible and not dry_run}))
    else:
        for built in undoing.built_on:
            click.echo(f"{built.count:,} {built.table} built on {', '.join(built.numbers)}", err=True)
        if undoing.refused is not None:
            click.echo(Problem("import_not_undoable", reason=undoing.refused).words, err=True)
        if undoing.possible:
            taken = ", ".join(f"{count:,} {table}" for table, count in undoing.takes.items())
            click.echo(f"{'Would take' if dry_run else 'Took'} away {taken}.")
    if not undoing.possible:
        sys.exit(1)


@import_command.command("runs")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def runs(*, as_json: bool) -> None:
    """List the newest imports with their numbers."""
    services = command_services(Config.from_env())
    try:
        with services.read_sessions() as session:
            found = import_runs(session, limit=SHOWN_RUNS)
    finally:
        services.engine.dispose()
    if as_json:
        names = ("id", "kind", "file", "sha256", "way", "state", "rows", "counts", "error_count", "made_by")
        rows = [{name: getattr(one, name) for name in names} for one in found]
        click.echo(
            json.dumps(
                [row | {"made_at": one.made_at.isoformat()} for row, one in zip(rows, found, strict=True)]
            )
        )
        return
    for one in found:
        what = f"{one.state:<8} {one.kind:<14} {one.rows:>9,} {one.file}"
        click.echo(f"{one.id:>6} {one.made_at:%Y-%m-%d %H:%M}Z {what}")


def _answer(report: ImportReport, as_json: bool) -> None:
    """Print the report; exit status 1 when the file was rejected."""
    problem = Problem("import_rejected", count=len(report.errors)) if report.errors else None
    if as_json:
        answer = report.as_dict()
        if problem is not None:
            answer["problem"] = {"code": problem.code, "words": problem.words, "advice": problem.advice}
        click.echo(json.dumps(answer))
    elif problem is None:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in report.counts.items())
        verb = "Would import" if report.dry_run else "Imported"
        click.echo(f"{verb} {counts} from {report.rows:,} rows.")
    else:
        _show_errors(Console(stderr=True), report)
        click.echo(f"{problem.words}\n{problem.advice}  [{problem.code}]", err=True)
    if not as_json:
        _show_notes(report)
    if problem is not None:
        sys.exit(1)


def _show_notes(report: ImportReport) -> None:
    """What somebody should know of: words for nothing by column, everything else by row."""
    emptied: defaultdict[str, int] = defaultdict(int)
    others = []
    for note in report.notes:
        if note.code == "read_as_empty":
            emptied[note.column] += 1
        else:
            others.append(note)
    if emptied:
        columns = ", ".join(f"{name}: {count:,}" for name, count in sorted(emptied.items()))
        click.echo(
            f"Words for nothing (NULL, N/A and the like) were read as empty cells: {columns}.", err=True
        )
    for note in others[:SHOWN_ERRORS]:
        click.echo(f"Row {note.row}, {note.column}: {note.words}.", err=True)


def _show_errors(console: Console, report: ImportReport) -> None:
    table = Table("Row", "Column", "What is wrong", title=report.file)
    for error in report.errors[:SHOWN_ERRORS]:
        table.add_row(str(error.row), error.column, error.words)
    console.print(table)
    hidden = len(report.errors) - SHOWN_ERRORS
    if hidden > 0:
        by_column: defaultdict[str, int] = defaultdict(int)
        for error in report.errors:
            by_column[error.column or "row"] += 1
        columns = ", ".join(f"{name}: {count:,}" for name, count in sorted(by_column.items()))
        console.print(f"… and {hidden:,} more (by column: {columns}). --json names all of them.")
