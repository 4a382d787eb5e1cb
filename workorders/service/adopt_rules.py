"""Rules and fees that an operator puts in force."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.rules import publish_rules
from workorders.service.history import tell_everyone


def adopt_rules(session: Session, document: dict[str, Any], *, now: datetime) -> int:
    """Publish `document` as the next rule set and tell every tablet; answers the version.

    Raises Problem `bad_input` naming the first line that is wrong; nothing is changed then.
    """
    version = publish_rules(session, document, now=now)
    for reference in ("fees", "settings"):
        tell_everyone(session, reference, now=now)
    return version
