"""Letters by e-mail: asked for once, tried again after a failure, or set aside by a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.messages.words import OURSELVES
from workorders.problems import Problem
from workorders.queries.outgoing_mail import OPEN, letter_by_key
from workorders.tables import OutgoingMail


def ask_for_letter(
    session: Session,
    key: str,
    kind: str,
    *,
    details: Mapping[str, Any],
    recipients: Sequence[str],
    language: str,
    now: datetime,
    actor: str,
) -> tuple[OutgoingMail, bool]:
    """The letter for `key`, and whether it is new: asked for again it stays the one there is."""
    known = letter_by_key(session, key)
    if known is not None:
        return known, False
    made = OutgoingMail(
        key=key,
        kind=kind,
        details=dict(details),
        recipients=list(recipients),
        language=language,
        created_at=now,
        created_by=actor[:80],
        state="waiting",
        failures=0,
    )
    session.add(made)
    session.flush()
    return made, True


def mark_ready(session: Session, number: int, file_name: str) -> bool:
    """The file is whole and about to be put into the folder; False when somebody settled it meanwhile."""
    letter = session.get_one(OutgoingMail, number, with_for_update=True, populate_existing=True)
    if letter.state != "waiting":
        return False
    letter.state, letter.file_name = "ready", file_name
    return True


def mark_written(session: Session, number: int, *, now: datetime) -> None:
    """The file is in the folder; once said, it stays so."""
    letter = session.get_one(OutgoingMail, number, with_for_update=True, populate_existing=True)
    if letter.state == "ready":
        letter.state, letter.settled_at, letter.settled_by = "written", now, OURSELVES
        letter.next_try_at = None


def mark_failed(session: Session, number: int, code: str, *, next_try_at: datetime) -> None:
    """It could not be made or written; it is tried again then."""
    letter = session.get_one(OutgoingMail, number, with_for_update=True, populate_existing=True)
    if letter.state in OPEN:
        letter.failures += 1
        letter.last_error, letter.next_try_at = code[:40], next_try_at


def retry_letter(session: Session, number: int) -> OutgoingMail:
    """Try a letter again at once. Raises Problem `not_found` when it does not wait."""
    letter = _open(session, number)
    letter.next_try_at = None
    return letter


def set_letter_aside(session: Session, number: int, *, now: datetime, actor: str) -> OutgoingMail:
    """Never write this letter. Raises Problem `not_found` when it does not wait."""
    letter = _open(session, number)
    letter.state, letter.settled_at, letter.settled_by = "set_aside", now, actor[:80]
    return letter


def _open(session: Session, number: int) -> OutgoingMail:
    letter = session.get(OutgoingMail, number, with_for_update=True, populate_existing=True)
    # One that is ready may be in the folder already: it can't be taken back any more.
    if letter is None or letter.state != "waiting":
        raise Problem("not_found", what="letter", key=number)
    return letter
