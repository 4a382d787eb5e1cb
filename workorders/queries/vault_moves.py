"""Everything that went into and out of vaults, in the order it happened: transfers, floats back, counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.policy.petty_cash import OF_VAULT
from workorders.policy.vaults import LINES
from workorders.tables import Drawer, PettyTransfer, VaultCount, VaultTransfer


@dataclass(frozen=True, slots=True)
class VaultMove:
    """Cash into (positive cents) or out of (negative) a vault."""

    at: datetime
    office: str
    kind: str
    """A kind of `policy.vaults.LINES`, `to_petty`, `from_petty`, or `counted`: over or short."""
    key: str
    """The transfer, the drawer whose float came back, or the count."""
    subject: str | None
    """The turn-in or drawer whose cash it is."""
    asked_by: str | None
    done_by: str | None
    cents: int


def vault_moves(session: Session, since: datetime, office: str | None = None) -> list[VaultMove]:
    """Moves from an instant on, oldest first; `office`: of its vault only."""
    found = (_transfers, _floats_back, _petty, _counts)
    moves = (move for some in found for move in some(session, since))
    wanted = [one for one in moves if office in {None, one.office}]
    return sorted(wanted, key=lambda one: (one.at, one.key))


def _transfers(session: Session, since: datetime) -> Iterator[VaultMove]:
    done = select(VaultTransfer).where(VaultTransfer.decided_at >= since, VaultTransfer.state == "done")
    for row in session.scalars(done):
        if row.decided_at is not None:
            cents = row.amount_cents if LINES[row.kind][0] == "VAULT" else -row.amount_cents
            yield VaultMove(
                row.decided_at,
                row.office,
                row.kind,
                row.id,
                row.subject,
                row.asked_by,
                row.decided_by,
                cents,
            )


def _floats_back(session: Session, since: datetime) -> Iterator[VaultMove]:
    """The second person who closes a drawer puts its float back."""
    back = (
        select(Drawer, VaultTransfer.amount_cents)
        .join(VaultTransfer, VaultTransfer.subject == Drawer.id)
        .where(Drawer.closed_at >= since, VaultTransfer.kind == "float", VaultTransfer.state == "done")
    )
    for drawer, cents in session.execute(back):
        if drawer.closed_at is None:
            continue
        yield VaultMove(
            drawer.closed_at,
            drawer.office,
            "float_back",
            drawer.id,
            drawer.id,
            drawer.owner,
            drawer.closed_by,
            cents,
        )


def _petty(session: Session, since: datetime) -> Iterator[VaultMove]:
    done = select(PettyTransfer).where(
        PettyTransfer.decided_at >= since, PettyTransfer.state == "done", PettyTransfer.kind.in_(OF_VAULT)
    )
    for row in session.scalars(done):
        if row.decided_at is not None:
            out = row.kind == "from_vault"
            yield VaultMove(
                row.decided_at,
                row.office,
                "to_petty" if out else "from_petty",
                row.id,
                None,
                row.asked_by,
                row.decided_by,
                -row.amount_cents if out else row.amount_cents,
            )


def _counts(session: Session, since: datetime) -> Iterator[VaultMove]:
    closed = select(VaultCount).where(
        VaultCount.closed_at >= since, VaultCount.state == "closed", VaultCount.ledger == "VAULT"
    )
    for count in session.scalars(closed):
        difference = (count.counted_cents or 0) - (count.expected_cents or 0)
        if difference and count.closed_at is not None:
            yield VaultMove(
                count.closed_at,
                count.office,
                "counted",
                count.id,
                None,
                count.opened_by,
                count.closed_by,
                difference,
            )
