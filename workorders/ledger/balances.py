"""Balances as they stand (from the running sums) and as the postings prove them."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.tables import LedgerBalance, Posting


def balance(session: Session, ledger: str, party: str = "") -> int:
    """Cents on one ledger account for one party; a debit balance is positive.

    Without a party it is the sum of the ledger's postings: only balances of customers and technicians are
    kept as running sums.
    """
    if not party:
        total = select(func.sum(Posting.amount_cents)).where(Posting.ledger == ledger, Posting.party == "")
        return int(session.scalar(total) or 0)
    return (
        session.scalar(
            select(LedgerBalance.amount_cents).where(
                LedgerBalance.ledger == ledger, LedgerBalance.party == party
            )
        )
        or 0
    )


def balances(session: Session, ledger: str, parties: Iterable[str]) -> dict[str, int]:
    """Cents per party on one ledger account in one query; a party without postings is 0."""
    wanted = list(parties)
    rows = session.execute(
        select(LedgerBalance.party, LedgerBalance.amount_cents).where(
            LedgerBalance.ledger == ledger, LedgerBalance.party.in_(wanted)
        )
    )
    return dict.fromkeys(wanted, 0) | {row.party: row.amount_cents for row in rows}


def trial_balance(session: Session) -> dict[str, int]:
    """Cents per ledger account over all parties, summed from the postings; the values sum to 0."""
    rows = session.execute(
        select(Posting.ledger, func.sum(Posting.amount_cents))
        .group_by(Posting.ledger)
        .order_by(Posting.ledger)
    )
    return {ledger: int(cents) for ledger, cents in rows}


def custody(session: Session) -> dict[str, int]:
    """Cents of cash and checks each technician holds: CASH-T by technician id."""
    rows = session.execute(
        select(LedgerBalance.party, LedgerBalance.amount_cents)
        .where(LedgerBalance.ledger == "CASH-T")
        .order_by(LedgerBalance.party)
    )
    return {row.party: row.amount_cents for row in rows}
