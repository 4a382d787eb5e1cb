"""Steps of the schedule that are due looked at together: those that nobody is due are closed."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from workorders.queries.cut_list import cut_list
from workorders.queries.cycles import count_steps_waiting
from workorders.queries.late_fees import late_fees_due
from workorders.queries.notice_run import notice_run
from workorders.usecases.collections.cycles import cycles_of, steps_taken
from workorders.usecases.collections.notices import close_needless_steps


def close_steps_nobody_is_due(session: Session, day: date, *, now: datetime, actor: str) -> int:
    """Close each step whose day has come by `day` in cycles where nobody is due it; how many were closed.

    A cut stays open while the list has somebody of the cycle who may be cut.
    """
    if not count_steps_waiting(session, day):
        return 0
    closed = close_needless_steps(session, notice_run(session, day, now=now), now=now, actor=actor)
    # What only the hour, the day or the weather is against is done another day.
    left = {row.debtor.id for row in cut_list(session, day, now=now).rows if row.passes_by_itself}
    leaving = cycles_of(session, left)
    late = cycles_of(session, (one.debtor.id for one in late_fees_due(session, day, now=now)))
    closed += steps_taken(session, "late_fee", day, now=now, actor=actor, leaving=late)
    return closed + steps_taken(session, "cut", day, now=now, actor=actor, leaving=leaving)
