"""Photos and signatures of field events: which are here, which are still on the tablet."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import FILE_NAME_MAX
from workorders.judgement.consequences import OpenException
from workorders.judgement.event_schema import Attached, FieldDocument
from workorders.judgement.reported import MOST_PHOTOS
from workorders.judgement.verdict import case
from workorders.tables import Evidence

PHOTO = ".jpg"


def evidence_rows(event: FieldDocument) -> list[dict[str, Any]]:
    """A row for each attachment that is here and each photo that the body names but is not."""
    answers = event.body.get("answers")
    named = {
        value
        for value in (answers.values() if isinstance(answers, Mapping) else ())
        if isinstance(value, str) and value.endswith(PHOTO) and len(value) <= FILE_NAME_MAX
    }
    named |= {name for name in _further(event.body) if name.endswith(PHOTO) and len(name) <= FILE_NAME_MAX}
    here = [_row(event.id, name, stub) for name, stub in sorted(event.attachments.items())]
    missing = Attached(content_type="image/jpeg", digest="", length=0)
    awaited = sorted(named - event.attachments.keys())
    return here + [_row(event.id, name, missing) | {"received": False} for name in awaited]


def _further(body: Mapping[str, Any]) -> Iterator[str]:
    """Names of the photos that no question asked for."""
    given = body.get("photos")
    for photo in given[:MOST_PHOTOS] if isinstance(given, list) else ():
        if isinstance(photo, Mapping) and isinstance(photo.get("name"), str):
            yield photo["name"]


def receive_evidence(session: Session, event: FieldDocument) -> tuple[bool, list[OpenException]]:
    """Take in attachments that a later revision of a known event brings.

    Answers whether something new came, and a case for each photo that was here with other bytes.
    """
    kept = {
        row.name: row
        for row in session.scalars(select(Evidence).where(Evidence.event_id == event.id).with_for_update())
    }
    news = False
    cases = []
    for name, stub in sorted(event.attachments.items()):
        row = kept.get(name)
        if row is None:
            session.add(Evidence(**_row(event.id, name, stub)))
            news = True
        elif not row.received:
            row.received, row.digest, row.length = True, stub.digest[:80], stub.length
            row.content_type = stub.content_type[:80]
            news = True
        elif row.digest != stub.digest[:80]:
            cases.append(case("evidence_changed", name=name, event=event.id))
    session.flush()
    return news, cases


def all_here(session: Session, event_id: str) -> bool:
    """Nothing that the event's answers name is still on the tablet."""
    return (
        session.scalar(
            select(Evidence.id).where(Evidence.event_id == event_id, Evidence.received.is_(False)).limit(1)
        )
        is None
    )


def _row(event_id: str, name: str, stub: Attached) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "name": name,
        "content_type": stub.content_type[:80],
        "digest": stub.digest[:80],
        "length": stub.length,
        "received": True,
    }
