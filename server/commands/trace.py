"""`curbstop trace`: everything recorded about one event, order, receipt or payment."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_api.tables import DeviceTechnician
from server.commands.database import command_services
from server.config import Config
from server.services import Services
from sync.protocol.access import TECHNICIAN_PREFIX
from sync.stores.contract import DatabaseMissing, StoreUnavailable
from workorders.problems import Problem
from workorders.queries.trace import Step, Subject, documents, steps, subject_of


@click.command("trace")
@click.argument("key", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def trace_command(key: str, as_json: bool) -> None:
    """Print the whole life of an event, order, receipt or payment, in the order in which it was recorded.

    ID is an event's document id, an order's or a receipt's number, or a payment's id.
    """
    services = command_services(Config.from_env())
    try:
        with services.read_sessions() as session:
            subject = _subject(services, session, key)
            found = steps(session, subject)
            wanted = documents(session, subject) or _writers(session, key)
        held = [leaf for database, ids in sorted(wanted.items()) for leaf in _leaves(services, database, ids)]
    finally:
        services.engine.dispose()
    if as_json:
        whole = {
            "id": key,
            "kind": subject.kind,
            "documents": held,
            "steps": [asdict(step) for step in found],
        }
        click.echo(json.dumps(whole, default=_plain, indent=1))
        return
    click.echo(f"{subject.kind} {key}")
    if not found:
        click.echo("  sent by the tablet; the worker has not read it yet")
    for leaf in held:
        state = leaf.get("trouble") or ("deleted" if leaf["deleted"] else "")
        click.echo(f"  document  {leaf['database']} {leaf['id']} {leaf['revision']} {state}".rstrip())
    for step in found:
        click.echo(_line(step))


def _subject(services: Services, session: Session, key: str) -> Subject:
    """As `subject_of`; also an event that a tablet has sent and no table knows of yet.

    Raises Problem not_found.
    """
    try:
        return subject_of(session, key)
    except Problem:
        written = _writers(session, key).items()
        sent = [leaf for database, ids in written for leaf in _leaves(services, database, ids)]
        if not any(leaf["id"] == key for leaf in sent):
            raise
        return Subject("event", events={key})


def _writers(session: Session, key: str) -> dict[str, set[str]]:
    """The databases in which an event with this id may lie: those of the people who use its tablet."""
    kind, _, rest = key.partition(":")
    if kind != "event":
        return {}
    device = rest.partition(":")[0]
    used_by = select(DeviceTechnician.technician_id).where(DeviceTechnician.device_id == device)
    return {f"{TECHNICIAN_PREFIX}{technician}": {key} for technician in session.scalars(used_by)}


def _leaves(services: Services, database: str, ids: set[str]) -> list[dict[str, Any]]:
    """Each live or deleted revision of the documents; in words what stands in the way of reading them."""
    try:
        leaves = services.store.read_leaves(database, sorted(ids))
    except (DatabaseMissing, StoreUnavailable) as error:
        trouble = f"cannot be read: {type(error).__name__}"
        return [{"database": database, "id": "", "revision": "", "deleted": False, "trouble": trouble}]
    return [
        {
            "database": database,
            "id": leaf["_id"],
            "revision": leaf["_rev"],
            "deleted": bool(leaf.get("_deleted")),
            "revisions": leaf.get("_revisions", {}).get("start", 1),
        }
        for leaf in leaves
    ]


def _line(step: Step) -> str:
    at = step.at.isoformat(timespec="seconds") if step.at else "-"
    detail = {name: value for name, value in step.detail.items() if name != "body" and value not in ([], {})}
    return f"  {at}  {step.record:<10} {step.key}  {json.dumps(detail, default=_plain, ensure_ascii=False)}"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
