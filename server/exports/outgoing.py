"""Letters by e-mail, written into the outgoing folder: each once, whatever ends the program in between.

A letter is made whole under a hidden name, marked ready, then renamed, then marked written. Ended before
“ready”, it is made anew; ended after it, the hidden file tells whether the renaming is still to be done. So a
program that takes files out of the folder as soon as they appear never gets a second one.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from server.config import Config
from server.exports.mail_message import Content, mail_file
from server.exports.mailed_receipt import receipt_letter
from server.exports.mailed_report import report_letter
from server.exports.mailed_visit import NobodyComesError, visit_letter
from server.exports.visit_notices import ask_for_notices
from server.services import Services
from sync.pipeline.failures import stops_everything, wait_after
from workorders.messages.words import OURSELVES
from workorders.problems import Problem
from workorders.queries.outgoing_mail import due_schedules, letters_to_write
from workorders.tables import OutgoingMail
from workorders.usecases.exchange.outgoing_mail import (
    mark_failed,
    mark_ready,
    mark_written,
    set_letter_aside,
)
from workorders.usecases.exchange.report_schedules import ask_when_due

log = structlog.get_logger()
BATCH = 50
FIRST_WAIT = timedelta(minutes=1)


def mail_round(services: Services) -> int:
    """Ask for reports and notices that are due, and write the letters that wait; how many were written."""
    ask_for_notices(services)
    now = services.clock()
    with services.read_sessions() as session:
        due = list(due_schedules(session, now=now, limit=BATCH))
    for number in due:
        with services.sessions.begin() as session:
            ask_when_due(session, number, now=now)
    with services.read_sessions() as session:
        waiting = list(letters_to_write(session, now=now, limit=BATCH))
    return sum(_try_to_write(services, number) for number in waiting)


def outgoing_folder(config: Config) -> Path:
    """Where letters are put."""
    return config.outgoing_dir or config.data_dir / "outgoing"


def _try_to_write(services: Services, number: int) -> int:
    try:
        write_letter(services, number)
    except NobodyComesError:
        with services.sessions.begin() as session:
            set_letter_aside(session, number, now=services.clock(), actor=OURSELVES)
        return 0
    except Exception as error:
        if stops_everything(error):
            raise
        log.warning("letter_failed", letter=number, reason=str(error)[:200])
        code = error.code if isinstance(error, Problem) else _code_of(error)
        with services.sessions.begin() as session:
            letter = session.get_one(OutgoingMail, number)
            wait = max(FIRST_WAIT, wait_after(letter.failures + 1))
            mark_failed(session, number, code, next_try_at=services.clock() + wait)
        return 0
    return 1


def _code_of(error: Exception) -> str:
    return "folder_not_written" if isinstance(error, OSError) else "letter_failed"


def write_letter(services: Services, number: int) -> None:
    """Make a letter and put it into the folder, or go on where an earlier try ended.

    Raises OSError for a folder that can't be written, and Problem for what can't be made.
    """
    folder, now = outgoing_folder(services.config), services.clock()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hidden = folder / f".letter-{number:06d}.part"
    with services.read_sessions() as session:
        letter = session.get_one(OutgoingMail, number)
        made = _made(session, letter, services.config, now) if letter.state == "waiting" else None
        name = letter.file_name or f"{letter.created_at:%Y%m%dT%H%M%SZ}-{number:06d}.eml"
    if made is not None:
        _write_through(hidden, made)
        with services.sessions.begin() as session:
            if not mark_ready(session, number, name):
                return
    try:
        hidden.rename(folder / name)
    except FileNotFoundError:
        # An earlier try ended between the renaming and its note.
        log.info("letter_was_there", letter=number)
    with services.sessions.begin() as session:
        mark_written(session, number, now=now)


def _made(session: Session, letter: OutgoingMail, config: Config, now: datetime) -> bytes:
    content = _content(session, letter, config, now)
    return mail_file(
        content,
        key=letter.key,
        district=config.district,
        sender=config.mail_from,
        recipients=letter.recipients,
        language=letter.language,
        at=letter.created_at,
    )


def _content(session: Session, letter: OutgoingMail, config: Config, now: datetime) -> Content:
    if letter.kind == "report":
        return report_letter(session, letter, now=now)
    if letter.kind == "visit":
        return visit_letter(session, letter, config, now=now)
    return receipt_letter(session, letter)


def _write_through(path: Path, body: bytes) -> None:
    """Whole and on the disk before it has its name."""
    part = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
