"""A small district that is served, stopped, put back from a backup, and served again at the same address."""

import logging
import secrets
import threading
from datetime import timedelta

from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mobile_api import enrolment
from server.app import create_app
from server.config import Config
from server.services import Services, open_services, utc_now
from server.worker import prepare, work_once
from sync.stores.sql.store import SqlStore
from tests.integration.usecases import world
from tests.postgres import free_port
from workorders.tables import FieldEvent

IDLE_SECONDS = 0.02

logging.getLogger("werkzeug").setLevel(logging.ERROR)


def build(config: Config) -> None:
    """Make the district of the service tests."""
    services = open_services(config)
    with services.sessions.begin() as session:
        world.build(session, households=6, technicians=("t01", "t02", "t03"))
    close(services)


def close(services: Services) -> None:
    """Give back everything that would keep the database open."""
    if isinstance(services.store, SqlStore):
        services.store.close()
    services.engine.dispose()


class Patient(WSGIRequestHandler):
    """Waits so many seconds for a client that has connected and says nothing."""

    timeout = 5


class Serving:
    """Web server and worker in this process, until the block ends."""

    def __init__(self, config: Config, port: int | None = None) -> None:
        self.config = config
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.services = open_services(config)
        self._over = threading.Event()

    def __enter__(self) -> "Serving":
        app = create_app(services=self.services)
        self._web: BaseWSGIServer = make_server(
            "127.0.0.1", self.port, app, threaded=True, request_handler=Patient
        )
        # Requests under way at the end are waited for: each may have the database open.
        self._web.daemon_threads = False  # type: ignore[attr-defined]  # of socketserver's ThreadingMixIn
        self._threads = [
            threading.Thread(target=self._web.serve_forever, kwargs={"poll_interval": 0.05}),
            threading.Thread(target=self._work),
        ]
        prepare(self.services)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        web, worker = self._threads
        worker.join()
        if isinstance(self.services.store, SqlStore):
            self.services.store.close()  # Parked feeds end.
        self._web.shutdown()
        web.join()
        close(self.services)

    def _work(self) -> None:
        while not self._over.is_set():
            if not work_once(self.services):
                self._over.wait(IDLE_SECONDS)

    def code(self, technician: str) -> str:
        """A fresh enrolment code."""
        with self.services.sessions.begin() as session:
            return enrolment.issue_code(
                session,
                self.config.secret_key,
                technician,
                issued_by="test",
                now=utc_now(),
                life=timedelta(minutes=30),
                random=secrets.token_bytes(5),
            )

    def dispatch(self, type_: str, household: int, technician: str) -> str:
        """Raise and dispatch an order; its number."""
        with self.services.sessions.begin() as session:
            return world.sent(session, type_, household, technician).number

    def events(self) -> set[str]:
        """The facts that were ingested."""
        with self.services.read_sessions() as session:
            return set(session.scalars(select(FieldEvent.id)))

    def wait_for(self, events: set[str]) -> None:
        """Return when all of these were ingested; fail after a while."""
        for _ in range(1500):
            if events <= self.events():
                return
            self._over.wait(IDLE_SECONDS)
        raise AssertionError(f"never came: {sorted(events - self.events())}")
