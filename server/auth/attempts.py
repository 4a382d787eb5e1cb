"""Limits how often a password may be guessed.

Every attempt is counted before the password is looked at, so that parallel guesses cannot overtake
the count; a success takes its count back. The pair of name and address has a low limit; name alone
and address alone have high ones, so that a stranger cannot easily lock a colleague out.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.tables import SignInAttempt
from workorders.problems import Problem

WINDOW = timedelta(minutes=15)
LIMITS = {"pair": 5, "name": 50, "address": 100}
"""Failures allowed within WINDOW. An office behind one address makes honest typing errors too."""


def count_attempt(session: Session, name: str, address: str, now: datetime) -> None:
    """Count one attempt under each key. Raises Problem too_many_attempts when a limit is passed.

    The caller commits in either case, so that the count stays.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.last_at < now - WINDOW))
    for kind, key in _keys(name, address).items():
        row = session.get(SignInAttempt, key, with_for_update=True)
        if row is None:
            session.add(SignInAttempt(key=key, kind=kind, failures=1, first_at=now, last_at=now))
            continue
        if row.first_at < now - WINDOW:
            row.failures, row.first_at = 0, now
        if row.failures >= LIMITS[kind]:
            wait = row.first_at + WINDOW - now
            raise Problem("too_many_attempts", seconds=max(1, int(wait.total_seconds())))
        row.failures += 1
        row.last_at = now


def forgive(session: Session, name: str, address: str) -> None:
    """The password was right: the pair's count ends, the wider ones lose this attempt."""
    for kind, key in _keys(name, address).items():
        row = session.get(SignInAttempt, key, with_for_update=True)
        if row is None:
            continue
        if kind == "pair" or row.failures <= 1:
            session.delete(row)
        else:
            row.failures -= 1


def _keys(name: str, address: str) -> dict[str, str]:
    who, where = name.lower()[:40], address[:60]
    return {"pair": f"pair:{who}@{where}", "name": f"name:{who}", "address": f"address:{where}"}
