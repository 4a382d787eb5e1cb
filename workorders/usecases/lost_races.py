"""Transactions that lost a race: two wrote the same rows at once, and one of them has to begin again.

Every use case may be run again from its start, because nothing is written before its commit. The edges do
so: a request, a CLI command, one document of ingest.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

ATTEMPTS = 6
"""How often a transaction is tried before its error is believed to be no race."""
LOST = frozenset({"40001", "40P01", "23505"})
"""SQLSTATEs: serialization failure, deadlock, and a key that somebody else wrote first."""

T = TypeVar("T")


def is_lost_race(error: BaseException) -> bool:
    """The same transaction may well succeed when it is run again."""
    if isinstance(error, StaleDataError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in LOST


def in_transaction(sessions: sessionmaker[Session], act: Callable[[Session], T]) -> T:
    """`act` in one transaction, committed; from its start again when it lost a race.

    Raises whatever `act` raises, the last lost race included.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with sessions.begin() as session:
                return act(session)
        except Exception as error:
            if attempt == ATTEMPTS or not is_lost_race(error):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
