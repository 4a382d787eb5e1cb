"""`curbstop rules`: fees, cut rules and limits, as dated data."""

import json
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from server.commands.database import command_services
from server.config import Config
from server.services import Services
from workorders.problems import Problem
from workorders.queries.rules import load_rule_book
from workorders.usecases.district.adopt_rules import adopt_rules
from workorders.usecases.district.publish_rules import sample_document
from workorders.usecases.district.rule_packs import document_of, pack_named, rule_packs


@click.group("rules", help="Fees, cut rules and limits: show, sample, publish.")
@click.pass_context
def rules_command(context: click.Context) -> None:
    """Open the database once for all subcommands."""
    config = Config.from_env()
    services = command_services(config)
    context.obj = services
    context.call_on_close(services.engine.dispose)


@rules_command.command("sample")
def sample() -> None:
    """Print a document to edit. Its figures are samples, not the law of any place."""
    click.echo(json.dumps(sample_document(), indent=1, ensure_ascii=False))


@rules_command.command("packs")
def packs() -> None:
    """List the sample packs made after laws. They are no legal advice."""
    for one in rule_packs():
        click.echo(f"{one.code:<32} {one.title} ({len(one.sentences)} sentences)")


@rules_command.command("pack")
@click.argument("code")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day it holds from.")
def pack(code: str, since: datetime) -> None:
    """Print the pack CODE as a document to edit and publish. Its rules are samples and no legal advice."""
    document = document_of(pack_named(code), since.date())
    click.echo(json.dumps(document, indent=1, ensure_ascii=False))


@rules_command.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, publish nothing.")
@click.pass_obj
def publish(services: Services, file: Path, dry_run: bool) -> None:
    """Put the rules and fees of FILE (JSON) in force from their dates on, all or nothing."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise Problem("bad_input", field=file.name, reason=f"is not JSON: {error}") from None
    with services.sessions() as session:
        version = adopt_rules(session, document, now=services.clock())
        if dry_run:
            session.rollback()
            click.echo("The document can be published. Nothing was changed.")
            return
        session.commit()
    click.echo(f"Rule set {version} is published; tablets get it at their next sync.")


@rules_command.command("show")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="On that day instead of today.")
@click.pass_obj
def show(services: Services, day: datetime | None) -> None:
    """Print the rules and fees in force as JSON."""
    today = services.clock().astimezone(ZoneInfo(services.config.timezone)).date()
    with services.read_sessions() as session:
        found = load_rule_book(session).in_force(day.date() if day else today)
    document = {
        "day": found.day,
        "rule_set": found.version,
        "rules": [
            {"kind": kind, "key": key, "value": _plain(value)}
            for (kind, key), value in sorted(found.rules.items(), key=lambda rule: rule[0])
        ],
        "fees": [_plain(fee) for _, fee in sorted(found.fees.items())],
    }
    click.echo(json.dumps(document, indent=1, ensure_ascii=False, default=str))


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
