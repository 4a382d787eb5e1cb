"""Posting and reversing: an entry is written open, gets its postings, and is sealed, in one go.

Nothing here commits. The database itself refuses an unbalanced or empty seal and any change after it
(workorders.ledger.guards), so these functions are the convenient way, not the only lock.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session, aliased

from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.ledger.chart import party_of
from workorders.messages.message import Message
from workorders.tables import EntrySeal, JournalEntry, LedgerBalance, Posting
from workorders.tables.bulk import WORTH_COPYING, insert_all, reserve_ids
from workorders.tables.dialect import upsert

HANDLED = ("CASH-T", "UNDEP")
"""Where received money lies until it is deposited."""
_ADD_TO_BALANCES = text(
    "INSERT INTO ledger_balance (ledger, party, amount_cents)"
    " SELECT * FROM unnest(CAST(:ledgers AS text[]), CAST(:parties AS text[]), CAST(:cents AS bigint[]))"
    " ON CONFLICT (ledger, party) DO UPDATE"
    " SET amount_cents = ledger_balance.amount_cents + excluded.amount_cents"
)
"""Thousands of balances in one statement, in the order in which they are given."""
Line = tuple[str, str, int]
"""(ledger debited, ledger credited, positive cents)."""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry about to be posted. `postings` are (ledger, party, signed cents); debits are positive."""

    source: str
    purpose: str
    message: Message
    postings: tuple[tuple[str, str, int], ...]
    effective_at: datetime
    order_number: str | None = None
    reverses_id: int | None = None
    recorded_at: datetime | None = None
    """When it is written, where that is not the same for all that are written together."""


def draft(
    *,
    source: str,
    purpose: str,
    message: Message,
    lines: Sequence[Line],
    parties: Mapping[str, str],
    effective_at: datetime,
    order_number: str | None = None,
) -> EntryDraft:
    """An entry of debit and credit lines; `parties` is {"account": number, "technician": id}.

    Raises ValueError for no lines, for cents that are no int from 1 to AMOUNT_MAX_CENTS, and for an unknown
    ledger or a missing party.
    """
    if not lines:
        raise ValueError("an entry needs at least one line")
    known = dict(parties)
    postings = tuple(side for line in lines for side in _sides(line, known))
    return EntryDraft(source, purpose, message, postings, effective_at, order_number)


def post(
    session: Session,
    *,
    source: str,
    purpose: str,
    message: Message,
    lines: Sequence[Line],
    parties: Mapping[str, str],
    effective_at: datetime,
    now: datetime,
    order_number: str | None = None,
) -> JournalEntry:
    """Write, seal and sum up one entry made by `draft`, whose errors it raises.

    Raises sqlalchemy's IntegrityError when (source, purpose) was posted before.
    """
    made = draft(
        source=source,
        purpose=purpose,
        message=message,
        lines=lines,
        parties=parties,
        effective_at=effective_at,
        order_number=order_number,
    )
    return post_many(session, [made], now=now)[0]


def reverse(
    session: Session,
    entry: JournalEntry,
    *,
    source: str,
    message: Message,
    now: datetime,
    purpose: str | None = None,
    effective_at: datetime | None = None,
    money_at: str | None = None,
) -> JournalEntry:
    """A new entry with every posting of `entry` turned round.

    `money_at`: the ledger where cash that `entry` put in custody or undeposited receipts lies by now.
    An entry can be reversed once; a second time raises sqlalchemy's IntegrityError.
    """
    rows = session.execute(
        select(Posting.ledger, Posting.party, Posting.amount_cents)
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.id)
    )
    made = EntryDraft(
        source=source,
        purpose=purpose or f"reverse_{entry.purpose}"[:40],
        message=message,
        postings=tuple(
            (ledger, party, -amount)
            if money_at is None or ledger not in HANDLED
            else (money_at, party_of(money_at, {}), -amount)
            for ledger, party, amount in rows
        ),
        effective_at=effective_at or now,
        order_number=entry.order_number,
        reverses_id=entry.id,
    )
    return post_many(session, [made], now=now)[0]


def reverse_posted(
    session: Session, source: str, purpose: str, *, by: str, message: Message, now: datetime
) -> JournalEntry | None:
    """Reverse the entry posted for (`source`, `purpose`); `by` is the source of the new one.

    None when there is none, or it was reversed before.
    """
    turned = aliased(JournalEntry)
    entry = session.scalar(
        select(JournalEntry)
        .outerjoin(turned, turned.reverses_id == JournalEntry.id)
        .where(JournalEntry.source == source, JournalEntry.purpose == purpose, turned.id.is_(None))
    )
    return None if entry is None else reverse(session, entry, source=by, message=message, now=now)


def post_many(session: Session, drafts: Sequence[EntryDraft], *, now: datetime) -> list[JournalEntry]:
    """Write, seal and sum up many entries with a handful of statements; the order is kept.

    Raises sqlalchemy's IntegrityError when one was posted before or does not balance.
    """
    if not drafts:
        return []
    entries = list(
        session.scalars(
            insert(JournalEntry).returning(JournalEntry, sort_by_parameter_order=True),
            [_header(made, now) for made in drafts],
        )
    )
    rows = [
        {"entry_id": entry.id, "ledger": ledger, "party": party, "amount_cents": amount}
        for entry, made in zip(entries, drafts, strict=True)
        for ledger, party, amount in made.postings
    ]
    session.execute(insert(Posting), rows)
    session.execute(
        insert(EntrySeal), [{"entry_id": entry.id, "sealed_at": entry.recorded_at} for entry in entries]
    )
    _sum_up(session, (posting for made in drafts for posting in made.postings))
    return entries


def post_all(session: Session, drafts: Sequence[EntryDraft], *, now: datetime) -> None:
    """`post_many` for thousands of entries that nobody needs as objects."""
    ids = reserve_ids(session, JournalEntry, len(drafts))
    numbered = list(zip(ids, drafts, strict=True))
    insert_all(session, JournalEntry, [_header(made, now) | {"id": number} for number, made in numbered])
    rows = [
        {"entry_id": number, "ledger": ledger, "party": party, "amount_cents": amount}
        for number, made in numbered
        for ledger, party, amount in made.postings
    ]
    insert_all(session, Posting, rows)
    seals = [{"entry_id": number, "sealed_at": made.recorded_at or now} for number, made in numbered]
    insert_all(session, EntrySeal, seals)
    _sum_up(session, (posting for made in drafts for posting in made.postings))


def _header(made: EntryDraft, now: datetime) -> dict[str, object]:
    return {
        "source": made.source,
        "purpose": made.purpose,
        "code": made.message.code,
        "params": dict(made.message.params),
        "effective_at": made.effective_at,
        "recorded_at": made.recorded_at or now,
        "order_number": made.order_number,
        "reverses_id": made.reverses_id,
    }


def _sides(line: Line, parties: dict[str, str]) -> tuple[tuple[str, str, int], tuple[str, str, int]]:
    debit, credit, cents = line
    if type(cents) is not int or not 0 < cents <= AMOUNT_MAX_CENTS:
        raise ValueError(f"a line needs 1 to {AMOUNT_MAX_CENTS} integer cents, not {cents!r}")
    return (debit, party_of(debit, parties), cents), (credit, party_of(credit, parties), -cents)


def _sum_up(session: Session, postings: Iterable[tuple[str, str, int]]) -> None:
    change: defaultdict[tuple[str, str], int] = defaultdict(int)
    for ledger, party, amount in postings:
        # One row of a ledger that everybody posts to would make all writers queue; it is summed when asked.
        if party:
            change[ledger, party] += amount
    if not change:
        return
    statement = upsert(session, LedgerBalance)
    statement = statement.on_conflict_do_update(
        index_elements=["ledger", "party"],
        set_={"amount_cents": LedgerBalance.amount_cents + statement.excluded.amount_cents},
    )
    # Always in the same order, so that two transactions never wait for each other's rows.
    rows = sorted(change.items())
    if session.get_bind().dialect.name == "postgresql" and len(rows) >= WORTH_COPYING:
        added = {
            "ledgers": [ledger for (ledger, _), _ in rows],
            "parties": [party for (_, party), _ in rows],
            "cents": [amount for _, amount in rows],
        }
        session.execute(_ADD_TO_BALANCES, added)
        return
    session.execute(
        statement,
        [{"ledger": ledger, "party": party, "amount_cents": amount} for (ledger, party), amount in rows],
    )
