"""Programs send name and password with each request; one that was verified is known for some minutes.

Argon2 is slow on purpose, which is right for a person who signs in once a day. What is kept is a hash under a
key that this process made up and never writes down; it covers the stored password hash, so a changed password
counts at once. Wrong passwords are never remembered: each is hashed and counted.
"""

import secrets
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import blake2b

from flask import Flask, current_app

LIFE = timedelta(minutes=5)
MOST = 1_000
"""Credentials kept; the one that was not used for the longest goes first."""
_EXTENSION = "curbstop_credentials"


class RememberedCredentials:
    """Which name, password and stored hash belonged together a moment ago. For several threads."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._until: OrderedDict[bytes, datetime] = OrderedDict()

    def knows(self, name: str, password: str, stored: str, now: datetime) -> bool:
        """True when this password was verified against `stored` within LIFE."""
        digest = self._digest(name, password, stored)
        with self._lock:
            until = self._until.get(digest)
            if until is None:
                return False
            if until <= now:
                del self._until[digest]
                return False
            self._until.move_to_end(digest)
            return True

    def remember(self, name: str, password: str, stored: str, now: datetime) -> None:
        """Note that the password was verified against `stored` now."""
        with self._lock:
            self._until[self._digest(name, password, stored)] = now + LIFE
            while len(self._until) > MOST:
                self._until.popitem(last=False)

    def _digest(self, name: str, password: str, stored: str) -> bytes:
        made = blake2b(key=self._key, digest_size=32)
        for part in (name, password, stored):
            raw = part.encode("utf-8", "surrogatepass")
            made.update(len(raw).to_bytes(8, "big") + raw)
        return made.digest()


def register(app: Flask) -> None:
    """Give the application its memory; another process has another."""
    app.extensions[_EXTENSION] = RememberedCredentials()


def remembered_credentials() -> RememberedCredentials:
    """The memory of the application that handles this request."""
    found: RememberedCredentials = current_app.extensions[_EXTENSION]
    return found
