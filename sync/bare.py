"""The bare endpoint as a WSGI application: one administrator, every database, no tablets."""

import hashlib
import hmac
import os
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request
from sqlalchemy import Engine, create_engine, event

from sync.access import Caller
from sync.routes import create_blueprint
from sync.routes.session import COOKIE
from sync.store_sql import SqlStore
from sync.tables import sync_metadata

URL_VARIABLE = "CURBSTOP_SYNC_URL"
ADMIN_VARIABLE = "CURBSTOP_SYNC_ADMIN"

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
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {setting}")

    event.listen(engine, "connect", tune)
    return engine


def create_tables(url: str) -> None:
    """Make the store's tables where they are missing."""
    engine = make_engine(url)
    sync_metadata.create_all(engine)
    engine.dispose()


@dataclass(frozen=True, slots=True)
class OneAdmin:
    """One administrator, known by basic authentication or by a cookie signed with the password."""

    name: str
    password: str
    seconds: int = 600

    def _caller(self) -> Caller:
        return Caller(self.name, frozenset({"_admin"}), None, None, is_admin=True)

    def _is(self, name: str, password: str) -> bool:
        known = hmac.compare_digest(name.encode(), self.name.encode())
        return hmac.compare_digest(password.encode(), self.password.encode()) and known

    def _signature(self, until: str) -> str:
        text = f"{self.name}:{until}".encode()
        return hmac.new(self.password.encode(), text, hashlib.sha256).hexdigest()

    def sign_in(self, name: str, password: str) -> tuple[Caller, str] | None:
        """Return the administrator and a cookie, or None."""
        if not self._is(name, password):
            return None
        until = str(int(time.time()) + self.seconds)
        return self._caller(), f"{until}.{self._signature(until)}"

    def authenticate(self, request: Request) -> Caller | None:
        """Return the administrator when the request proves it."""
        given = request.authorization
        if given is not None:
            if given.type != "basic" or given.username is None or given.password is None:
                return None
            return self._caller() if self._is(given.username, given.password) else None
        until, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not until.isdigit() or int(until) < time.time():
            return None
        return self._caller() if hmac.compare_digest(signature, self._signature(until)) else None


def create_app() -> Flask:
    """Return the application that the environment describes."""
    name, _, password = os.environ[ADMIN_VARIABLE].partition(":")
    admin = OneAdmin(name, password)
    store = SqlStore(make_engine(os.environ[URL_VARIABLE]))
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(create_blueprint(store, admin.authenticate, welcome=WELCOME, sessions=admin))
    return app
