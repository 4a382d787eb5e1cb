"""The bare endpoint as a WSGI application: one administrator, every database, no tablets."""

import hmac
import os
from typing import Any

from flask import Flask, Request
from sqlalchemy import Engine, create_engine, event

from sync.access import Caller
from sync.routes import create_blueprint
from sync.routes.call import Authenticate
from sync.store_sql import SqlStore
from sync.tables import sync_metadata

URL_VARIABLE = "CURBSTOP_SYNC_URL"
ADMIN_VARIABLE = "CURBSTOP_SYNC_ADMIN"

WELCOME = {
    "couchdb": "Welcome",
    "version": "3.5.0",
    "vendor": {"name": "Curbstop"},
    "features": ["pluggable-storage-engines", "scheduler"],
}


def make_engine(url: str) -> Engine:
    """Return an engine for the store alone; SQLite writes ahead and waits for the disk."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=8, max_overflow=16)
    engine = create_engine(url, pool_size=8, max_overflow=16, connect_args={"timeout": 30})

    def tune(connection: Any, _record: Any) -> None:
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {setting}")

    event.listen(engine, "connect", tune)
    return engine


def create_tables(url: str) -> None:
    """Make the store's tables where they are missing."""
    engine = make_engine(url)
    sync_metadata.create_all(engine)
    engine.dispose()


def one_admin(name: str, password: str) -> Authenticate:
    """Return an authenticator that knows one administrator by basic authentication."""
    admin = Caller(name=name, roles=frozenset({"_admin"}), device=None, expires_at=None, is_admin=True)

    def authenticate(request: Request) -> Caller | None:
        given = request.authorization
        if given is None or given.type != "basic":
            return None
        known = hmac.compare_digest(str(given.username).encode(), name.encode())
        right = hmac.compare_digest(str(given.password).encode(), password.encode())
        return admin if known and right else None

    return authenticate


def create_app() -> Flask:
    """Return the application that the environment describes."""
    name, _, password = os.environ[ADMIN_VARIABLE].partition(":")
    store = SqlStore(make_engine(os.environ[URL_VARIABLE]))
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(create_blueprint(store, one_admin(name, password), welcome=WELCOME))
    return app
