"""`curbstop export`: give other systems what is new since the last batch, each row once."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy.orm import Session

from server.config import Config
from server.exports.batch_files import batch_csv, batch_json, file_name
from server.exports.messages import KINDS as MESSAGES
from server.exports.messages import STANDARDS, batch_message
from server.services import Services, open_services
from workorders.messages.words import OURSELVES
from workorders.problems import Problem, Reason
from workorders.queries.exports import EXPORTS, find_batch
from workorders.tables import ExportBatch
from workorders.usecases.exchange.export_batches import batches_made, is_unchanged, make_batch
from workorders.usecases.lost_races import in_transaction

SHOWN = 200


@click.command("export")
@click.argument("kind", required=False, type=click.Choice(sorted(EXPORTS)))
@click.option("--again", type=int, metavar="NUMBER", help="A batch made before, with the same bytes.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write a file there.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of CSV; without a kind: the batches.")
@click.option(
    "--as",
    "standard",
    type=click.Choice(sorted(STANDARDS)),
    help="As a message of that standard (XML or --json).",
)
@click.option("--compare", is_flag=True, help="With --again: whether its rows are still what was given out.")
def export_command(
    kind: str | None,
    *,
    again: int | None,
    folder: Path | None,
    as_json: bool,
    standard: str | None,
    compare: bool,
) -> None:
    """Give out the next batch of a kind: on standard output, or as a file of the batch's own name.

    The file is complete before the batch counts as given: ended at any moment, the next run gives the same
    rows under the same number. Without a kind, list the batches.
    """
    services = open_services(Config.from_env())
    form = Form(as_json, standard, services.config.district)
    try:
        if standard is not None and kind not in MESSAGES:
            reason = Reason("one of {known}", known=", ".join(MESSAGES))
            raise Problem("bad_input", field="kind", reason=reason)
        if kind is None:
            _list(services, as_json=as_json)
        elif again is not None:
            with services.read_sessions() as session:
                batch = find_batch(session, kind, again)
                if compare and not is_unchanged(session, batch):
                    raise Problem("export_differs", kind=kind, number=again)
                _give(session, batch, folder, form)
        else:
            in_transaction(services.sessions, lambda session: _next(session, services, kind, folder, form))
    finally:
        services.engine.dispose()


@dataclass(frozen=True, slots=True)
class Form:
    """How a batch is given: CSV, JSON, or a message of a standard in XML or JSON from `district`."""

    as_json: bool
    standard: str | None
    district: str

    def parts(self, session: Session, batch: ExportBatch) -> Iterator[str]:
        """The batch in pieces."""
        if self.standard is not None:
            form = "json" if self.as_json else "xml"
            return batch_message(session, batch, self.standard, form, district=self.district)
        return batch_json(session, batch) if self.as_json else batch_csv(session, batch)

    @property
    def ending(self) -> str:
        """Of a file's name."""
        form = "json" if self.as_json else "csv" if self.standard is None else "xml"
        return form if self.standard is None else f"{self.standard}.{form}"


def _next(session: Session, services: Services, kind: str, folder: Path | None, form: Form) -> None:
    batch = make_batch(session, kind, now=services.clock(), actor=OURSELVES)
    if batch is None:
        click.echo("Nothing new.", err=True)
        return
    _give(session, batch, folder, form)


def _give(session: Session, batch: ExportBatch, folder: Path | None, form: Form) -> None:
    """To standard output, or whole under the batch's name: a reader of the folder never sees half a file."""
    parts = form.parts(session, batch)
    if folder is None:
        for part in parts:
            click.echo(part, nl=False)
        return
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file_name(batch, form.ending)
    half = target.with_name(f".{target.name}.half")
    with half.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    half.replace(target)
    click.echo(f"{target}: {batch.rows:,} rows", err=True)


def _list(services: Services, *, as_json: bool) -> None:
    with services.read_sessions() as session:
        found = [one for one, _ in batches_made(session, SHOWN)]
    if as_json:
        rows = [
            {
                "kind": one.kind,
                "number": one.number,
                "rows": one.rows,
                "sha256": one.sha256,
                "made_at": one.made_at.isoformat(),
                "made_by": one.made_by,
            }
            for one in found
        ]
        click.echo(json.dumps(rows))
        return
    for one in found:
        made = f"{one.made_at:%Y-%m-%d %H:%M}Z"
        click.echo(f"{one.kind:<16} {one.number:>6} {one.rows:>9,} rows  {made}  {one.sha256[:12]}")
