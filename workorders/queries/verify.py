"""Proof that money and states are what the facts make them: everything derived is built again and compared.

Each check is a few statements over whole tables, so it costs a pass, not a query per row. A database that
only the program wrote has no difference; one that somebody edited by hand, with or without its triggers,
names each thing that does not add up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from workorders.judgement.receipts import ReceiptFacts, own_hash_is_right
from workorders.queries.account_lines import PAYMENT_PURPOSES
from workorders.queries.admin_changes import audit_differences
from workorders.queries.verify_cash import cash_differences
from workorders.queries.verify_records import record_differences
from workorders.tables import (
    Account,
    AdminChange,
    EntrySeal,
    FieldEvent,
    JournalEntry,
    LedgerBalance,
    Order,
    Payment,
    PaymentReversal,
    Posting,
    Receipt,
    ServicePoint,
)

CHUNK = 1_000
"""Rows fetched at a time where a check must look at each."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what the facts make it."""

    check: str
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Every difference found, and how many rows of each kind were looked at."""

    differences: tuple[Difference, ...]
    looked_at: dict[str, int]

    @property
    def sound(self) -> bool:
        """Nothing differs."""
        return not self.differences


def verify_ledger(session: Session) -> Verification:
    """Build balances, custody, receipts and states again from entries and events, and compare."""
    counts = {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in (
            ("entries", JournalEntry),
            ("postings", Posting),
            ("receipts", Receipt),
            ("payments", Payment),
            ("events", FieldEvent),
            ("service_points", ServicePoint),
            ("orders", Order),
            ("audit_lines", AdminChange),
        )
    }
    return Verification(tuple(found for check in CHECKS for found in check(session)), counts)


def _entries(session: Session) -> Iterator[Difference]:
    """Every entry is sealed and its postings sum to zero."""
    sums = (
        select(Posting.entry_id, func.sum(Posting.amount_cents).label("cents"))
        .group_by(Posting.entry_id)
        .subquery()
    )
    rows = session.execute(
        select(JournalEntry.id, EntrySeal.entry_id, sums.c.cents)
        .outerjoin(EntrySeal, EntrySeal.entry_id == JournalEntry.id)
        .outerjoin(sums, sums.c.entry_id == JournalEntry.id)
        .where(or_(EntrySeal.entry_id.is_(None), sums.c.cents.is_(None), sums.c.cents != 0))
        .order_by(JournalEntry.id)
    )
    for entry, seal, cents in rows:
        if seal is None:
            yield Difference("entry", str(entry), f"Entry {entry} is not sealed.")
        if cents is None:
            yield Difference("entry", str(entry), f"Entry {entry} has no postings.")
        elif cents:
            yield Difference("entry", str(entry), f"Entry {entry} is out of balance by {cents} cents.")


def _orphans(session: Session) -> Iterator[Difference]:
    """Every posting belongs to an entry, and every entry to the fact it names."""
    lost = session.scalars(
        select(Posting.entry_id)
        .outerjoin(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.id.is_(None))
        .distinct()
    )
    for entry in lost:
        yield Difference("entry", str(entry), f"Postings of entry {entry} are there, the entry is not.")
    for prefix, key in (("event:", FieldEvent.id), ("payment:", literal("payment:") + Payment.id)):
        rows = session.execute(
            select(JournalEntry.id, JournalEntry.source)
            .outerjoin(key.class_ if prefix == "event:" else Payment, key == JournalEntry.source)
            .where(JournalEntry.source.like(f"{prefix}%"), key.is_(None))
            .order_by(JournalEntry.id)
        )
        for entry, source in rows:
            yield Difference("entry", str(entry), f"Entry {entry} names {source}, which is not there.")


def _balances(session: Session) -> Iterator[Difference]:
    """The running balances, kept per customer and technician, are the sums of the postings."""
    proven = {
        (row.ledger, row.party): int(row.cents)
        for row in session.execute(
            select(Posting.ledger, Posting.party, func.sum(Posting.amount_cents).label("cents")).group_by(
                Posting.ledger, Posting.party
            )
        )
    }
    kept = {
        (row.ledger, row.party): row.amount_cents
        for row in session.execute(
            select(LedgerBalance.ledger, LedgerBalance.party, LedgerBalance.amount_cents)
        )
    }
    for ledger, party in sorted({key for key in proven if key[1]} | kept.keys()):
        right, shown = proven.get((ledger, party), 0), kept.get((ledger, party), 0)
        if right != shown:
            name = f"{ledger} {party}".strip()
            yield Difference("balance", name, f"{name} shows {shown} cents; its postings sum to {right}.")
    total = sum(proven.values())
    if total:
        yield Difference("trial_balance", "all", f"All postings together sum to {total} cents, not 0.")


def _receipts(session: Session) -> Iterator[Difference]:
    """Every receipt is what its event says, is whole, and is money in its technician's custody."""
    cash = (
        select(JournalEntry.source, Posting.party, func.sum(Posting.amount_cents).label("cents"))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(Posting.ledger == "CASH-T", JournalEntry.reverses_id.is_(None))
        .group_by(JournalEntry.source, Posting.party)
        .subquery()
    )
    rows = session.execute(
        select(Receipt, cash.c.cents, FieldEvent.body, Account.number, Order.account_id)
        .outerjoin(cash, and_(cash.c.source == Receipt.source, cash.c.party == Receipt.technician_id))
        .outerjoin(FieldEvent, FieldEvent.id == Receipt.source)
        .join(Account, Account.id == Receipt.account_id)
        .outerjoin(Order, Order.number == Receipt.order_number)
        .order_by(Receipt.number)
        .execution_options(yield_per=CHUNK)
    )
    for receipt, cents, stated, account, of_order in rows:
        number = receipt.number
        if (cents or 0) != receipt.amount_cents:
            words = f"Receipt {number} is over {receipt.amount_cents} cents; custody took {cents or 0}."
            yield Difference("receipt", number, words)
        said = ((stated or {}).get("body") or {}).get("receipt")
        if not isinstance(said, dict):
            yield Difference("receipt", number, f"Receipt {number} has no event that reports it.")
            continue
        facts = ReceiptFacts.from_document(said)
        named = account if account == facts.account else _account_of(session, facts.account)
        kept = (receipt.amount_cents, receipt.method, receipt.hash)
        # A receipt for an account that does not exist is kept with the account of its order.
        its_own = account == facts.account or (named is None and receipt.account_id == of_order)
        if kept != (facts.amount_cents, facts.method, facts.hash) or not its_own:
            yield Difference("receipt", number, f"Receipt {number} is not what its event says.")
        elif receipt.chain_ok and not own_hash_is_right(facts):
            yield Difference("receipt", number, f"Receipt {number} does not fit its own hash.")
    yield from _custody(session)


def _account_of(session: Session, number: str) -> str | None:
    """The number itself when there is such an account."""
    return session.scalar(select(Account.number).where(Account.number == number))


def _custody(session: Session) -> Iterator[Difference]:
    """Cash taken in the field and shown nowhere as a receipt."""
    rows = session.execute(
        select(JournalEntry.source, Posting.party, Posting.amount_cents)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(Receipt, Receipt.source == JournalEntry.source)
        .where(
            Posting.ledger == "CASH-T",
            Posting.amount_cents > 0,
            JournalEntry.reverses_id.is_(None),
            JournalEntry.source.like("event:%"),
            Receipt.number.is_(None),
        )
        .order_by(JournalEntry.id)
    )
    for source, technician, cents in rows:
        words = f"{technician} holds {cents} cents from {source}, for which there is no receipt."
        yield Difference("custody", technician, words)


def _payments(session: Session) -> Iterator[Difference]:
    """Every payment is posted with its own amount."""
    paid = (
        select(JournalEntry.source, func.sum(Posting.amount_cents).label("cents"))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(Posting.ledger.in_(("UNDEP", "BANK")), JournalEntry.purpose == "payment")
        .group_by(JournalEntry.source)
        .subquery()
    )
    rows = session.execute(
        select(Payment.id, Payment.amount_cents, paid.c.cents)
        .outerjoin(paid, paid.c.source == literal("payment:") + Payment.id)
        .where(or_(paid.c.cents.is_(None), paid.c.cents != Payment.amount_cents))
        .order_by(Payment.id)
    )
    for payment, amount, cents in rows:
        words = f"Payment {payment} is over {amount} cents; posted were {cents or 0}."
        yield Difference("payment", payment, words)


def _reversals(session: Session) -> Iterator[Difference]:
    """A payment taken back has nothing left posted, and an entry that takes it back."""
    turned, left = aliased(JournalEntry), aliased(JournalEntry)
    standing = (
        select(left.source)
        .outerjoin(turned, turned.reverses_id == left.id)
        .where(left.purpose.in_(PAYMENT_PURPOSES), turned.id.is_(None))
    )
    taking = select(JournalEntry.source).where(JournalEntry.reverses_id.is_not(None))
    rows = session.execute(
        select(PaymentReversal.id, PaymentReversal.source)
        .where(
            or_(
                PaymentReversal.source.in_(standing),
                (literal("reversal:") + PaymentReversal.id).not_in(taking),
            )
        )
        .order_by(PaymentReversal.id)
    )
    for reversal, source in rows:
        yield Difference("reversal", reversal, f"{reversal} takes {source} back, but it is still posted.")


def _cash(session: Session) -> Iterator[Difference]:
    """The cash office: turn-ins, drawers, deposits, and custody by receipt."""
    return (Difference(*found) for found in cash_differences(session))


def _records(session: Session) -> Iterator[Difference]:
    """Events, service points, meters and orders."""
    return (Difference(*found) for found in record_differences(session))


def _audit(session: Session) -> Iterator[Difference]:
    """No line of the audit was changed, added or taken out."""
    yield from (Difference(*found) for found in audit_differences(session))


CHECKS: tuple[Callable[[Session], Iterator[Difference]], ...] = (
    _entries,
    _orphans,
    _balances,
    _receipts,
    _payments,
    _reversals,
    _cash,
    _records,
    _audit,
)
