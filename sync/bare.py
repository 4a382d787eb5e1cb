"""The bare endpoint as a WSGI application: every database, no tablets' pages."""

import os
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event

from sync import collector
from sync.bare_auth import BareAuth, OneAdmin
from sync.protocol.limits import Limits, feeds_for
from sync.routes import ReplicationEndpoint
from sync.serving.client_guard import ClientGuard
from sync.stores.sql.store import SqlStore
from sync.stores.sql.tables import sync_metadata

URL_VARIABLE = "CURBSTOP_SYNC_URL"
ADMIN_VARIABLE = "CURBSTOP_SYNC_ADMIN"
KEYS_VARIABLE = "CURBSTOP_SYNC_JWT_KEYS"
THREADS_VARIABLE = "CURBSTOP_SYNC_THREADS"

WELCOME = {
    "couchdb": "Welcome",
    "version": "3.5.0",
    "vendor": {"name": "Curbstop"},
    "features": ["pluggable-storage-engines"],
}


def make_engine(url: str) -> Engine:
    """Return an engine for the store alone; SQLite writes ahead and waits for the disk."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=8, max_overflow=16)
    engine = create_engine(url, pool_size=8, max_overflow=16, connect_args={"timeout": 30})

    def tune(connection: Any, _record: Any) -> None:
        # Large pages hold photos and orders in fewer writes; what may be undone stays out of files.
        for setting in (
            "page_size=16384",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {setting}")

    event.listen(engine, "connect", tune)
    return engine


def create_tables(url: str) -> None:
    """Make the store's tables where they are missing."""
    engine = make_engine(url)
    sync_metadata.create_all(engine)
    engine.dispose()


def create_endpoint() -> ReplicationEndpoint:
    """Return the endpoint that the environment describes."""
    name, _, password = os.environ[ADMIN_VARIABLE].partition(":")
    files: dict[str, str] = orjson.loads(os.environ.get(KEYS_VARIABLE, "{}"))
    keys = {kid: Path(file).read_text() for kid, file in files.items()}
    auth = BareAuth(OneAdmin(name, password), keys)
    feeds = feeds_for(int(os.environ.get(THREADS_VARIABLE, "600")))
    store = SqlStore(make_engine(os.environ[URL_VARIABLE]), limits=Limits(parked_feeds=feeds))
    return ReplicationEndpoint(store, auth.authenticate, welcome=WELCOME, sessions=auth.admin)


def create_process() -> ClientGuard:
    """Return the endpoint as a server process of its own loads it."""
    guarded = ClientGuard(create_endpoint())
    collector.freeze_loaded()
    return guarded
