"""What the office does with a document kept aside: judge it again, or settle it by hand and say how."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_text
from workorders.messages.message import Message, typed
from workorders.problems import Problem
from workorders.tables import Quarantine, QuarantineDecision, Technician
from workorders.usecases.field.delivery import Acknowledgement
from workorders.usecases.field.events import ingest_event
from workorders.usecases.field.quarantine import answerable
from workorders.usecases.history import enqueue

WORDS_MAX = 500


def judge_again(session: Session, kept_id: int, *, now: datetime, actor: str) -> Acknowledgement:
    """Judge a kept document as if it came now, after the program or the records were mended.

    Understood now, it is resolved; not understood again, it stays open and the answer says why.
    Raises Problem not_found, document_settled.
    """
    kept = _open_document(session, kept_id)
    verdict = ingest_event(
        session, dict(kept.body), database=kept.database, revision=kept.revision, received_at=now
    )
    if verdict.status != "quarantined":
        _settle(session, kept, Message.of("reason.reprocessed", answer=verdict.message), now, actor)
    return verdict


def settle_document(session: Session, kept_id: int, *, words: str, now: datetime, actor: str) -> Quarantine:
    """Close a kept document: what is true in it was entered by hand, or nothing was. It is never deleted.

    `words` say which; the technician reads them. Raises Problem not_found, document_settled, bad_input.
    """
    words = checked_text(words, field="words", longest=WORDS_MAX)
    if not words:
        raise Problem("bad_input", field="words", reason="say what was done about it")
    kept = _open_document(session, kept_id)
    _settle(session, kept, typed(words), now, actor)
    return kept


def _open_document(session: Session, kept_id: int) -> Quarantine:
    kept = session.scalar(select(Quarantine).where(Quarantine.id == kept_id).with_for_update(of=Quarantine))
    if kept is None:
        raise Problem("not_found", what="document kept aside", key=kept_id)
    if kept.decision is not None:
        raise Problem("document_settled", document=kept.document_id, who=kept.decision.decided_by)
    return kept


def _settle(session: Session, kept: Quarantine, what: Message, now: datetime, actor: str) -> None:
    kept.decision = QuarantineDecision(
        decided_at=now, decided_by=actor[:80], code=what.code, params=dict(what.params)
    )
    session.flush()
    technician = session.get(Technician, kept.database.removeprefix("tech-"))
    if technician is not None and answerable(kept.document_id):
        enqueue(session, technician.id, "ack", kept.document_id, now=now)
