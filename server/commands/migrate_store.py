"""`curbstop migrate-store`: move technicians' databases between the embedded store and a CouchDB."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from sqlalchemy import select

from server.commands.database import command_services
from server.config import Config
from server.progress import progress_bars
from server.services import Services
from sync.pipeline.ingest import ingest_database
from sync.stores.contract import DocumentStore, StoreUnavailable
from sync.stores.copying import Copied, CopyIncomplete, CopyRefused, check_unwritten, copy_database, is_open
from sync.stores.couch.store import CouchStore
from sync.stores.sql.store import SqlStore
from workorders.tables import IngestCheckpoint, Technician

NEXT = {
    "couchdb": "Set CURBSTOP_COUCHDB_URL and start again",
    "embedded": "Unset CURBSTOP_COUCHDB_URL and start again",
}


@click.command("migrate-store")
@click.option("--to", "target", type=click.Choice(["couchdb", "embedded"]), required=True)
@click.option("--couchdb-url", help="CouchDB with admin credentials; default: CURBSTOP_COUCHDB_URL.")
@click.option("--replace", is_flag=True, help="Throw away what is in use in the target under these names.")
def migrate_store_command(target: str, couchdb_url: str | None, replace: bool) -> None:
    """Move every technician's database to CouchDB, or back, without losing a revision.

    Stop the server and the worker first. A CouchDB that is left is closed to tablets, so that none of them
    writes where nobody reads any more. What was moved already is left alone, so the command may be repeated.
    """
    config = Config.from_env()
    url = couchdb_url or config.couchdb_url
    if url is None:
        raise click.UsageError("Name the CouchDB with --couchdb-url or CURBSTOP_COUCHDB_URL.")
    services = command_services(config)
    embedded, couch = SqlStore(services.engine), CouchStore(url)
    source, sink = (embedded, couch) if target == "couchdb" else (couch, embedded)
    try:
        _move(services, source, sink, replace=replace)
    except (CopyRefused, CopyIncomplete, StoreUnavailable) as error:
        raise click.ClickException(f"{error}\n{_advice(error)}") from error
    finally:
        embedded.close()
        couch.close()
        services.engine.dispose()
    click.echo(f"{NEXT[target]}; tablets find the new address at their next sign-in.")


def _move(services: Services, source: DocumentStore, sink: DocumentStore, *, replace: bool) -> None:
    databases = _databases(services)
    known = source.positions(databases)
    moved = [name for name in databases if is_open(sink, name) and not is_open(source, name)]
    waiting = [name for name in databases if name in known and name not in moved]
    for name in moved:
        click.echo(f"{name}: moved already.")
    with _closed(source, waiting):
        copies = _copy(services, source, sink, waiting, replace=replace)
        for copied in copies:
            check_unwritten(source, copied)
        _continue_from(services, copies)
    # From here on the sink's databases are the ones in use.
    for copied in copies:
        source.ensure_database(copied.database)
        sink.ensure_database(copied.database, members=[copied.database])
        click.echo(f"{copied.database}: {copied.documents} documents, {copied.leaves} revisions, all there.")


def _databases(services: Services) -> list[str]:
    with services.read_sessions() as session:
        return [t.database for t in session.scalars(select(Technician).order_by(Technician.id))]


@contextmanager
def _closed(store: DocumentStore, names: Sequence[str]) -> Iterator[None]:
    """Keep tablets out of the databases meanwhile; whatever goes wrong, let them in again."""
    try:
        for name in names:
            store.ensure_database(name)
        yield
    except BaseException:
        for name in names:
            store.ensure_database(name, members=[name])
        raise


def _copy(
    services: Services, source: DocumentStore, sink: DocumentStore, names: Iterable[str], *, replace: bool
) -> list[Copied]:
    copies = []
    with progress_bars(Console(stderr=True)) as report:
        for name in names:
            _drain(services, source, name)
            total = source.info(name).doc_count
            copies.append(
                copy_database(source, sink, name, replace=replace, progress=_counting(report, name, total))
            )
    return copies


def _counting(report: Callable[[str, int, int], None], name: str, total: int) -> Callable[[int], None]:
    done = 0

    def count(documents: int) -> None:
        nonlocal done
        done += documents
        report(name, done, max(total, done))

    return count


def _drain(services: Services, source: DocumentStore, database: str) -> None:
    """Ingest everything first, so that ingest may go on after the last document of the copy."""
    source.await_copies(database)
    while ingest_database(services.sessions, source, database, clock=services.clock).reached:
        pass


def _continue_from(services: Services, copies: Iterable[Copied]) -> None:
    """Sequences are each store's own: ingest goes on after the last document of the copy."""
    with services.sessions.begin() as session:
        for copied in copies:
            checkpoint = session.get(IngestCheckpoint, copied.database)
            if checkpoint is None:
                session.add(IngestCheckpoint(database=copied.database, since=copied.position))
            else:
                checkpoint.since = copied.position


def _advice(error: Exception) -> str:
    if isinstance(error, CopyRefused):
        return "Stop the server and the worker. If what the target holds may go, repeat with --replace."
    return "Nothing was switched. Run the command again when this is mended."
