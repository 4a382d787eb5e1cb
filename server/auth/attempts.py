"""Limits how often a password or a one-time code may be guessed.

Every attempt is counted before the secret is looked at, so that parallel guesses cannot overtake the count; a
success takes its count back. The pair of name and address has a low limit; name alone and address alone have
high ones. A browser in which this person has signed in before has a count of its own and meets none of the
others: no stranger can lock a colleague out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.tables import SignInAttempt
from workorders.problems import Problem

WINDOW = timedelta(minutes=15)
LIMITS = {"pair": 5, "name": 50, "address": 100}
"""Failures allowed within WINDOW. An office behind one address makes honest typing errors too."""
CODE_LIMITS = {"code_pair": 5, "code_name": 20}
"""As above for one-time codes, of which three in a million are right at any time."""
BROWSER_LIMITS = {"browser": 5}
CODE_BROWSER_LIMITS = {"code_browser": 5}
"""As above in a browser that is known."""


def limits_of(browser: str | None, *, code: bool = False) -> Mapping[str, int]:
    """What holds for an attempt; `browser` names one in which the person has signed in before."""
    if browser is not None:
        return CODE_BROWSER_LIMITS if code else BROWSER_LIMITS
    return CODE_LIMITS if code else LIMITS


def count_attempt(
    session: Session,
    name: str,
    address: str,
    now: datetime,
    *,
    browser: str | None = None,
    code: bool = False,
) -> None:
    """Count one attempt under each key. Raises Problem too_many_attempts when a limit is passed.

    The caller commits in either case, so that the count stays.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.last_at < now - WINDOW))
    limits = limits_of(browser, code=code)
    for kind, key in _keys(limits, name, address, browser).items():
        row = session.get(SignInAttempt, key, with_for_update=True)
        if row is None:
            session.add(SignInAttempt(key=key, kind=kind, failures=1, first_at=now, last_at=now))
            continue
        if row.first_at < now - WINDOW:
            row.failures, row.first_at = 0, now
        if row.failures >= limits[kind]:
            wait = row.first_at + WINDOW - now
            raise Problem("too_many_attempts", seconds=max(1, int(wait.total_seconds())))
        row.failures += 1
        row.last_at = now


def forgive(
    session: Session, name: str, address: str, *, browser: str | None = None, code: bool = False
) -> None:
    """The secret was right: the narrow count ends, the wider ones lose this attempt."""
    limits = limits_of(browser, code=code)
    for kind, key in _keys(limits, name, address, browser).items():
        row = session.get(SignInAttempt, key, with_for_update=True)
        if row is None:
            continue
        if kind.endswith(("pair", "browser")) or row.failures <= 1:
            session.delete(row)
        else:
            row.failures -= 1


def _keys(limits: Mapping[str, int], name: str, address: str, browser: str | None) -> dict[str, str]:
    who, where = name.lower()[:40], address[:60]
    known = {"pair": f"{who}@{where}", "name": who, "address": where, "browser": browser or ""}
    return {kind: f"{kind}:{known[kind.removeprefix('code_')]}" for kind in limits}
