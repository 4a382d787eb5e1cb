"""Why the records refused a part of what was to be carried out."""

from sqlalchemy.exc import DataError, IntegrityError

from workorders.messages.message import Message
from workorders.problems import Problem


def reason_of(refusal: IntegrityError | DataError | Problem) -> Message:
    """The problem's code and details; else what the database said, for somebody who knows the tables."""
    if isinstance(refusal, Problem):
        return Message.of(f"problem.{refusal.code}", **refusal.details)
    return Message.of("reason.database", said=str(refusal.orig).splitlines()[0])
