"""Engines and sessions: how the domain's database is opened on SQLite and on PostgreSQL.

Transactions open only at the edges. A request's session is `current_session()`; a GET gets one that
cannot write; other methods commit once, after the view, when the answer is not an error.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask
from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from geo.territory.spatial_index import register_functions
from workorders.usecases.lost_races import ATTEMPTS, is_lost_race, pause

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SQLITE_BUSY_SECONDS = 30
"""Waiting for another process's commit beats failing a technician's upload."""
PREPARED_STATEMENTS = 1024
"""Kept by an SQLite connection, more than the program has: a forgotten one is parsed and planned anew."""
_QUERY_ONLY = "query_only"


def open_engine(url: str) -> Engine:
    """An engine for `url` with the pragmas and transaction modes the program relies on."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            connect_args={
                "timeout": SQLITE_BUSY_SECONDS,
                "check_same_thread": False,
                "cached_statements": PREPARED_STATEMENTS,
            },
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _end_failed_commit)
        return engine
    engine = create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def session_factory(engine: Engine, *, read_only: bool = False) -> sessionmaker[Session]:
    """Sessions on `engine`; read-only ones take no write lock and cannot change a row."""
    bind = engine.execution_options(curbstop_read_only=True) if read_only else engine
    return sessionmaker(bind, expire_on_commit=False)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling would open deferred transactions, which fail with
    # "database is locked" when two of them want to write; BEGIN is ours.
    connection.isolation_level = None
    register_functions(connection)
    for pragma in (
        # Of a new file: several orders to a page, and photos in a fourth of the writes.
        "page_size = 16384",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {SQLITE_BUSY_SECONDS * 1000}",
        # What a part of a transaction may have to undo stays out of files.
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _end_failed_commit(connection: sqlite3.Connection | None, _record: Any) -> None:
    # A COMMIT refused by a deferred foreign key leaves its transaction open, which the pool does not notice.
    if connection is not None and connection.in_transaction:
        connection.rollback()


def _begin_sqlite(connection: Connection) -> None:
    read_only = bool(connection.get_execution_options().get("curbstop_read_only"))
    begin = "BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE"
    driver: Any = connection.connection.driver_connection
    known = connection.connection.info
    try:
        # Set again to what it is, it would still make SQLite forget every statement it has prepared.
        if known.get(_QUERY_ONLY) is not read_only:
            driver.execute(f"PRAGMA query_only = {int(read_only)}").close()
            known[_QUERY_ONLY] = read_only
        driver.execute(begin).close()
    except sqlite3.Error as error:
        raise DBAPIError.instance(begin, None, error, sqlite3.Error, dialect=connection.dialect) from error


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("curbstop_read_only"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def count_rows_anew(session: Session) -> None:
    """After a load, let PostgreSQL know how much lies where; by itself it looks only minutes later.

    Until then it would search half a million premises as if there were none. SQLite plans without.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session, committed when the block ends, rolled back when it raises."""
    with sessions.begin() as session:
        yield session


def current_session() -> Session:
    """The session of this request, opened at first use."""
    if "session" not in g:
        services = current_app.extensions["curbstop"]
        factory = services.read_sessions if request.method in SAFE_METHODS else services.sessions
        g.session = factory()
    session: Session = g.session
    return session


class Transactional(Flask):
    """A Flask application whose requests begin again when their transaction lost a race."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, and write what it changed, while another try can still follow."""
        flashed = list(flask.session.get("_flashes", ()))
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = super().dispatch_request()
                session: Session | None = g.get("session")
                if session is not None and request.method not in SAFE_METHODS:
                    session.flush()
            except Exception as error:
                if attempt == ATTEMPTS or not is_lost_race(error):
                    raise
                _start_again(flashed)
                pause(attempt)
            else:
                return answer
        raise AssertionError("unreachable: the last attempt returns or raises")


def _start_again(flashed: list[Any]) -> None:
    """Forget the session of a lost race and what the view had to say about it."""
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.rollback()
        session.close()
    if flask.session.get("_flashes"):
        flask.session["_flashes"] = flashed


def bind_request_sessions(app: Flask) -> None:
    """Commit a request's session after a successful view; give it back in any case."""

    @app.after_request
    def commit(response: Response) -> Response:
        session: Session | None = g.get("session")
        if session is not None and request.method not in SAFE_METHODS:
            if response.status_code < 400:
                session.commit()
            else:
                session.rollback()
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()
