"""Letters by e-mail, and the reports that are sent regularly, as pages and the worker see them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workorders.problems import Problem
from workorders.tables import OutgoingMail, ReportSchedule, VisitLink

OPEN = ("waiting", "ready")


def letters_to_write(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of letters that can be written now, the oldest first."""
    may = or_(OutgoingMail.next_try_at.is_(None), OutgoingMail.next_try_at <= now)
    query = select(OutgoingMail.id).where(OutgoingMail.state.in_(OPEN), may).order_by(OutgoingMail.id)
    return session.scalars(query.limit(limit)).all()


def delayed_letters(session: Session, *, limit: int = 200) -> Sequence[OutgoingMail]:
    """Letters that failed and are not written yet."""
    query = select(OutgoingMail).where(OutgoingMail.state.in_(OPEN), OutgoingMail.failures > 0)
    return session.scalars(query.order_by(OutgoingMail.id).limit(limit)).all()


def count_delayed_letters(session: Session) -> int:
    """How many letters failed and are not written yet."""
    delayed = (OutgoingMail.state.in_(OPEN)) & (OutgoingMail.failures > 0)
    return session.scalar(select(func.count()).select_from(OutgoingMail).where(delayed)) or 0


def letter_by_key(session: Session, key: str) -> OutgoingMail | None:
    """The letter for something, whatever became of it; None when nobody asked for it."""
    return session.scalar(select(OutgoingMail).where(OutgoingMail.key == key))


def letters_of_receipt(session: Session, number: str) -> Sequence[OutgoingMail]:
    """The letters that carry a receipt of the counter, by whom they go to."""
    begins = f"receipt:{number}:"
    # A span of the index: what begins with these letters.
    of_it = (OutgoingMail.key >= begins, OutgoingMail.key < f"receipt:{number};")
    return session.scalars(select(OutgoingMail).where(*of_it).order_by(OutgoingMail.id)).all()


def letters_of_links(session: Session, links: Collection[VisitLink]) -> Mapping[int, Sequence[OutgoingMail]]:
    """By the link's id, the letters that carry it to a visit: those that a person sent, and the one of its
    journey."""
    if not links:
        return {}
    sent = [_sent(OutgoingMail.key, link) for link in links]
    journeys = OutgoingMail.key.in_([_journey(link) for link in links])
    letters = session.scalars(
        select(OutgoingMail).where(or_(*sent, journeys)).order_by(OutgoingMail.id)
    ).all()
    return {link.id: [letter for letter in letters if _carries(letter.key, link)] for link in links}


def _carries(key: str, link: VisitLink) -> bool:
    return key.startswith(f"visit:{link.key}:") or key == _journey(link)


def _sent(key: InstrumentedAttribute[str], link: VisitLink) -> ColumnElement[bool]:
    """A span of the index: what begins with these letters."""
    return (key >= f"visit:{link.key}:") & (key < f"visit:{link.key};")


def _journey(link: VisitLink) -> str:
    return f"on_the_way:{link.order_number}:{link.epoch}"


def recent_letters(session: Session, kind: str, *, limit: int) -> Sequence[OutgoingMail]:
    """The newest letters of a kind."""
    query = select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id.desc())
    return session.scalars(query.limit(limit)).all()


def schedules(session: Session, *, limit: int = 200) -> Sequence[ReportSchedule]:
    """The schedules that go on, by their next due time."""
    query = select(ReportSchedule).where(ReportSchedule.ended_at.is_(None))
    return session.scalars(query.order_by(ReportSchedule.next_due_at, ReportSchedule.id).limit(limit)).all()


def due_schedules(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of schedules that are due, the longest due first."""
    query = select(ReportSchedule.id).where(
        ReportSchedule.ended_at.is_(None), ReportSchedule.next_due_at <= now
    )
    return session.scalars(query.order_by(ReportSchedule.next_due_at).limit(limit)).all()


def find_schedule(session: Session, number: int) -> ReportSchedule:
    """A schedule, ended or not. Raises Problem `not_found`."""
    found = session.get(ReportSchedule, number)
    if found is None:
        raise Problem("not_found", what="schedule", key=number)
    return found
