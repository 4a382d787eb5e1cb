"""`curbstop verify-ledger`: prove balances, custody, receipts and states from entries and events."""

import json
from dataclasses import asdict, replace

import click
from sqlalchemy.exc import DatabaseError

from server.backups.integrity import page_damage
from server.commands.database import command_engine
from server.config import Config
from server.db import session_factory
from workorders.queries.verify import Difference, Verification, verify_ledger


@click.command("verify-ledger")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
@click.pass_context
def verify_ledger_command(context: click.Context, as_json: bool) -> None:
    """Build balances, custody, receipts and service-point states again and compare them.

    The database's own pages are checked too (on PostgreSQL where amcheck is installed). Exit status 1 when
    anything differs, each difference named.
    """
    engine = command_engine(Config.from_env())
    damage = page_damage(engine)
    pages = tuple(Difference("pages", "database", words) for words in damage)
    try:
        with session_factory(engine, read_only=True)() as session:
            found = verify_ledger(session)
        found = replace(found, differences=(*pages, *found.differences))
    except DatabaseError:
        if not pages:
            raise
        # What lies on damaged pages cannot be compared.
        found = Verification(pages, {})
    engine.dispose()
    click.echo(_json(found) if as_json else _words(found))
    context.exit(0 if found.sound else 1)


def _json(found: Verification) -> str:
    return json.dumps(
        {
            "sound": found.sound,
            "looked_at": found.looked_at,
            "differences": [asdict(difference) for difference in found.differences],
        }
    )


def _words(found: Verification) -> str:
    looked_at = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in found.looked_at.items())
    lines = [f"Looked at {looked_at}."]
    lines += [f"DIFFERENCE  {one.check} {one.key}: {one.words}" for one in found.differences]
    lines.append("Everything adds up." if found.sound else f"{len(found.differences)} things do not add up.")
    return "\n".join(lines)
