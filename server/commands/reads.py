"""`curbstop reads`: files of the read systems without a browser, for example from a scheduled job."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from server.config import Config
from server.imports.read_files import digest_of, file_rows
from server.services import Services, open_services
from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say
from workorders.tables import ReadFile
from workorders.usecases.meters.read_layouts import layout_named, save_layout
from workorders.usecases.meters.take_read_file import take_read_file

ACTOR = "curbstop"
SHOWN = 20
by_option = click.option("--by", default=ACTOR, help="Who does this: the name people sign in with.")


@click.group("reads", help="Files of AMI and handheld systems.")
@click.pass_context
def reads_command(context: click.Context) -> None:
    """Open the database once for all subcommands."""
    services = open_services(Config.from_env())
    context.obj = services
    context.call_on_close(services.engine.dispose)


@reads_command.command("layout")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@click.pass_obj
def layout(services: Services, file: Path, by: str) -> None:
    """Keep the layout that FILE (JSON: name, source, columns, day_form, skip_codes) holds."""
    given = json.loads(file.read_text(encoding="utf-8"))
    with services.sessions.begin() as session:
        kept = save_layout(
            session,
            name=str(given.get("name", "")),
            source=str(given.get("source", "")),
            columns=_texts(given.get("columns")),
            day_form=str(given.get("day_form", "ymd")),
            skip_codes=_texts(given.get("skip_codes")),
            now=services.clock(),
            actor=by,
        )
        click.echo(f"Layout {kept.name} is kept.")


@reads_command.command("take")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layout", "name", required=True, help="Name of the layout.")
@click.option("--dry-run", is_flag=True, help="Say what would become of the rows, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@by_option
@click.pass_obj
def take(services: Services, /, file: Path, name: str, by: str, *, dry_run: bool, as_json: bool) -> None:
    """Take FILE in: good rows become reads, held against history; faulty ones are named."""
    data, zone = file.read_bytes(), ZoneInfo(services.config.timezone)
    with services.sessions() as session:
        wanted = layout_named(session, name)
        made = take_read_file(
            session,
            wanted,
            file_rows(data, wanted, zone),
            name=file.name,
            digest=digest_of(data),
            now=services.clock(),
            actor=by,
        )
        answer = _as_json(made) | {"dry_run": dry_run}
        if dry_run:
            session.rollback()
        else:
            session.commit()
    if as_json:
        click.echo(json.dumps(answer))
        return
    click.echo(
        f"{answer['rows']:,} rows: {answer['accepted']:,} reads, {answer['repeated']:,} on record already, "
        f"{answer['skipped']:,} skipped, {answer['faulty']:,} faults, {answer['absent']:,} meters absent."
    )
    for fault in answer["faults"][:SHOWN]:
        click.echo(f"Row {fault['row']}, {fault['column']}: {fault['words']}", err=True)


def _as_json(made: ReadFile) -> dict[str, Any]:
    counts = ("rows", "accepted", "repeated", "skipped", "faulty", "absent")
    return {name: getattr(made, name) for name in counts} | {
        "gap_days": made.gap_days,
        "faults": [
            {
                "row": one["row"],
                "column": one["column"],
                "code": one["message"]["code"],
                "words": say(Message.from_json(one["message"]), ENGLISH),
            }
            for one in made.faults
        ],
    }


def _texts(given: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
