"""`curbstop users`: the office's people and their passwords."""

import json
from typing import Any

import click
from sqlalchemy import select

from server.auth import users
from server.auth.roles import ROLES
from server.auth.second_factor import end_second_factor
from server.commands.database import command_services
from server.config import Config
from server.db import transaction
from server.services import Services
from server.tables import User
from workorders.messages.words import OURSELVES


@click.group("users", help="People of the office who sign in with a password.")
@click.pass_context
def users_command(context: click.Context) -> None:
    """Open the database once for all subcommands."""
    services = command_services(Config.from_env())
    context.obj = services
    context.call_on_close(services.engine.dispose)


@users_command.command("add")
@click.argument("name")
@click.option("--full-name", default="", help="As colleagues read it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(list(ROLES)),
    help="May be given again.",
)
@click.password_option(help="Asked for when not given.")
@click.pass_obj
def add(services: Services, name: str, full_name: str, roles: tuple[str, ...], password: str) -> None:
    """Add a person."""
    with transaction(services.sessions) as session:
        users.add_user(session, name, full_name, password, roles, now=services.clock())
    click.echo(f"{name} may sign in as {', '.join(roles)}.")


@users_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_users(services: Services, as_json: bool) -> None:
    """Show everybody, their roles and their last sign-in."""
    with services.read_sessions() as session:
        rows: list[dict[str, Any]] = [
            {
                "name": user.name,
                "full_name": user.full_name,
                "roles": user.roles,
                "active": user.active,
                "last_sign_in_at": user.last_sign_in_at and user.last_sign_in_at.isoformat(),
            }
            for user in session.scalars(select(User).order_by(User.name))
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        shut = "" if row["active"] else "  (shut out)"
        click.echo(f"{row['name']:<20} {row['full_name']:<28} {', '.join(row['roles'])}{shut}")
    if not rows:
        click.echo("Nobody may sign in yet. Add one: curbstop users add NAME --role admin")


@users_command.command("password")
@click.argument("name")
@click.password_option(help="Asked for when not given.")
@click.pass_obj
def password_(services: Services, name: str, password: str) -> None:
    """Give a person a new password; their sessions end."""
    with transaction(services.sessions) as session:
        users.set_password(session, name, password, now=services.clock(), actor=OURSELVES)
    click.echo(f"{name} has a new password; open sessions have ended.")


@users_command.command("roles")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(list(ROLES)),
    help="All that they have.",
)
@click.pass_obj
def roles_(services: Services, name: str, roles: tuple[str, ...]) -> None:
    """Give a person these roles and no others."""
    with transaction(services.sessions) as session:
        users.set_roles(session, name, roles, now=services.clock(), actor=OURSELVES)
    click.echo(f"{name} may sign in as {', '.join(roles)}.")


@users_command.command("codes-off")
@click.argument("name")
@click.pass_obj
def codes_off(services: Services, name: str) -> None:
    """Ask somebody who lost app and recovery codes for no one-time code any more; their sessions end."""
    with transaction(services.sessions) as session:
        end_second_factor(session, name, now=services.clock(), actor=OURSELVES)
    click.echo(f"{name} signs in with the password alone.")


@users_command.command("shut-out")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the person in again.")
@click.pass_obj
def shut_out(services: Services, name: str, undo: bool) -> None:
    """Stop a person from signing in; their sessions end."""
    with transaction(services.sessions) as session:
        users.set_active(session, name, undo, now=services.clock(), actor=OURSELVES)
    click.echo(f"{name} may {'sign in again' if undo else 'no longer sign in'}.")
