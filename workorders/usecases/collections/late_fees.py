"""Late fees handed to billing, which charges them; nothing is posted here."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.late_fees import late_fees_due
from workorders.tables import LateFee
from workorders.tables.bulk import insert_all
from workorders.usecases.collections.cycles import steps_taken
from workorders.usecases.history import count


def hand_over_late_fees(session: Session, *, now: datetime, actor: str) -> int:
    """Write a row for each bill that is due a fee today; how many. The export `late_fees` gives them out.

    Raises Problem `late_fee_here` when none waits.
    """
    # Two at once would both find the same bills: the counter makes the second wait for the first.
    count(session, "late_fees")
    today = district_of(session).day_of(now)
    found = late_fees_due(session, today, now=now)
    if not found:
        raise Problem("late_fee_here")
    insert_all(
        session,
        LateFee,
        [
            {
                "account_id": one.debtor.id,
                "bill_reference": one.bill.reference,
                "due_on": one.bill.due_on,
                "on_day": today,
                "past_due_cents": one.bill.cents,
                "amount_cents": one.fee_cents,
                "fee_code": one.fee_code,
                "handed_at": now,
                "handed_by": actor[:80],
            }
            for one in found
        ],
    )
    steps_taken(session, "late_fee", today, now=now, actor=actor)
    session.flush()
    return len(found)
