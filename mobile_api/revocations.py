"""Which tablets were revoked: known to this process at once, to the others within a second."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mobile_api.tables import Device

REFRESH = timedelta(seconds=1)
"""How long another process's revocation may go unnoticed; the price is one small query a second."""


class Revocations:
    """The revoked tablets, read again when older than REFRESH."""

    def __init__(self, read_sessions: sessionmaker[Session]) -> None:
        self._sessions = read_sessions
        self._revoked: frozenset[str] = frozenset()
        self._read_at: datetime | None = None
        self._lock = threading.Lock()

    def has(self, device: str, now: datetime) -> bool:
        """Return whether the tablet was revoked."""
        if self._read_at is None or abs(now - self._read_at) >= REFRESH:
            self._read(now)
        return device in self._revoked

    def add(self, device: str) -> None:
        """Note a revocation made by this process."""
        with self._lock:
            self._revoked |= {device}

    def _read(self, now: datetime) -> None:
        with self._lock:
            if self._read_at is not None and abs(now - self._read_at) < REFRESH:
                return
            with self._sessions() as session:
                rows = session.scalars(select(Device.id).where(Device.revoked_at.is_not(None)))
                self._revoked = frozenset(rows)
            self._read_at = now
