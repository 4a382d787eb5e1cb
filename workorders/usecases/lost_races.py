"""Transactions that lost a race: two wrote the same rows at once, and one of them has to begin again.

Every use case may be run again from its start, because nothing is written before its commit. The edges do
so: a request, a CLI command, one document of ingest.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

ATTEMPTS = 6
"""How often a transaction is tried before its error is believed to be no race."""
CONTENTION = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATEs: serialization failure, deadlock, and a lock that was not given in time."""
LOST = CONTENTION | {"23505"}
"""And a key that somebody else wrote first; one that is lost again and again may be a fault of the data."""
PAUSE_SECONDS = 0.01
"""Before the second attempt at most; more before each further one, at random, so that losers part ways."""

T = TypeVar("T")


def is_contention(error: BaseException) -> bool:
    """Only others at work were in the way, so the same transaction succeeds once they are done."""
    if isinstance(error, StaleDataError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in CONTENTION


def is_lost_race(error: BaseException) -> bool:
    """The same transaction may well succeed when it is run again."""
    if is_contention(error):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in LOST


def pause(attempt: int) -> None:
    """Let the others finish before attempt number `attempt` + 1."""
    time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311 - spreads, keeps no secret


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
        pause(attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")
