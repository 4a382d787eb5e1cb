"""Rules and fees that an operator puts in force."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.queries.district import district_of
from workorders.tables import Counter
from workorders.usecases.district.publish_rules import publish_rules
from workorders.usecases.history import tell_everyone

TOLD = "rules_told"
"""The counter that keeps the day (its ordinal) whose rules tablets were last told."""
DATED = ("fees", "settings")
"""Reference documents that say what is in force today."""


def adopt_rules(session: Session, document: dict[str, Any], *, now: datetime) -> int:
    """Publish `document` as the next rule set and tell every tablet; answers the version.

    Raises Problem `bad_input` naming the first line that is wrong; nothing is changed then.
    """
    version = publish_rules(session, document, now=now)
    _tell(session, now)
    return version


def tell_rules_of_the_day(session: Session, *, now: datetime) -> bool:
    """On the first call of a district's day, tell tablets what is in force: a dated line may have begun.

    What says the same as yesterday is not written again by `publish`. True when it told.
    """
    today = district_of(session).day_of(now).toordinal()
    told = session.get(Counter, TOLD, with_for_update=True)
    if told is not None and told.value >= today:
        return False
    if told is None:
        session.add(Counter(name=TOLD, value=today))
    else:
        told.value = today
    _tell(session, now)
    return True


def _tell(session: Session, now: datetime) -> None:
    for reference in DATED:
        tell_everyone(session, reference, now=now)
