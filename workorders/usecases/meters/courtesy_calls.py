"""Calls about unusually high usage, made before the bill says it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.problems import Problem, Reason
from workorders.tables import Account, CourtesyCall, ReadFinding, ServiceAgreement
from workorders.usecases.customers.notes import add_note

OUTCOMES = ("reached", "message_left", "no_answer", "wrong_number")


def note_call(
    session: Session, finding_id: int, *, outcome: str, words: str, now: datetime, actor: str
) -> CourtesyCall:
    """What came of a call; it stands in the account's contact log too.

    `words`: what was said, needed when the customer was reached. Raises Problem `not_found`, `bad_input`
    naming the field, `nobody_served`.
    """
    finding = session.get(ReadFinding, finding_id, with_for_update=True)
    if finding is None or finding.kind != "high":
        raise Problem("not_found", what="high read", key=finding_id)
    if outcome not in OUTCOMES:
        reason = Reason("one of {known}", known=", ".join(OUTCOMES))
        raise Problem("bad_input", field="outcome", reason=reason)
    words = checked_line(words, field="words")
    if outcome == "reached" and not words:
        raise Problem("bad_input", field="words", reason="say what the customer said")
    account = session.scalar(
        select(Account)
        .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
        .where(ServiceAgreement.service_point_id == finding.service_point_id, ServiceAgreement.serving)
    )
    if account is None:
        raise Problem("nobody_served")
    made = CourtesyCall(
        finding_id=finding.id,
        account_id=account.id,
        at=now,
        actor=actor[:80],
        outcome=outcome,
        words=words,
    )
    session.add(made)
    if words:
        add_note(
            session, account.number, kind="call_out", words=words, call_back_on=None, now=now, actor=actor
        )
    session.flush()
    return made
