"""Posting and reversing: an entry is written open, gets its postings, and is sealed, in one go.

Nothing here commits. The database itself refuses an unbalanced or empty seal and any change after it
(workorders.ledger.guards), so these functions are the convenient way, not the only lock.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from workorders.dialect import upsert
from workorders.ledger.chart import party_of
from workorders.tables import EntrySeal, JournalEntry, LedgerBalance, Posting

Line = tuple[str, str, int]
"""(ledger debited, ledger credited, positive cents)."""


def post(
    session: Session,
    *,
    source: str,
    purpose: str,
    words: str,
    lines: Sequence[Line],
    parties: Mapping[str, str],
    effective_at: datetime,
    now: datetime,
    order_number: str | None = None,
    reverses_id: int | None = None,
) -> JournalEntry:
    """Write, seal and sum up one entry; `parties` is {"account": number, "technician": id}.

    Each line becomes a debit and a credit posting. Raises ValueError for no lines, for cents that are
    not a positive int and for an unknown ledger or a missing party; sqlalchemy's IntegrityError when
    (source, purpose) was posted before.
    """
    known = dict(parties)
    postings = [side for line in lines for side in _sides(line, known)]
    if not postings:
        raise ValueError("an entry needs at least one line")
    return _write(
        session,
        {
            "source": source,
            "purpose": purpose,
            "words": words[:200],
            "effective_at": effective_at,
            "recorded_at": now,
            "order_number": order_number,
            "reverses_id": reverses_id,
        },
        postings,
    )


def reverse(
    session: Session,
    entry: JournalEntry,
    *,
    source: str,
    words: str,
    now: datetime,
    purpose: str | None = None,
    effective_at: datetime | None = None,
) -> JournalEntry:
    """A new entry with every posting of `entry` turned round.

    An entry can be reversed once; a second time raises sqlalchemy's IntegrityError.
    """
    rows = session.execute(
        select(Posting.ledger, Posting.party, Posting.amount_cents)
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.id)
    )
    return _write(
        session,
        {
            "source": source,
            "purpose": purpose or f"reverse_{entry.purpose}"[:40],
            "words": words[:200],
            "effective_at": effective_at or now,
            "recorded_at": now,
            "order_number": entry.order_number,
            "reverses_id": entry.id,
        },
        [(ledger, party, -amount) for ledger, party, amount in rows],
    )


def _sides(line: Line, parties: dict[str, str]) -> tuple[tuple[str, str, int], tuple[str, str, int]]:
    debit, credit, cents = line
    if type(cents) is not int or cents <= 0:
        raise ValueError(f"a line needs positive integer cents, not {cents!r}")
    return (debit, party_of(debit, parties), cents), (credit, party_of(credit, parties), -cents)


def _write(
    session: Session, header: dict[str, object], postings: Sequence[tuple[str, str, int]]
) -> JournalEntry:
    entry = JournalEntry(**header)
    session.add(entry)
    session.flush()
    session.execute(
        insert(Posting),
        [
            {"entry_id": entry.id, "ledger": ledger, "party": party, "amount_cents": amount}
            for ledger, party, amount in postings
        ],
    )
    session.execute(insert(EntrySeal), [{"entry_id": entry.id, "sealed_at": header["recorded_at"]}])
    _sum_up(session, postings)
    return entry


def _sum_up(session: Session, postings: Sequence[tuple[str, str, int]]) -> None:
    change: defaultdict[tuple[str, str], int] = defaultdict(int)
    for ledger, party, amount in postings:
        change[ledger, party] += amount
    statement = upsert(session, LedgerBalance)
    statement = statement.on_conflict_do_update(
        index_elements=["ledger", "party"],
        set_={"amount_cents": LedgerBalance.amount_cents + statement.excluded.amount_cents},
    )
    # Always in the same order, so that two transactions never wait for each other's rows.
    session.execute(
        statement,
        [
            {"ledger": ledger, "party": party, "amount_cents": amount}
            for (ledger, party), amount in sorted(change.items())
        ],
    )
