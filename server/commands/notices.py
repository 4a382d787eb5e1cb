"""`curbstop notices`: the day's notices without a browser, for example from a scheduled job."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.commands.cuts import day_option
from server.config import Config
from server.exports.letters_pdf import letters_pdf
from server.services import Services, open_services
from workorders.grammar.money import text_from_cents
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem
from workorders.queries.notice_run import NoticeRun, notice_run
from workorders.tables import Notice, NoticeBatch
from workorders.usecases.collections.mailing import mark_mailed
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.collections.returned_mail import notice_number
from workorders.usecases.lost_races import in_transaction

ACTOR = "curbstop"
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group("notices", help="Collection notices.")
@click.pass_context
def notices_command(context: click.Context) -> None:
    """Open the database once for all subcommands."""
    services = open_services(Config.from_env())
    context.obj = services
    context.call_on_close(services.engine.dispose)


@notices_command.command("run")
@day_option
@click.option("--dry-run", is_flag=True, help="Say who is due a notice, and write none.")
@click.option("--by", default=ACTOR, help="Who does this: the name people sign in with.")
@json_option
@click.pass_obj
def run(services: Services, day: datetime | None, dry_run: bool, by: str, as_json: bool) -> None:
    """Write the notices that are due as one batch, to be printed and marked as mailed."""
    now = services.clock()
    on = day.date() if day else _today(services)
    with services.read_sessions() as session:
        found = notice_run(session, on, now=now)
    batch: int | None = None
    if found.due and not dry_run:
        batch = in_transaction(
            services.sessions, lambda session: issue_notices(session, on, now=now, actor=by).id
        )
    if as_json:
        click.echo(json.dumps(_as_json(found) | {"batch": batch, "dry_run": dry_run}))
        return
    for due in found.due:
        amount = text_from_cents(due.amount_cents)
        click.echo(f"{due.debtor.facts.number:<14} {amount:>12}  {due.step.kind.replace('_', ' ')}")
    for other in found.not_due:
        amount = text_from_cents(other.past_due_cents)
        click.echo(f"{other.debtor.facts.number:<14} {amount:>12}  none: {say(other.why, ENGLISH)}")
    written = f" Batch {batch} is written." if batch is not None else ""
    click.echo(f"{len(found.due):,} due, {len(found.not_due):,} past due without one.{written}")


@notices_command.command("print")
@click.argument("batch", type=int)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.pass_obj
def print_(services: Services, batch: int, file: Path) -> None:
    """Write the letters of BATCH to FILE (PDF)."""
    with services.read_sessions() as session:
        found, letters = _letters(session, batch)
    numbers = [notice_number(key) for _, key in letters]
    texts = [text for text, _ in letters]
    data = letters_pdf(texts, district=services.config.district, made_at=found.made_at, numbers=numbers)
    file.write_bytes(data)
    click.echo(f"{len(texts):,} letters in {file.name}.")


@notices_command.command("mailed")
@click.argument("batch", type=int)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD; default: today.")
@click.option("--by", default=ACTOR, help="Who does this: the name people sign in with.")
@click.pass_obj
def mailed(services: Services, batch: int, on: datetime | None, by: str) -> None:
    """Mark BATCH as mailed: its notices count from that day, and late charges are posted."""
    day = on.date() if on else _today(services)

    def act(session: Session) -> None:
        mark_mailed(session, batch, on=day, now=services.clock(), actor=by)

    in_transaction(services.sessions, act)
    click.echo(f"Batch {batch} is marked as mailed on {day}.")


def _today(services: Services) -> date:
    return services.clock().astimezone(ZoneInfo(services.config.timezone)).date()


def _letters(session: Session, batch: int) -> tuple[NoticeBatch, list[tuple[str, int]]]:
    found = session.get(NoticeBatch, batch)
    if found is None:
        raise Problem("not_found", what="batch of notices", key=batch)
    query = select(Notice.text, Notice.id).where(Notice.batch_id == batch).order_by(Notice.kind, Notice.id)
    return found, [(text, key) for text, key in session.execute(query) if text]


def _as_json(found: NoticeRun) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "due": [
            {
                "account": one.debtor.facts.number,
                "kind": one.step.kind,
                "past_due_cents": one.past_due_cents,
                "amount_cents": one.amount_cents,
                "since": one.since.isoformat(),
                "cut_on": one.cut_on.isoformat() if one.cut_on else None,
            }
            for one in found.due
        ],
        "not_due": [
            {
                "account": one.debtor.facts.number,
                "past_due_cents": one.past_due_cents,
                "code": one.why.code,
                "why": say(one.why, ENGLISH),
            }
            for one in found.not_due
        ],
    }
