"""When something that failed is tried again, and the code under which people read why it did."""

import sqlite3
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from sync.protocol.errors import ProtocolError
from sync.stores.contract import StoreUnavailable
from workorders.usecases.lost_races import is_lost_race

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
BROKEN = (OperationalError, InterfaceError)
"""The database cannot work: nothing is known about what was being handled, so all of it waits."""


class RenderFailed(Exception):  # noqa: N818 - named for what happened
    """The records about a subject do not make a document; the cause says what is wrong with them."""


def wait_after(failures: int) -> timedelta:
    """How long to wait after that many failures in a row: 5 s, 10 s, 20 s … up to an hour."""
    doublings = min(max(failures - 1, 0), 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def next_try(failures: int, now: datetime) -> datetime:
    """When what has failed that often is tried again."""
    return now + wait_after(failures)


def code_of(error: BaseException, otherwise: str) -> str:
    """The stable code of a failure: of the store's refusal where there is one, else `otherwise`."""
    if isinstance(error, ProtocolError):
        return error.error[:40]
    if isinstance(error, StoreUnavailable):
        return "store_unavailable"
    if isinstance(error, RenderFailed):
        return "render_failed"
    if is_lost_race(error):
        return "lost_race"
    return otherwise


def stops_everything(error: BaseException) -> bool:
    """The database itself does not work, so blaming one item would be wrong."""
    if isinstance(error, DBAPIError) and is_lost_race(error):
        return False
    return isinstance(error, (*BROKEN, sqlite3.OperationalError))
