"""`curbstop cuts`: the cut list without a browser."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from server.config import Config
from server.services import Services, open_services
from workorders.grammar.money import text_from_cents
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem
from workorders.queries.cut_list import CutRow, cut_list
from workorders.tables import Zone

day_option = click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD; default: today.")


@click.group("cuts", help="Who may be cut for non-payment.")
@click.pass_context
def cuts_command(context: click.Context) -> None:
    """Open the database once for all subcommands."""
    services = open_services(Config.from_env())
    context.obj = services
    context.call_on_close(services.engine.dispose)


@cuts_command.command("list")
@day_option
@click.option("--zone", help="Only this zone, by its code.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_(services: Services, day: datetime | None, zone: str | None, as_json: bool) -> None:
    """Show who may be cut on a day, and why not the others with enough past due."""
    now = services.clock()
    today = now.astimezone(ZoneInfo(services.config.timezone)).date()
    with services.read_sessions() as session:
        zones = dict(session.execute(select(Zone.id, Zone.code)).all())
        by_code = {code: number for number, code in zones.items()}
        if zone is not None and zone not in by_code:
            raise Problem("not_found", what="zone", key=zone)
        zone_id = by_code[zone] if zone is not None else None
        found = cut_list(session, day.date() if day else today, now=now, zone_id=zone_id)
    rows = [_row(row, zones) for row in found.rows]
    if as_json:
        click.echo(
            json.dumps(
                {
                    "day": found.day.isoformat(),
                    "as_of": now.isoformat(),
                    "allowed": len(found.allowed),
                    "not_allowed": len(rows) - len(found.allowed),
                    "rows": rows,
                }
            )
        )
        return
    for row in sorted(rows, key=lambda one: not one["allowed"]):
        may_be_cut = "may be cut" if row["allowed"] else " ".join(row["why_not"])
        click.echo(f"{row['account']:<14} {text_from_cents(row['avoids_cents']):>12}  {may_be_cut}")
    click.echo(f"{len(found.allowed):,} may be cut, {len(rows) - len(found.allowed):,} may not.")


def _row(row: CutRow, zones: dict[int, str]) -> dict[str, Any]:
    return {
        "account": row.debtor.facts.number,
        "customer": row.debtor.customer,
        "service_point": row.point.number,
        "service": row.point.service,
        "address": row.point.address,
        "zone": zones.get(row.point.zone_id or 0),
        "owed_cents": row.owed_cents,
        "avoids_cents": row.avoids_cents,
        "allowed": row.allowed,
        "order": row.order,
        "why_not": [say(why, ENGLISH) for why in row.why_not],
        "codes": [why.code for why in row.why_not],
    }
