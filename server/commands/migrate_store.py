"""`curbstop migrate-store`: move technicians' databases between the embedded store and a CouchDB."""

import click
from rich.progress import Progress
from sqlalchemy import select

from server.config import Config
from server.services import Services, open_services
from sync.copying import Copied, copy_database
from sync.ingest import ingest_database
from sync.publish import publish_pending
from sync.store import DocumentStore
from sync.store_couch import CouchStore
from sync.store_sql import SqlStore
from workorders.tables import IngestCheckpoint, Technician


@click.command("migrate-store")
@click.option("--to", "target", type=click.Choice(["couchdb", "embedded"]), required=True)
@click.option("--couchdb-url", help="CouchDB with admin credentials; default: CURBSTOP_COUCHDB_URL.")
def migrate_store_command(target: str, couchdb_url: str | None) -> None:
    """Move every technician's database to CouchDB, or back, without losing a revision.

    Stop the server and the worker first: what a tablet wrote in between would be left behind.
    """
    services = open_services(Config.from_env())
    url = couchdb_url or services.config.couchdb_url
    if url is None:
        raise click.UsageError("Name the CouchDB with --couchdb-url or CURBSTOP_COUCHDB_URL.")
    embedded, couch = SqlStore(services.engine), CouchStore(url)
    source, sink = (embedded, couch) if target == "couchdb" else (couch, embedded)
    with services.read_sessions() as session:
        technicians = [
            (t.id, t.database) for t in session.scalars(select(Technician).order_by(Technician.id))
        ]
    _drain(services, source, [database for _, database in technicians])
    with Progress() as bar:
        task = bar.add_task("Documents", total=None)
        for technician, database in technicians:
            copied = copy_database(
                source, sink, database, [f"tech-{technician}"], progress=lambda n: bar.advance(task, n)
            )
            _continue_from(services, copied)
            bar.console.print(
                f"{database}: {copied.documents} documents, {copied.leaves} revisions, all there."
            )
    click.echo(_advice(target))


def _drain(services: Services, source: DocumentStore, databases: list[str]) -> None:
    """Ingest and publish everything first, so that the checkpoints can be set to the copies' ends."""
    for database in databases:
        while ingest_database(services.sessions, source, database, clock=services.clock, limit=500).handled:
            pass
    while publish_pending(services.sessions, source, now=services.clock(), limit=500):
        pass


def _continue_from(services: Services, copied: Copied) -> None:
    """Sequences are each store's own: ingest goes on after the last document of the copy."""
    with services.sessions.begin() as session:
        checkpoint = session.get(IngestCheckpoint, copied.database)
        if checkpoint is None:
            session.add(IngestCheckpoint(database=copied.database, since=copied.position))
        else:
            checkpoint.since = copied.position


def _advice(target: str) -> str:
    if target == "couchdb":
        return "Set CURBSTOP_COUCHDB_URL and start again; tablets find the new address at their next sign-in."
    return "Unset CURBSTOP_COUCHDB_URL and start again; tablets find the new address at their next sign-in."
