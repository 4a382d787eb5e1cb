"""Money: every cent that changed hands is posted once, where it belongs, and everything sums to nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.simulation.auditor.finding import Violation
from demo.simulation.fleet import Fleet
from demo.simulation.witness import Witness
from workorders.tables import (
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    LedgerBalance,
    Payment,
    Posting,
    Receipt,
    ReceiptBlock,
)

HASHED = ("previous_hash", "number", "account", "amount_cents", "method", "check_number", "taken_at")


def entries_balance(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """Each entry sums to nothing, and so do all together."""
    total = 0
    sums = select(Posting.entry_id, func.sum(Posting.amount_cents)).group_by(Posting.entry_id)
    for entry, cents in session.execute(sums):
        total += cents
        if cents:
            yield Violation("balance", str(entry), f"entry {entry} is out of balance by {cents} cents")
    if total:
        yield Violation("balance", "trial", f"the trial balance is {total} cents")


def payments_are_posted(session: Session, _fleet: Fleet, witness: Witness) -> Iterator[Violation]:
    """Every payment the office confirmed is on its account; taken back, it is not."""
    lines = _lines(session, "AR")
    for name, paid in sorted(witness.payments.items()):
        posted = [(party, cents) for party, cents in lines[f"payment:{name}"] if party == paid.account]
        if posted != [(paid.account, -paid.cents)]:
            yield Violation("payment", name, f"{name} over {paid.cents} cents is posted as {posted}")
        back = sum(cents for party, cents in _reversing(session, f"payment:{name}") if party == paid.account)
        if (back == paid.cents) != (paid.taken_back is not None):
            yield Violation(
                "payment", name, f"{name} was taken back: {paid.taken_back}; reversed: {back} cents"
            )
    asked = set(session.scalars(select(Payment.id)))
    for name in sorted(witness.payments.keys() - asked):
        yield Violation("payment", name, f"{name} was confirmed and is nowhere")


def _lines(session: Session, ledger: str) -> defaultdict[str, list[tuple[str, int]]]:
    """Postings of a ledger by source, reversals left out."""
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for source, party, cents in session.execute(
        select(JournalEntry.source, Posting.party, Posting.amount_cents)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            Posting.ledger == ledger, JournalEntry.reverses_id.is_(None), JournalEntry.purpose == "payment"
        )
        .order_by(Posting.id)
    ):
        found[source].append((party, cents))
    return found


def _reversing(session: Session, source: str) -> list[tuple[str, int]]:
    of = select(JournalEntry.id).where(JournalEntry.source == source, JournalEntry.purpose == "payment")
    rows = session.execute(
        select(Posting.party, Posting.amount_cents)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.reverses_id.in_(of), Posting.ledger == "AR")
    )
    return [(party, cents) for party, cents in rows]


def door_money_is_posted_once(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """Each receipt is in its technician's custody and on its own account, once, or before a human."""
    cases = _cases(session)
    custody, accounts = _lines(session, "CASH-T"), _lines(session, "AR")
    seen: dict[tuple[str, str], str] = {}
    for event in _payments(session):
        receipt, posted = event.body["body"]["receipt"], custody[event.id]
        if posted not in ([], [(event.technician_id, receipt["amount_cents"])]):
            yield Violation(
                "door_money", event.id, f"{event.id} over {receipt['amount_cents']} is posted as {posted}"
            )
        if not posted and event.id not in cases:
            yield Violation(
                "door_money", event.id, f"the money of {event.id} is nowhere, and nobody is asked"
            )
        wrong = [party for party, _ in accounts[event.id] if party != receipt["account"]]
        if wrong:
            yield Violation(
                "door_money", event.id, f"{event.id} for {receipt['account']} is posted to {wrong}"
            )
        key = receipt["number"], receipt["hash"]
        first = seen.setdefault(key, event.id) if posted else event.id
        if first != event.id and event.id not in cases:
            yield Violation("door_money", event.id, f"receipt {key[0]} is posted by {first} and {event.id}")


def _payments(session: Session) -> list[FieldEvent]:
    query = select(FieldEvent).where(FieldEvent.kind == "payment").order_by(FieldEvent.id)
    return [one for one in session.scalars(query) if isinstance(one.body["body"].get("receipt"), dict)]


def _cases(session: Session) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source, code in session.execute(select(ExceptionCase.source, ExceptionCase.code)):
        found[source].add(code)
    return dict(found)


def receipts_are_their_owners(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """A number out of another tablet's block is shown to somebody; so is a chain that does not hold."""
    cases = _cases(session)
    granted = {
        row.prefix: (row.device_id, row.technician_id) for row in session.scalars(select(ReceiptBlock))
    }
    kept = {receipt.source: receipt for receipt in session.scalars(select(Receipt))}
    for event in _payments(session):
        receipt = event.body["body"]["receipt"]
        owner = granted.get(receipt["number"].partition("-")[0])
        if owner != (event.device_id, event.technician_id) and event.id not in cases:
            yield Violation(
                "receipt", event.id, f"{receipt['number']} is not {event.device_id}'s, and passed"
            )
        row = kept.get(event.id)
        if row is not None and row.chain_ok and not _own_hash(receipt):
            yield Violation("receipt", row.number, f"{row.number} does not fit its own hash, and passed")


def _own_hash(receipt: dict[str, Any]) -> bool:
    text = "|".join("" if receipt[name] is None else str(receipt[name]) for name in HASHED)
    return bool(hashlib.sha256(text.encode()).hexdigest() == receipt["hash"])


def balances_add_up(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """The running balances are the sums of their postings."""
    sums = select(Posting.ledger, Posting.party, func.sum(Posting.amount_cents)).group_by(
        Posting.ledger, Posting.party
    )
    right = {(ledger, party): cents for ledger, party, cents in session.execute(sums) if party}
    for row in session.scalars(select(LedgerBalance)):
        if row.amount_cents != right.get((row.ledger, row.party), 0):
            yield Violation("balance", row.party, f"{row.ledger} {row.party} shows {row.amount_cents} cents")
