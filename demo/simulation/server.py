"""The server of a run: the real use cases, pipeline and endpoint, stopped and started by the faults."""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from demo.simulation.bench import Bench
from demo.simulation.power import PowerCut
from demo.simulation.stage import Stage
from mobile_api.tokens import AccessTokens, access_tokens, token_authenticator
from server.db import session_factory
from server.services import Services, district_of
from server.worker import prepare
from sync.pipeline.ingest import ingest_all, release_overdue
from sync.pipeline.outbox import purge_published
from sync.pipeline.publish import publish_pending
from sync.pipeline.refill import is_filled, refill
from sync.pipeline.retention import retire_database
from sync.routes import ReplicationEndpoint
from sync.stores.contract import StoreUnavailable
from workorders.problems import Problem
from workorders.queries.district import for_district
from workorders.tables import Technician
from workorders.usecases.district.adopt_rules import enqueue_rules_of_the_day

T = TypeVar("T")
TROUBLE = (OperationalError, StoreUnavailable)
"""The database or the store does not work; whoever asked tries again later."""
LATER = {"before": "killed before a commit", "after": "killed after a commit"}


class Refused(Exception):  # noqa: N818 - named for what happened
    """The office's own refusal, by its code: nothing was done."""


class Unknown(Exception):  # noqa: N818 - named for what happened
    """No answer: it may have been done or not."""


class Server:
    """One server and its worker over a bench's database."""

    def __init__(self, bench: Bench, stage: Stage) -> None:
        self.bench, self.clock = bench, stage.clock
        self.trace, self.faults = stage.trace, stage.faults
        self.starts = 0
        self._app = Flask("simulation")
        self.start()

    def start(self) -> None:
        """Begin with nothing but what lies on the disk."""
        self.bench.commits.forget()
        self.bench.let_go()
        engine, config = self.bench.engine, self.bench.config
        district = district_of(config)
        store = self.bench.store()
        self.services = Services(
            config=config,
            engine=engine,
            sessions=for_district(session_factory(engine), district),
            read_sessions=for_district(session_factory(self.bench.reader, read_only=True), district),
            store=store,
            clock=self.clock,
        )
        self._app.extensions["curbstop"] = self.services
        self._app.extensions.pop("curbstop_tokens", None)
        self.endpoint = ReplicationEndpoint(store, token_authenticator(self._app))
        self.starts += 1
        if self.starts > 1:
            prepare(self.services)

    @property
    def tokens(self) -> AccessTokens:
        """Who issues and reads tablets' tokens."""
        with self._app.app_context():
            return access_tokens(self._app)

    def _killed(self) -> None:
        self.trace.note("server", "stopped in the middle, and started again")
        self.start()

    def _arm(self) -> None:
        """Perhaps something happens at one of the next commits."""
        for fault in ("server_killed", "locked", "disk_full"):
            if self.faults.happens(fault):
                number = 1 + int(self.faults.dice(fault) * 3)
                how = fault
                if fault == "server_killed":
                    how = "before" if self.faults.dice("kill") < 0.5 else "after"
                self.bench.commits.plan(how, number)
                return

    def office(self, act: Callable[[Session], T]) -> T:
        """Something a person does in one request. Raises Refused, Unknown."""
        self._arm()
        try:
            with self.services.sessions.begin() as session:
                return act(session)
        except Problem as problem:
            raise Refused(problem.code) from problem
        except PowerCut:
            self._killed()
            raise Unknown("the server stopped") from None
        except TROUBLE:
            raise Unknown("the server was in trouble") from None
        finally:
            self.bench.commits.forget()

    def look(self, act: Callable[[Session], T]) -> T:
        """Read something."""
        with self.services.read_sessions() as session:
            return act(session)

    def _work(self, name: str, act: Callable[[], int]) -> int:
        self._arm()
        try:
            return act()
        except PowerCut:
            self._killed()
        except TROUBLE as error:
            self.trace.note("worker", f"{name} failed: {type(error).__name__}")
        finally:
            self.bench.commits.forget()
        return 1

    def publish(self) -> int:
        """A round of the publisher; how much it handled."""
        services = self.services
        return self._work(
            "publish", lambda: publish_pending(services.sessions, services.store, clock=self.clock)
        )

    def ingest(self) -> int:
        """A round of ingest; how much it read."""
        if self.faults.happens("feed_restarted"):
            self.start()
            self.trace.note("worker", "started again")
        services = self.services

        def act() -> int:
            done = ingest_all(services.sessions, services.store, clock=self.clock)
            return done.handled

        return self._work("ingest", act)

    def upkeep(self) -> None:
        """What the worker does by the hour and by the day."""
        self._work("upkeep", self._upkeep)

    def _upkeep(self) -> int:
        services, now = self.services, self.clock()
        release_overdue(services.sessions, now=now)
        with services.sessions.begin() as session:
            enqueue_rules_of_the_day(session, now=now)
        with services.read_sessions() as session:
            technicians = list(session.scalars(select(Technician.id).order_by(Technician.id)))
        for technician in technicians:
            database = f"tech-{technician}"
            if not is_filled(services.store, database):
                refill(services.sessions, services.store, technician, now=now)
            retire_database(services.sessions, services.store, database, now=now, days=7)
        with services.sessions.begin() as session:
            purge_published(session, before=now - timedelta(days=90))
        return 0

    def request(
        self, method: str, path: str, query: str, token: str, body: bytes | None
    ) -> tuple[int, bytes]:
        """One request of a tablet at the replication endpoint. Raises Unknown when the server stops in it."""
        environ = _environ(method, path, query, token, body)
        status: list[str] = []

        def start_response(line: str, _headers: Any, _info: Any = None) -> Callable[[bytes], object]:
            status.append(line)
            return lambda _data: None

        self._arm()
        try:
            answer = self.endpoint(environ, start_response)
            content = b"".join(answer)
            with suppress(AttributeError):
                answer.close()  # type: ignore[attr-defined]  # of WSGI's iterables that have one
            return int(status[0][:3]), content
        except PowerCut:
            self._killed()
            raise Unknown("the server stopped") from None
        finally:
            self.bench.commits.forget()


def _environ(method: str, path: str, query: str, token: str, body: bytes | None) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "/couch",
        "PATH_INFO": path,
        "RAW_URI": f"/couch{path}",
        "REQUEST_URI": f"/couch{path}",
        "QUERY_STRING": query,
        "SERVER_NAME": "curbstop",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "curbstop",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_ACCEPT": "application/json",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body or b"")),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
