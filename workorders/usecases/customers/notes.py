"""Notes about an account and what was promised: who calls back, when, and what came of it."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import CODE_MAX, checked_line, checked_text
from workorders.grammar.times import checked_day
from workorders.policy.programs import NOTE_KINDS
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.tables import AccountNote

AHEAD = timedelta(days=366)


def add_note(
    session: Session,
    account_number: str,
    *,
    kind: str,
    words: str,
    call_back_on: date | None,
    now: datetime,
    actor: str,
    request_id: str | None = None,
) -> AccountNote:
    """Keep a note. With `call_back_on` it comes up on that day until somebody says what came of it.

    The same `request_id` again, by the same person, gives the note it made. Raises Problem `not_found`,
    `bad_input` naming the field, and `note_conflict` when the id was used for another note.
    """
    if kind not in NOTE_KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(NOTE_KINDS)))
    words = checked_text(words, field="words")
    if not words:
        raise Problem("bad_input", field="words", reason="it is needed")
    today = district_of(session).day_of(now)
    if call_back_on is not None and not (
        today <= checked_day(call_back_on, field="call_back_on") <= today + AHEAD
    ):
        raise Problem("bad_input", field="call_back_on", reason="from today to a year ahead")
    account = account_named(session, account_number)
    key = None
    if request_id:
        key = f"{actor[:80]}:{checked_line(request_id, field='id', longest=CODE_MAX)}"
        # Two copies of one request must not both find that there is no note yet.
        lock_account(session, account.id)
        known = session.scalar(select(AccountNote).where(AccountNote.request_key == key))
        if known is not None:
            if (known.account_id, known.kind, known.words, known.call_back_on) != (
                account.id,
                kind,
                words,
                call_back_on,
            ):
                raise Problem("note_conflict", note=known.id)
            return known
    made = AccountNote(
        account_id=account.id,
        at=now,
        actor=actor[:80],
        kind=kind,
        words=words,
        call_back_on=call_back_on,
        request_key=key,
    )
    session.add(made)
    session.flush()
    return made


def call_back_done(session: Session, note_id: int, *, outcome: str, now: datetime, actor: str) -> AccountNote:
    """Say what came of a call back. Raises Problem `not_found`, `call_back_over`, `bad_input`."""
    found = session.get(AccountNote, note_id)
    if found is None or found.call_back_on is None:
        raise Problem("not_found", what="call-back", key=note_id)
    lock_account(session, found.account_id)
    session.refresh(found)
    if found.done_at is not None:
        raise Problem("call_back_over")
    outcome = checked_line(outcome, field="outcome")
    if not outcome:
        raise Problem("bad_input", field="outcome", reason="it is needed")
    found.done_at, found.done_by, found.outcome = now, actor[:80], outcome
    session.flush()
    return found
