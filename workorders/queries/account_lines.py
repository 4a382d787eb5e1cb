"""What was posted to accounts: payments, and charges with their due days."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from workorders.facts import ChargeFacts, PaymentFacts
from workorders.policy.satisfaction import DUE_AT_ONCE
from workorders.queries.pieces import pieces
from workorders.tables import Account, Bill, JournalEntry, Posting

PAYMENT_PURPOSES = frozenset({"payment", "payment_moved"})
"""Purposes of entries by which money reaches an account; a moved one lay in suspense before."""
CHUNK = 5_000
"""Accounts in one IN list."""

Lines = tuple[tuple[PaymentFacts, ...], tuple[ChargeFacts, ...]]
_turned = aliased(JournalEntry)


def _lines() -> Select[*tuple[Any, ...]]:
    """What was posted to accounts, an entry a row; `turned` is the entry that reverses it."""
    return (
        select(
            Posting.party,
            JournalEntry.source,
            JournalEntry.purpose,
            JournalEntry.effective_at,
            JournalEntry.order_number,
            JournalEntry.reverses_id,
            _turned.id.label("turned"),
            Bill.due_on,
            Bill.reference,
            func.sum(Posting.amount_cents).label("cents"),
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(_turned, _turned.reverses_id == JournalEntry.id)
        .outerjoin(Bill, Bill.entry_id == JournalEntry.id)
        .where(Posting.ledger == "AR", JournalEntry.effective_at >= bindparam("since"))
        .group_by(Posting.party, JournalEntry.id, _turned.id, Bill.due_on, Bill.reference)
        .order_by(JournalEntry.effective_at, JournalEntry.id)
    )


def _carried() -> Select[*tuple[Any, ...]]:
    """Bills that lie within an opening balance, latest due first."""
    return (
        select(Account.number, Bill.due_on, Bill.amount_cents, Bill.reference)
        .join(Account, Account.id == Bill.account_id)
        .where(Bill.entry_id.is_(None))
        .order_by(Bill.due_on.desc(), Bill.id.desc())
    )


# Built once: a statement made anew for every event costs more than the query itself.
_accounts: BindParameter[Any] = bindparam("accounts", expanding=True)
_LINES = _lines().where(Posting.party.in_(_accounts))
_CARRIED = _carried().where(Account.number.in_(_accounts))


@dataclass(frozen=True, slots=True)
class CarriedBill:
    """A bill within an opening balance."""

    due_on: date
    cents: int
    reference: str


def lines_of_many(session: Session, numbers: Sequence[str], since: datetime) -> dict[str, Lines]:
    """Accounts' lines since an instant by their numbers: payments, and everything else."""
    rows: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    carried: defaultdict[str, list[CarriedBill]] = defaultdict(list)
    for piece in pieces(numbers, CHUNK):
        some = list(piece)
        for row in session.execute(_LINES, {"accounts": some, "since": since}):
            rows[row.party].append(row)
        opened = [one for one in some if any(row.purpose in DUE_AT_ONCE for row in rows[one])]
        for number, *bill in session.execute(_CARRIED, {"accounts": opened}) if opened else ():
            carried[number].append(CarriedBill(*bill))
    return {number: _sorted_out(rows[number], carried[number]) for number in numbers}


def _sorted_out(rows: Iterable[Row[Any]], carried: Sequence[CarriedBill]) -> Lines:
    payments: list[PaymentFacts] = []
    charges: list[ChargeFacts] = []
    for line in rows:
        at, cents = line.effective_at, int(line.cents)
        if line.purpose in PAYMENT_PURPOSES and line.reverses_id is None and cents < 0:
            channel = "field" if line.source.startswith("event:") else "office"
            payments.append(PaymentFacts(line.source, at, -cents, channel, line.order_number))
            continue
        undone = line.turned is not None
        undoes_charge = line.reverses_id is not None and not line.purpose.startswith("reverse_payment")
        if undone or undoes_charge:
            # A charge taken back was never owed: both lines together are nothing at any instant.
            continue
        opening = line.purpose in DUE_AT_ONCE
        if opening and carried and cents > 0:
            charges.extend(opening_parts(cents, at, carried))
            continue
        # A debt that was moved here had been due there.
        at_once = (
            opening
            or line.purpose == "transfer"
            or line.purpose.startswith("fee_")
            or line.reverses_id is not None
        )
        charges.append(
            ChargeFacts(
                at,
                cents,
                due_at_once=at_once,
                due_on=line.due_on,
                reference=line.reference,
                payment_back=line.purpose.startswith("reverse_payment"),
            )
        )
    return tuple(payments), tuple(charges)


def opening_parts(cents: int, at: datetime, carried: Sequence[CarriedBill]) -> list[ChargeFacts]:
    """An opening balance as the bills that lie within it, `carried` latest due first, and what is older.

    What was paid before the balance was taken over had settled the oldest bills, so that the latest ones
    are what is left of them.
    """
    parts = []
    for bill in carried:
        part = min(bill.cents, cents)
        if part > 0:
            parts.append(ChargeFacts(at, part, due_on=bill.due_on, reference=bill.reference))
            cents -= part
    if cents:
        parts.append(ChargeFacts(at, cents, due_at_once=True))
    return parts
