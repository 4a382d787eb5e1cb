"""The auditor: reads the tables with a few statements of its own, and believes nobody's running totals."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Date, bindparam, text
from sqlalchemy.orm import Session

from workorders.tables.base import UtcDateTime

OPEN_CUT = (
    "requested", "held", "approved", "scheduled", "assigned", "dispatched", "acknowledged", "en_route",
    "on_site", "started", "suspended", "unable", "recalled",
)  # fmt: skip
"""States in which somebody may still cut. One in `exception` was visited and waits for the office."""
UNDER_WAY = (*OPEN_CUT, "exception")


@dataclass(frozen=True, slots=True)
class Violation:
    """A customer who owes nothing past due and is cut or about to be."""

    day: date
    account: str
    what: str


CUSTOMER_TRUTH = """
    WITH owed AS (
        SELECT party, SUM(amount_cents) AS cents FROM posting WHERE ledger = 'AR' GROUP BY party
    ), not_due AS (
        SELECT p.party, SUM(p.amount_cents) AS cents
        FROM journal_entry e
        JOIN posting p ON p.entry_id = e.id AND p.ledger = 'AR' AND p.amount_cents > 0
        LEFT JOIN bill b ON b.entry_id = e.id
        LEFT JOIN journal_entry r ON r.reverses_id = e.id
        WHERE r.id IS NULL AND e.reverses_id IS NULL
          AND (b.due_on >= :day
               OR (b.id IS NULL AND e.effective_at >= :since AND e.purpose NOT LIKE 'fee_%'
                   AND e.purpose NOT IN ('opening', 'opening_balance', 'transfer')))
        GROUP BY p.party
    ), wrong AS (
        SELECT o.account_id, 'cut ' || o.number || ' is open' AS words FROM work_order o
        WHERE o.type = 'disconnect_np' AND o.state IN :open_cut
        UNION ALL
        SELECT g.account_id, 'service is off at ' || s.number FROM service_point s
        JOIN service_agreement g ON g.service_point_id = s.id AND g.state IN ('active', 'stopping')
        WHERE s.state = 'off_np'
          AND NOT EXISTS (SELECT 1 FROM work_order o WHERE o.service_point_id = s.id
                          AND o.type IN ('reconnect', 'turn_on') AND o.state IN :under_way)
          AND NOT EXISTS (SELECT 1 FROM exception_case c JOIN work_order o ON o.number = c.order_number
                          WHERE o.service_point_id = s.id AND c.state = 'open')
    )
    SELECT a.number, w.words FROM wrong w
    JOIN account a ON a.id = w.account_id
    LEFT JOIN owed ON owed.party = a.number
    LEFT JOIN not_due ON not_due.party = a.number
    WHERE COALESCE(owed.cents, 0) - COALESCE(not_due.cents, 0) <= :threshold
    ORDER BY a.number, w.words
"""
"""Open cuts and services off that nobody restores, of accounts with nothing past due at the end of a day.

A bill is not past due on its due day; what no bill says (a deposit, a correction) waits DUE_DAYS.
"""
DUE_DAYS = 21


def customer_truth(
    session: Session, day: date, zone: ZoneInfo, *, threshold_cents: int = 0
) -> list[Violation]:
    """Whoever owes the threshold or less has no open cut, and no service off that nobody restores."""
    since = datetime.combine(day - timedelta(days=DUE_DAYS - 1), time(), zone)
    query = text(CUSTOMER_TRUTH).bindparams(
        bindparam("day", type_=Date()),
        bindparam("since", type_=UtcDateTime()),
        bindparam("open_cut", expanding=True),
        bindparam("under_way", expanding=True),
    )
    given = {"day": day, "since": since, "threshold": threshold_cents}
    rows = session.execute(query, given | {"open_cut": OPEN_CUT, "under_way": UNDER_WAY})
    return [Violation(day, number, words) for number, words in rows]
