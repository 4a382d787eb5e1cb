"""What publishing costs: a day's orders from the outbox into the technicians' databases, and again changed.

On the embedded store of each engine, and with `--couchdb URL` on a CouchDB beside SQLite, where documents of
databases named `tech-bench…` are made and deleted.
"""

import argparse
import cProfile
import pstats
import time
from dataclasses import dataclass

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from bench import results
from bench.databases import fresh_database
from server.db import open_engine, session_factory
from server.migrate import upgrade
from sync import collector
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.contract import DocumentStore
from sync.stores.couch.store import CouchStore
from sync.stores.sql.store import SqlStore
from tests.integration.usecases import world
from tests.integration.usecases.world import LATER, NOW
from workorders.usecases.history import enqueue

COLUMNS = ("store", "round", "documents", "documents/s", "CPU ms/document")
console = Console(width=110)


@dataclass(frozen=True, slots=True)
class Measured:
    """One emptying of the outbox; `processor` is this process's own seconds."""

    documents: int
    seconds: float
    processor: float


def main(arguments: list[str] | None = None) -> None:
    """Measure each store and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench ingest", description=__doc__)
    parser.add_argument("--orders", type=int, default=600)
    parser.add_argument("--technicians", type=int, default=10)
    parser.add_argument("--couchdb", metavar="URL", help="user:password@ in it")
    parser.add_argument("--only", choices=("sqlite", "postgresql", "couchdb"))
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead of how much")
    parser.add_argument("--keep", action="store_true", help="for docs/figures.md")
    options, _ = parser.parse_known_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    title = f"Publishing a day: {options.orders} orders, {options.technicians} technicians"
    table, rows, load = Table(title=title), [], results.busy()
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in {"store", "round"} else "right")
    for store in ("sqlite", "postgresql", *(["couchdb"] if options.couchdb else [])):
        if options.only not in {None, store}:
            continue
        couchdb = options.couchdb if store == "couchdb" else None
        for name, one in _measure(store, couchdb, options).items():
            row = (
                store,
                name,
                f"{one.documents:,}",
                f"{one.documents / one.seconds:,.0f}",
                f"{one.processor * 1000 / one.documents:.2f}",
            )
            rows.append(row)
            table.add_row(*row)
    console.print(table)
    if options.keep:
        results.keep("ingest-publishing", title, COLUMNS, rows, load)


def _measure(place: str, couchdb: str | None, options: argparse.Namespace) -> dict[str, Measured]:
    with fresh_database("sqlite" if couchdb else place) as url:
        engine = open_engine(url)
        upgrade(engine)
        sessions = session_factory(engine)
        store = CouchStore(couchdb) if couchdb else SqlStore(engine)
        names = tuple(f"bench{number:02d}" for number in range(1, options.technicians + 1))
        try:
            return _rounds(sessions, store, names, options)
        finally:
            if couchdb:
                for name in names:
                    store.delete_database(f"tech-{name}")
            store.close()
            engine.dispose()


def _rounds(
    sessions: sessionmaker[Session], store: DocumentStore, names: tuple[str, ...], options: argparse.Namespace
) -> dict[str, Measured]:
    with sessions.begin() as session:
        world.build(session, options.orders, technicians=names)
        orders = [
            world.sent(
                session, "reread", household, names[household % len(names)], extra={"flag_reason": "estimate"}
            ).number
            for household in range(1, options.orders + 1)
        ]
    for name in names:
        ensure_technician(sessions, store, name, now=NOW)
    collector.freeze_loaded()
    profile = cProfile.Profile()
    if options.profile:
        profile.enable()
    measured = {"first": _emptied(sessions, store)}
    with sessions.begin() as session:
        for household, number in enumerate(orders, start=1):
            enqueue(session, names[household % len(names)], "order", number, now=LATER)
    measured["unchanged"] = _emptied(sessions, store)
    profile.disable()
    if options.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(60)
    return measured


def _emptied(sessions: sessionmaker[Session], store: DocumentStore) -> Measured:
    begun, spent, documents = time.perf_counter(), time.process_time(), 0
    while handled := publish_pending(sessions, store, clock=lambda: LATER):
        documents += handled
    return Measured(documents, time.perf_counter() - begun, time.process_time() - spent)
