"""Reads the fingerprint of the board: a few statements, each over what is open or of these days."""

from collections import defaultdict
from collections.abc import Hashable
from datetime import date, timedelta

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from server.pages.dispatch.filters import OPEN_STATES
from server.pages.dispatch.live.change import Marks
from server.tablets import last_heard, unsent_reports
from workorders.grammar.times import start_of_day
from workorders.queries.field_places import newest_places
from workorders.queries.talk import unread_messages
from workorders.tables import ExceptionCase, FieldEvent, FieldMessage, Order, Outbox, Shift, Technician
from workorders.usecases.field.quarantine import undecided_documents

DAYS_BACK, DAYS_AHEAD = 1, 7
"""Days whose finished stops are followed as well; a board of another day follows what is open."""


def read_marks(session: Session, today: date, timezone: str) -> Marks:
    """The fingerprint now; `today` is the district's day."""
    people = [(row[0], row[1], row[2]) for row in session.execute(_PEOPLE)]
    ids = [person[0] for person in people]
    since = start_of_day(today, timezone)
    unsent = unsent_reports(session, ids)
    heard = last_heard(session, ids)
    return Marks(
        orders=_orders(session, today),
        days=_days(session, people, today, timezone),
        heard={one: (heard.get(one), unsent.get(one, 0)) for one in ids},
        places=newest_places(session, since=since),
        office=_office(session),
    )


_PEOPLE = select(Technician.id, Technician.name, Technician.zone_id).where(Technician.active)


def _orders(session: Session, today: date) -> dict[str, tuple[int, str | None]]:
    columns = select(Order.number, Order.version, Order.technician_id)
    still_open = columns.where(Order.state.in_(sorted(OPEN_STATES)))
    of_these_days = columns.where(
        Order.route_day >= today - timedelta(days=DAYS_BACK),
        Order.route_day <= today + timedelta(days=DAYS_AHEAD),
    )
    found: dict[str, tuple[int, str | None]] = {}
    for query in (still_open, of_these_days):
        found |= {number: (version, technician) for number, version, technician in session.execute(query)}
    return found


def _days(
    session: Session, people: list[tuple[str, str, int | None]], today: date, timezone: str
) -> dict[str, Hashable]:
    waiting: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    outbox = select(Outbox.technician_id, Outbox.topic, Outbox.key).where(Outbox.is_waiting())
    for technician, topic, key in session.execute(outbox):
        waiting[technician].add((topic, key))
    shifts: defaultdict[str, set[Hashable]] = defaultdict(set)
    days = select(Shift.technician_id, Shift.day, Shift.starts_at, Shift.ends_at).where(
        Shift.day >= today, Shift.day <= today + timedelta(days=DAYS_AHEAD)
    )
    for technician, *shift in session.execute(days):
        shifts[technician].add(tuple(shift))
    said = (
        select(FieldEvent.technician_id, func.max(FieldEvent.occurred_at))
        .where(
            # Spelled as the index over them is.
            FieldEvent.kind == literal_column("'day'"),
            FieldEvent.technician_id.in_([person[0] for person in people]),
            FieldEvent.occurred_at >= start_of_day(today, timezone),
        )
        .group_by(FieldEvent.technician_id)
    )
    duty = dict(session.execute(said).all())
    return {
        person[0]: (person, frozenset(waiting[person[0]]), frozenset(shifts[person[0]]), duty.get(person[0]))
        for person in people
    }


def _office(session: Session) -> Hashable:
    cases = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
    newest = session.scalar(select(func.max(FieldMessage.id)))
    return newest, unread_messages(session), session.scalar(cases), undecided_documents(session)
