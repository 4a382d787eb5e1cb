"""`curbstop drill`: prove that the newest backup can be put back, without touching the district."""

import json
from datetime import timedelta
from pathlib import Path

import click

from server.backups.drill import Drill, hold_drill
from server.config import Config
from server.services import utc_now


@click.command("drill")
@click.argument("backups", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the URL of a spare, empty PostgreSQL database; needed for backups of PostgreSQL.",
)
@click.option(
    "--room", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Where there is disk space."
)
@click.option("--hours", default=30, show_default=True, help="How old the newest backup may be.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def drill_command(backups: Path, into: Path | None, room: Path | None, hours: int, as_json: bool) -> None:
    """Put the newest backup in the folder BACKUPS back into a spare place, and verify the ledger there.

    Exit status 1 when it cannot be put back, does not add up, or is older than it may be. Run it monthly.
    """
    now = utc_now()
    spare = into.read_text().strip() if into else ""
    drill = hold_drill(Config.from_env(), backups, spare_url=spare, room=room, now=now)
    age = now - drill.manifest.taken_at
    old = age > timedelta(hours=hours)
    click.echo(_json(drill, age) if as_json else _words(drill, age, hours if old else None))
    click.get_current_context().exit(1 if drill.differences or old else 0)


def _json(drill: Drill, age: timedelta) -> str:
    return json.dumps(
        {
            "backup": str(drill.folder),
            "taken_at": drill.manifest.taken_at.isoformat(),
            "age_seconds": round(age.total_seconds()),
            "last_event_at": drill.last_event_at.isoformat() if drill.last_event_at else None,
            "last_receipt": drill.last_receipt,
            "differences": drill.differences,
        }
    )


def _words(drill: Drill, age: timedelta, allowed: int | None) -> str:
    lines = [
        f"{drill.folder}: taken {drill.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, put back and verified.",
        f"Its last report from the field came {drill.last_event_at or 'never'}; "
        f"its last receipt is {drill.last_receipt or 'none'}.",
    ]
    lines += [f"DIFFERENCE  {words}" for words in drill.differences]
    if allowed is not None:
        lines.append(f"TOO OLD  {age.total_seconds() / 3600:.0f} hours, {allowed} are allowed.")
    if not drill.differences:
        lines.append("Everything adds up.")
    return "\n".join(lines)
