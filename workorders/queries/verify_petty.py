"""Proof of petty cash: each box holds what went in, less what was paid out of it, as its counts found it."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.policy.petty_cash import OF_DRAWER
from workorders.queries.verify_vault import count_differences
from workorders.tables import (
    DrawerMove,
    JournalEntry,
    LedgerBalance,
    PettyTransfer,
    PettyTransferVoucher,
    PettyVoucher,
    Posting,
    VaultCount,
)

Found = Iterator[tuple[str, str, str]]
"""(check, key, words) of each thing that does not add up."""
PAID = ("paid", "filled", "returned")


def petty_differences(session: Session) -> Found:
    """Every box built again from vouchers, transfers and counts, and compared with the books."""
    held: defaultdict[str, int] = defaultdict(int)
    posted = _posted(session)
    yield from _vouchers(session, held, posted)
    yield from _transfers(session, held, posted)
    counts = select(VaultCount).where(VaultCount.state == "closed", VaultCount.ledger == "PETTY")
    for count in session.scalars(counts):
        held[count.office] += (count.counted_cents or 0) - (count.expected_cents or 0)
        yield from count_differences(session, count, posted.get(f"vault_count:{count.id}", 0))
    kept = select(LedgerBalance.party, LedgerBalance.amount_cents).where(LedgerBalance.ledger == "PETTY")
    shown: dict[str, int] = dict(session.execute(kept).all())
    for office in sorted(held.keys() | shown.keys()):
        right, cents = held[office], shown.get(office, 0)
        if right != cents or cents < 0:
            words = f"The petty cash of {office} should hold {right} cents; the books say {cents}."
            yield "petty_cash", office, words


def _vouchers(session: Session, held: defaultdict[str, int], posted: dict[str, int]) -> Found:
    filled = (
        select(PettyTransferVoucher.voucher_id)
        .join(PettyTransfer, PettyTransfer.id == PettyTransferVoucher.transfer_id)
        .where(PettyTransfer.state == "done")
    )
    done = list(session.scalars(filled))
    for row in session.scalars(select(PettyVoucher).where(PettyVoucher.state.in_(PAID))):
        back = row.amount_cents if row.state == "returned" else 0
        held[row.office] += back - row.amount_cents
        paid = posted.get(f"petty_voucher:{row.id}", 0), posted.get(f"petty_return:{row.id}", 0)
        alone = row.second_needed and row.decided_by == row.asked_by
        if paid != (-row.amount_cents, back) or alone:
            yield "petty_voucher", row.id, f"{row.id} is not posted as it was paid, or by one person alone."
        times = done.count(row.id)
        if times != (row.state == "filled"):
            yield "petty_voucher", row.id, f"{row.id} is {row.state}, and was filled up {times} times."


def _transfers(session: Session, held: defaultdict[str, int], posted: dict[str, int]) -> Found:
    for row in session.scalars(select(PettyTransfer).where(PettyTransfer.state == "done")):
        right = row.amount_cents if row.kind.startswith("from_") else -row.amount_cents
        held[row.office] += right
        moved = select(func.sum(DrawerMove.amount_cents)).where(
            DrawerMove.drawer_id == row.subject, DrawerMove.reason == row.id
        )
        drawer = -int(session.scalar(moved) or 0) if row.kind in OF_DRAWER else right
        if posted.get(f"petty_transfer:{row.id}", 0) != right or drawer != right:
            yield "petty_transfer", row.id, f"{row.id} is not posted as it was handed over by two people."


def _posted(session: Session) -> dict[str, int]:
    """Cents on PETTY by source."""
    rows = session.execute(
        select(JournalEntry.source, func.sum(Posting.amount_cents))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.ledger == "PETTY")
        .group_by(JournalEntry.source)
    )
    return {source: int(cents) for source, cents in rows}
