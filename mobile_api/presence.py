"""When each tablet was last heard, gathered in memory and written now and then in one transaction."""

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from mobile_api.tables import Device

log = structlog.get_logger()

FLUSH = timedelta(seconds=20)
"""A write for every request would make each poll cost a disk flush; the office reads minutes, not seconds."""


class Presence:
    """The last request of each tablet."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._heard: dict[str, datetime] = {}
        self._flushed_at: datetime | None = None
        self._lock = threading.Lock()

    def seen(self, device: str, now: datetime) -> None:
        """Note a request. One request in FLUSH pays for writing all of them down."""
        self._heard[device] = now
        if self._flushed_at is None:
            self._flushed_at = now
        if abs(now - self._flushed_at) < FLUSH or not self._lock.acquire(blocking=False):
            return
        try:
            self._flushed_at = now
            self._write()
        finally:
            self._lock.release()

    def _write(self) -> None:
        heard, self._heard = self._heard, {}
        table = Device.__table__
        statement = (
            update(Device)
            .where(table.c.id == bindparam("device"))
            .values(last_seen_at=bindparam("heard_at"))
            .execution_options(synchronize_session=False)
        )
        rows = [{"device": device, "heard_at": at} for device, at in sorted(heard.items())]
        try:
            with self._sessions.begin() as session:
                session.connection().execute(statement, rows)
        except OperationalError as error:
            # A tablet's upload must not fail because a note about it could not be made.
            log.warning("presence_not_written", tablets=len(rows), error=str(error.orig))
            self._heard = heard | self._heard
