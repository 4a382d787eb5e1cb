"""A running district for browser tests: a web server that can be cut off, and a worker beside it."""

import logging
import secrets
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from mobile_api import devices, enrolment
from mobile_api.tablet_files import EXTENSION, TabletApp
from mobile_api.tokens import access_tokens
from server.app import create_app
from server.auth.users import add_user
from server.config import Config
from server.services import open_services, utc_now
from server.worker import prepare, work_once
from sync.stores.contract import Attachment
from sync.stores.couch.store import CouchStore
from sync.stores.sql.store import SqlStore
from tests.closing import closing
from tests.integration.usecases import world
from tests.postgres import free_port
from workorders.tables import FieldEvent

IDLE_SECONDS = 0.05

logging.getLogger("werkzeug").setLevel(logging.ERROR)


class Site:
    """The small district of the service tests, served on a port of its own."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = utc_now,
        households: int = 4,
        start_read: int = 0,
    ) -> None:
        self.services = open_services(config, clock=clock)
        self.app: Flask = create_app(services=self.services)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._web: BaseWSGIServer | None = None
        self._over = threading.Event()
        self._turn = threading.Lock()
        with self.services.sessions.begin() as session:
            world.build(session, households=households, start_read=start_read)
        prepare(self.services)
        self._worker = threading.Thread(target=self._work)
        self._worker.start()

    def start(self) -> None:
        """Answer requests."""
        self._web = make_server("127.0.0.1", self.port, closing(self.app), threaded=True)
        self._web.daemon_threads = True  # type: ignore[attr-defined]  # of socketserver's ThreadingMixIn
        threading.Thread(target=self._web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Be unreachable, as out in the field."""
        if self._web is not None:
            self._web.shutdown()
            self._web.server_close()
            self._web = None

    def close(self) -> None:
        """End the server, the worker and the store."""
        self.stop()
        self._over.set()
        self._worker.join()
        if isinstance(self.services.store, SqlStore | CouchStore):
            self.services.store.close()
        self.services.engine.dispose()

    def _work(self) -> None:
        while not self._over.is_set():
            with self._turn:
                done = work_once(self.services)
            if not done:
                self._over.wait(IDLE_SECONDS)

    @contextmanager
    def worker_at_rest(self) -> Iterator[None]:
        """What is done within, the worker finds done altogether."""
        with self._turn:
            yield

    def staff(self, role: str) -> tuple[str, str]:
        """A user of the office with that role; answers name and password."""
        password = secrets.token_urlsafe(12)
        with self.services.sessions.begin() as session:
            add_user(session, role, f"Demo {role}", password, [role], now=utc_now())
        return role, password

    def order(self, type_: str, household: int, technician: str = "t01") -> str:
        """Dispatch an order; answers its number."""
        with self.services.sessions.begin() as session:
            return world.sent(session, type_, household, technician).number

    def code(self, technician: str = "t01") -> str:
        """A fresh enrolment code."""
        with self.services.sessions.begin() as session:
            return enrolment.issue_code(
                session,
                self.services.config.secret_key,
                technician,
                issued_by="test",
                now=self.services.clock(),
                life=timedelta(minutes=30),
                random=secrets.token_bytes(5),
            )

    def serve_tablet(self, tablet: TabletApp) -> None:
        """Serve this version of the tablet app from now on."""
        self.app.extensions[EXTENSION] = tablet

    def revoke(self, device: str) -> None:
        """Take a tablet out of use."""
        with self.session() as session, session.begin():
            devices.revoke(session, device, "test", self.services.clock())
        access_tokens(self.app).forget(device)

    def session(self) -> Session:
        """A session on the district's database."""
        return self.services.sessions()

    def events(self) -> list[FieldEvent]:
        """What has been ingested, in the order it was written."""
        with self.session() as session:
            return list(session.scalars(select(FieldEvent).order_by(FieldEvent.counter)))

    def document(self, event_id: str, technician: str = "t01") -> dict[str, Any]:
        """An event as it lies in the technician's database."""
        found = self.services.store.get_document(f"tech-{technician}", event_id)
        assert found is not None, event_id
        return found

    def photo(self, event_id: str, name: str) -> Attachment:
        """A photo of an event."""
        found = self.services.store.get_attachment("tech-t01", event_id, name)
        assert found is not None, name
        return found


def png(width: int, height: int) -> bytes:
    """A plain picture of that size in pixels, as a camera would hand over, only smaller in bytes."""
    rows = b"".join(b"\x00" + bytes((row % 256, 90, 140)) * width for row in range(height))
    return png_of(width, height, rows)


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """A picture of its rows: a zero byte and the colours of the pixels, three bytes each."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels from a JPEG's frame header."""
    at = 2
    while at < len(data):
        marker, length = struct.unpack(">HH", data[at : at + 4])
        if marker in {0xFFC0, 0xFFC2}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise AssertionError("not a JPEG")
