"""`curbstop devices`: let technicians onto tablets, see the tablets, take one out of use."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from mobile_api import devices, enrolment
from server.commands.database import command_engine
from server.config import Config
from server.db import session_factory, transaction
from server.services import utc_now


@contextmanager
def _session(config: Config) -> Iterator[Session]:
    """One transaction on the district's database; the engine is given back at its end."""
    engine = command_engine(config)
    try:
        with transaction(session_factory(engine)) as session:
            yield session
    finally:
        engine.dispose()


@click.group("devices")
def devices_command() -> None:
    """Tablets: enrollment codes, list, revocation."""


@devices_command.command("code")
@click.argument("technician")
@click.option("--by", default="command line", show_default=True, help="Who issues it, for the record.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def code(technician: str, by: str, as_json: bool) -> None:
    """Issue a one-time enrollment code for TECHNICIAN (an id such as t01)."""
    config = Config.from_env()
    life = timedelta(minutes=config.enrolment_minutes)
    now = utc_now()
    with _session(config) as session:
        made = enrolment.issue_code(
            session,
            config.secret_key,
            technician,
            issued_by=by,
            now=now,
            life=life,
            random=secrets.token_bytes(5),
        )
    if as_json:
        answer = {"code": made, "technician": technician, "expires_at": (now + life).isoformat()}
        click.echo(json.dumps(answer))
        return
    click.echo(f"{made}\nGood once, for {config.enrolment_minutes} minutes, at /tablet/.")


@devices_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def list_(as_json: bool) -> None:
    """List the tablets, the newest first."""
    config = Config.from_env()
    with _session(config) as session:
        rows = devices.tablets(session)
    if as_json:
        click.echo(json.dumps([row.as_dict() for row in rows]))
        return
    table = Table("Tablet", "Name", "Technicians", "Last heard", "App", "State")
    for row in rows:
        heard = f"{row.last_seen_at:%Y-%m-%d %H:%M} UTC" if row.last_seen_at else "never"
        who = ", ".join(f"{name} ({key})" for key, name in row.technicians.items())
        table.add_row(
            row.id, row.name, who, heard, row.app_version or "", "revoked" if row.revoked_at else "in use"
        )
    Console().print(table)


@devices_command.command("revoke")
@click.argument("device")
@click.option("--by", default="command line", show_default=True, help="Who revokes it, for the record.")
def revoke(device: str, by: str) -> None:
    """Take the tablet DEVICE out of use: its tokens stop working and its open feeds end."""
    config = Config.from_env()
    with _session(config) as session:
        devices.revoke(session, device, by, utc_now())
    click.echo(f"Tablet {device} is revoked.")
