"""Rules and fees that an operator puts in force."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.queries.district import district_of
from workorders.tables import Counter
from workorders.usecases.district.publish_rules import publish_rules
from workorders.usecases.history import enqueue_in_field, enqueue_reference

ENQUEUED = "rules_enqueued"
"""The counter that keeps the day (its ordinal) whose rules were last enqueued for tablets."""
DATED = ("fees", "settings")
"""Reference documents that say what is in force today."""


def adopt_rules(session: Session, document: dict[str, Any], *, now: datetime) -> int:
    """Publish `document` as the next rule set and enqueue it for every tablet; answers the version.

    Raises Problem `bad_input` naming the first line that is wrong; nothing is changed then.
    """
    version = publish_rules(session, document, now=now)
    _enqueue_dated(session, now)
    return version


def enqueue_rules_of_the_day(session: Session, *, now: datetime) -> bool:
    """On the first call of a district's day, enqueue what is in force: a dated line may have begun.

    What says the same as yesterday is not written again by `publish`. True when it did.
    """
    if not is_new_day(session, now=now):
        return False
    today = district_of(session).day_of(now).toordinal()
    enqueued = session.get(Counter, ENQUEUED, with_for_update=True)
    if enqueued is None:
        session.add(Counter(name=ENQUEUED, value=today))
    else:
        enqueued.value = today
    _enqueue_dated(session, now)
    return True


def is_new_day(session: Session, *, now: datetime) -> bool:
    """Whether the rules of the district's day at `now` are still to be enqueued."""
    enqueued = session.get(Counter, ENQUEUED)
    return enqueued is None or enqueued.value < district_of(session).day_of(now).toordinal()


def _enqueue_dated(session: Session, now: datetime) -> None:
    """The reference documents, and every order that a tablet has: it carries fees and the hours of cuts."""
    for reference in DATED:
        enqueue_reference(session, reference, now=now)
    enqueue_in_field(session, now=now)
