"""A district whose documents lie in a CouchDB: the web app, a worker beside it, and people at work."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from mobile_api import enrolment
from server.app import create_app
from server.config import Config
from server.services import open_services, utc_now
from server.stopping import StopRequest
from server.worker import work
from sync.stores.couch.store import CouchStore
from tests.integration.mobile_tablet import Tablet
from tests.integration.usecases import world
from workorders.tables import FieldEvent, Outbox

SOON_SECONDS = 60.0
DATABASES = ("tech-t01", "tech-t02")


def eventually(true: Callable[[], Any]) -> None:
    """Return when it holds; the worker beside us announces nothing."""
    end = time.monotonic() + SOON_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)  # asking again, not a rendezvous


class District:
    """The small district of the service tests, at work."""

    def __init__(self, config: Config) -> None:
        self.services = open_services(config)
        with self.services.sessions.begin() as session:
            world.build(session)
        self.app = create_app(services=self.services)
        self.web: FlaskClient = self.app.test_client()
        self._over = StopRequest()
        self._worker = threading.Thread(target=work, args=(self.services, self._over))
        self._worker.start()

    @property
    def working(self) -> bool:
        """The worker has not given up."""
        return self._worker.is_alive()

    def close(self) -> None:
        """End the worker and every connection."""
        self._over.set()
        self._worker.join(SOON_SECONDS)
        assert isinstance(self.services.store, CouchStore)
        self.services.store.close()
        self.services.engine.dispose()

    def order(self, type_: str, household: int, technician: str = "t01") -> Any:
        """Dispatch an order."""
        with self.services.sessions.begin() as session:
            return world.sent(session, type_, household, technician)

    def enrol(self, technician: str = "t01") -> dict[str, Any]:
        """A tablet's first session."""
        with self.services.sessions.begin() as session:
            code = enrolment.issue_code(
                session,
                self.services.config.secret_key,
                technician,
                issued_by="test",
                now=utc_now(),
                life=timedelta(minutes=30),
                random=secrets.token_bytes(5),
            )
        answer = self.web.post("/api/devices/enrol", json=Tablet().enrol_body(code, utc_now()))
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def waiting(self) -> int:
        """Outbox rows that are not in the technicians' databases yet."""
        with self.services.read_sessions() as session:
            query = select(func.count()).select_from(Outbox).where(Outbox.published_at.is_(None))
            return session.scalar(query) or 0

    def events(self) -> dict[str, str]:
        """What was ingested, each event's acknowledgement."""
        with self.services.read_sessions() as session:
            return {row.id: row.status for row in session.scalars(select(FieldEvent))}

    def ready(self) -> tuple[int, dict[str, Any]]:
        """What /readyz says."""
        answer = self.web.get("/readyz")
        return answer.status_code, answer.get_json()["parts"]
