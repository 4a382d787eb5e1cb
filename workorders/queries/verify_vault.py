"""Proof of the vaults: each holds what was handed in and out by two people, and what its counts found."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.policy.cash_control import difference_lines
from workorders.policy.petty_cash import OF_VAULT
from workorders.policy.vaults import LINES
from workorders.queries.custody import counts_of
from workorders.tables import (
    Drawer,
    JournalEntry,
    LedgerBalance,
    PettyTransfer,
    Posting,
    VaultCount,
    VaultTransfer,
)

Found = Iterator[tuple[str, str, str]]
"""(check, key, words) of each thing that does not add up."""
TWO_PEOPLE = 2


def vault_differences(session: Session) -> Found:
    """Every vault built again from transfers, returned floats and counts, and compared with the books."""
    held: dict[str, int] = {}
    posted = _posted(session)
    for row in session.scalars(select(VaultTransfer).where(VaultTransfer.state == "done")):
        right = _into_vault(row.kind, row.amount_cents)
        held[row.office] = held.get(row.office, 0) + right
        if row.asked_by == row.decided_by or posted.get(f"vault_transfer:{row.id}", 0) != right:
            yield "vault_transfer", row.id, f"{row.id} is not posted as it was handed over by two people."
    returned = (
        select(Drawer.id, Drawer.office, VaultTransfer.amount_cents)
        .join(VaultTransfer, VaultTransfer.subject == Drawer.id)
        .where(VaultTransfer.kind == "float", Drawer.state == "closed")
    )
    for drawer, office, cents in session.execute(returned):
        held[office] = held.get(office, 0) + cents
        if posted.get(f"float_back:{drawer}", 0) != cents:
            yield "drawer", drawer, f"The starting cash of {drawer} did not come back to its vault."
    counts = select(VaultCount).where(VaultCount.state == "closed", VaultCount.ledger == "VAULT")
    for count in session.scalars(counts):
        difference = (count.counted_cents or 0) - (count.expected_cents or 0)
        held[count.office] = held.get(count.office, 0) + difference
        yield from count_differences(session, count, posted.get(f"vault_count:{count.id}", 0))
    for petty in session.scalars(
        select(PettyTransfer).where(PettyTransfer.state == "done", PettyTransfer.kind.in_(OF_VAULT))
    ):
        right = petty.amount_cents if petty.kind == "to_vault" else -petty.amount_cents
        held[petty.office] = held.get(petty.office, 0) + right
        if posted.get(f"petty_transfer:{petty.id}", 0) != right:
            yield "petty_transfer", petty.id, f"{petty.id} is not posted as the vault gave or took it."
    kept = select(LedgerBalance.party, LedgerBalance.amount_cents).where(LedgerBalance.ledger == "VAULT")
    shown: dict[str, int] = dict(session.execute(kept).all())
    for office in sorted(held.keys() | shown.keys()):
        right, cents = held.get(office, 0), shown.get(office, 0)
        if right != cents or cents < 0:
            words = f"The vault of {office} should hold {right} cents; the books say {cents}."
            yield "vault", office, words


def count_differences(session: Session, count: VaultCount, posted: int) -> Found:
    """A closed count of a vault or petty cash box, held against what two people found; `posted`: cents."""
    expected, counted = count.expected_cents or 0, count.counted_cents or 0
    found = counts_of(session, count.id)
    sums = {one.cash_cents for one in found[-1:]}
    people = {one.counted_by for one in found}
    right = sum(
        cents if debit == count.ledger else -cents
        for debit, _, cents in difference_lines(count.ledger, expected, counted)
    )
    if sums != {counted} or len(people) != TWO_PEOPLE or posted != right:
        yield "vault_count", count.id, f"{count.id} is not posted as two people counted it."


def _into_vault(kind: str, cents: int) -> int:
    return cents if LINES[kind][0] == "VAULT" else -cents


def _posted(session: Session) -> dict[str, int]:
    """Cents on VAULT by source."""
    rows = session.execute(
        select(JournalEntry.source, func.sum(Posting.amount_cents))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.ledger == "VAULT")
        .group_by(JournalEntry.source)
    )
    return {source: int(cents) for source, cents in rows}
