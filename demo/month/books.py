"""The auditor's books: what tablets and people say they did, held against what the tables have of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from workorders.judgement.receipts import format_number, parse_number

TRIAL = """
    SELECT COALESCE(SUM(ABS(cents)), 0)
    FROM (SELECT SUM(amount_cents) AS cents FROM posting GROUP BY entry_id) sums
"""
"""Cents by which entries are out of balance, so that two errors do not hide one another."""
CUSTODY = """
    SELECT COALESCE(SUM(ABS(cents)), 0)
    FROM (SELECT SUM(amount_cents) AS cents FROM posting WHERE ledger = 'CASH-T' GROUP BY party) held
"""
UNDEPOSITED = """
    SELECT COUNT(*) FROM (
        SELECT id FROM turn_in
        WHERE state <> 'cancelled' AND expected_cents > 0 AND COALESCE(counted_cents, 1) > 0
        UNION ALL
        SELECT id FROM drawer WHERE COALESCE(counted_cents, float_cents + 1) > float_cents
    ) bags WHERE NOT EXISTS (SELECT 1 FROM deposit_item i WHERE i.subject = bags.id)
"""
TWICE = {
    "posted twice": """
        SELECT COUNT(*) FROM (SELECT source, purpose FROM journal_entry
                              GROUP BY source, purpose HAVING COUNT(*) > 1) d
    """,
    "reversed twice": """
        SELECT COUNT(*) FROM (SELECT reverses_id FROM journal_entry WHERE reverses_id IS NOT NULL
                              GROUP BY reverses_id HAVING COUNT(*) > 1) d
    """,
    "a read twice": """
        SELECT COUNT(*) FROM (SELECT source, meter_id, kind, value FROM read WHERE source LIKE 'event:%'
                              GROUP BY source, meter_id, kind, value HAVING COUNT(*) > 1) d
    """,
    "two meters at a point": """
        SELECT COUNT(*) FROM (SELECT service_point_id FROM installation WHERE removed_at IS NULL
                              GROUP BY service_point_id HAVING COUNT(*) > 1) d
    """,
    "a meter in two places": """
        SELECT COUNT(*) FROM (SELECT meter_id FROM installation WHERE removed_at IS NULL
                              GROUP BY meter_id HAVING COUNT(*) > 1) d
    """,
    "two reconnects at a point": """
        SELECT COUNT(*) FROM (SELECT service_point_id FROM work_order WHERE type = 'reconnect'
            AND state NOT IN ('completed', 'closed', 'cancelled', 'superseded', 'rejected', 'exception')
            GROUP BY service_point_id HAVING COUNT(*) > 1) d
    """,
    "money in two turn-ins": """
        SELECT COUNT(*) FROM (SELECT receipt_number FROM turn_in_receipt WHERE NOT released
                              GROUP BY receipt_number HAVING COUNT(*) > 1) d
    """,
    "a deposit credited twice": """
        SELECT COUNT(*) FROM (SELECT deposit_id FROM bank_line
                              WHERE kind = 'deposit' AND deposit_id IS NOT NULL
                              GROUP BY deposit_id HAVING COUNT(*) > 1) d
    """,
}
"""Facts that must be on record once."""
CREDITED = """
    SELECT e.source, -SUM(p.amount_cents) AS cents FROM journal_entry e
    JOIN posting p ON p.entry_id = e.id AND p.ledger IN ('AR', 'SUSP')
    WHERE e.purpose IN ('payment', 'payment_moved') AND e.reverses_id IS NULL
    GROUP BY e.source
"""
"""Cents credited for each payment, by what it came from; a moved one leaves suspense as it reaches AR."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What tablets and people know themselves: ids of events, receipts by event, payments by id, in cents."""

    events: frozenset[str]
    receipts: Mapping[str, int]
    payments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the auditor found; all are 0 where the books are right."""

    lost: int
    doubled: int
    trial_balance_cents: int
    custody_cents: int
    unexplained_receipts: int
    undeposited_bags: int


def audit(session: Session, outside: Outside) -> Findings:
    """Hold the records against what happened outside them."""
    events = set(session.scalars(text("SELECT id FROM field_event")))
    aside = set(session.scalars(text("SELECT document_id FROM quarantine")))
    credited = {source: int(cents) for source, cents in session.execute(text(CREDITED))}
    refused = set(session.scalars(text("SELECT id FROM pending_payment WHERE state = 'refused'")))
    paid = {source: cents for source, cents in outside.receipts.items() if cents}
    paid |= {f"payment:{one}": cents for one, cents in outside.payments.items() if one not in refused}
    lost = len(outside.events - events - aside) + sum(
        credited.get(one, 0) < cents for one, cents in paid.items()
    )
    doubled = sum(credited.get(one, 0) > cents for one, cents in paid.items())
    doubled += sum(int(session.scalar(text(query)) or 0) for query in TWICE.values())
    return Findings(
        lost=lost,
        doubled=doubled,
        trial_balance_cents=int(session.scalar(text(TRIAL)) or 0),
        custody_cents=int(session.scalar(text(CUSTODY)) or 0),
        unexplained_receipts=len(unexplained(session)),
        undeposited_bags=int(session.scalar(text(UNDEPOSITED)) or 0),
    )


def unexplained(session: Session) -> list[str]:
    """Numbers below the highest of each prefix without receipt or explanation, and money in no turn-in."""
    known = set(session.scalars(text("SELECT number FROM receipt")))
    explained = set(session.scalars(text("SELECT number FROM receipt_explanation")))
    missing = [one for one in _up_to_the_highest(known) if one not in known and one not in explained]
    not_handed_in = session.scalars(
        text(
            """
            SELECT r.number FROM receipt r
            LEFT JOIN turn_in_receipt h ON h.receipt_number = r.number AND NOT h.released
            LEFT JOIN payment_reversal v ON v.source = r.source
            WHERE r.amount_cents > 0 AND h.turn_in_id IS NULL AND v.id IS NULL
            """
        )
    )
    return [*missing, *not_handed_in]


def _up_to_the_highest(numbers: Iterable[str]) -> Iterable[str]:
    highest: dict[str, int] = {}
    for number in numbers:
        parsed = parse_number(number)
        if parsed is not None:
            highest[parsed[0]] = max(highest.get(parsed[0], 0), parsed[1])
    for prefix, last in sorted(highest.items()):
        for serial in range(1, last + 1):
            yield format_number(prefix, serial)
