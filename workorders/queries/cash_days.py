"""Each day's cash: what was taken in the field, counted, deposited, and what of it is still open.

Over all days nothing is lost on the way: counted, settled and corrected are together what went into vaults
and petty cash, is undeposited and was deposited.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.grammar.times import start_of_day
from workorders.queries.custody import COUNTING, receipts_in_custody
from workorders.queries.deposits import waiting_bags
from workorders.queries.district import district_of
from workorders.queries.vault import STANDING
from workorders.tables import (
    Deposit,
    DepositCorrection,
    DepositItem,
    Drawer,
    DrawerTakenOver,
    PettyTransfer,
    Receipt,
    TurnIn,
    VaultCount,
    VaultTransfer,
)

SETTLEMENT = "ST-"
"""How the number of a processor's batch begins."""
DAYS = 31
"""Days shown; what is older is shown only while something of it is open."""


@dataclass(slots=True)
class CashDay:
    """One day, in cents. A day is closed when nothing of it is open."""

    day: date
    taken_cents: int = 0
    """Receipts of the field."""
    counted_cents: int = 0
    """Turn-ins signed and drawers closed that day, without floats."""
    settled_cents: int = 0
    """What processors paid into the bank that day."""
    vaulted_cents: int = 0
    """Counted cash put into vaults that day, less cash taken out of them for the bank."""
    petty_cents: int = 0
    """Counted cash put into petty cash that day."""
    deposited_cents: int = 0
    """Slips of that day, as the bank has them."""
    corrected_cents: int = 0
    """What the bank counted more (less: below zero) than the slips of that day say; part of the deposited."""
    in_custody_cents: int = 0
    """Taken that day and still in a technician's hands."""
    undeposited_cents: int = 0
    """Counted that day and in no deposit."""
    held_by: dict[str, int] = field(default_factory=dict)
    """Technician → what they took that day and still hold."""
    turn_ins: list[TurnIn] = field(default_factory=list)
    """Opened that day and not signed."""
    drawers: list[Drawer] = field(default_factory=list)
    """Of that day and not closed."""
    taken_over: set[str] = field(default_factory=set)
    """Those of the day's drawers that a supervisor took over."""
    vault_counts: list[VaultCount] = field(default_factory=list)
    """Counts of vaults and petty cash begun that day and not closed."""

    @property
    def is_closed(self) -> bool:
        """Everything of the day was counted, and deposited or put into a vault."""
        open_counts = self.turn_ins or self.drawers or self.vault_counts
        return not (self.in_custody_cents or self.undeposited_cents or open_counts)


def cash_days(session: Session, *, now: datetime, first: date | None = None) -> list[CashDay]:
    """The last DAYS days with cash, and every older one of which something is open; newest first.

    `first`: all days from that one on instead of the last DAYS.
    """
    district = district_of(session)
    since = now - timedelta(days=DAYS) if first is None else start_of_day(first, district.timezone)
    days: dict[date, CashDay] = {}
    found = _Days(days, district.day_of)
    for taken_at, cents in session.execute(
        select(Receipt.taken_at, Receipt.amount_cents).where(
            Receipt.taken_at >= since, Receipt.amount_cents > 0
        )
    ):
        found.on(taken_at).taken_cents += cents
    for held in receipts_in_custody(session):
        day = found.on(held.taken_at)
        day.in_custody_cents += held.cents
        day.held_by[held.technician] = day.held_by.get(held.technician, 0) + held.cents
    _counted(session, found, since)
    _waiting(session, found, since)
    _vaults(session, found, since)
    _deposited(session, found, since)
    return sorted(days.values(), key=lambda one: one.day, reverse=True)


@dataclass(frozen=True, slots=True)
class _Days:
    days: dict[date, CashDay]
    day_of: Callable[[datetime], date]

    def on(self, at: datetime | date) -> CashDay:
        """The day of an instant, or the day itself."""
        day = self.day_of(at) if isinstance(at, datetime) else at
        return self.days.setdefault(day, CashDay(day))


def _counted(session: Session, found: _Days, since: datetime) -> None:
    turn_ins = select(TurnIn).where((TurnIn.state.in_(COUNTING)) | (TurnIn.closed_at >= since))
    for turn_in in sorted(session.scalars(turn_ins), key=lambda one: one.id):
        if turn_in.state == "signed" and turn_in.closed_at is not None:
            found.on(turn_in.closed_at).counted_cents += turn_in.counted_cents or 0
        elif turn_in.state in COUNTING:
            found.on(turn_in.opened_at).turn_ins.append(turn_in)
    drawers = select(Drawer, DrawerTakenOver.taken_by).outerjoin(DrawerTakenOver)
    drawers = drawers.where((Drawer.state.in_(COUNTING)) | (Drawer.closed_at >= since))
    for drawer, taken_by in sorted(session.execute(drawers), key=lambda row: row[0].id):
        if taken_by is not None:
            found.on(drawer.day).taken_over.add(drawer.id)
        if drawer.closed_at is not None:
            found.on(drawer.day).counted_cents += (drawer.counted_cents or 0) - drawer.float_cents
        else:
            found.on(drawer.day).drawers.append(drawer)


def _waiting(session: Session, found: _Days, since: datetime) -> None:
    """What waits for the bank, on the day on which it was counted or left its vault."""
    bags = [bag for bag in waiting_bags(session) if bag.closed_at is not None]
    of_drawers = select(Drawer.id, Drawer.day).where(Drawer.id.in_([bag.subject for bag in bags]))
    drawer_days: dict[str, date] = dict(session.execute(of_drawers).all()) if bags else {}
    for bag in bags:
        if bag.closed_at is None:
            continue
        day = found.on(drawer_days.get(bag.subject, bag.closed_at))
        day.undeposited_cents += bag.cents
        if bag.closed_at < since:
            # Of an older day only what is open is shown, so that its line adds up by itself.
            if bag.kind == "vault":
                day.vaulted_cents -= bag.cents
            else:
                day.counted_cents += bag.cents


def _vaults(session: Session, found: _Days, since: datetime) -> None:
    moved = select(VaultTransfer.kind, VaultTransfer.decided_at, VaultTransfer.amount_cents).where(
        VaultTransfer.decided_at >= since,
        VaultTransfer.state == "done",
        VaultTransfer.kind.in_(("from_bag", "to_bank")),
    )
    for kind, at, cents in session.execute(moved):
        if at is not None:
            found.on(at).vaulted_cents += cents if kind == "from_bag" else -cents
    standing = select(VaultCount).where(VaultCount.state.in_(STANDING))
    for count in sorted(session.scalars(standing), key=lambda one: one.id):
        found.on(count.opened_at).vault_counts.append(count)
    petty = select(PettyTransfer.decided_at, PettyTransfer.amount_cents).where(
        PettyTransfer.decided_at >= since, PettyTransfer.state == "done", PettyTransfer.kind == "from_bag"
    )
    for at, cents in session.execute(petty):
        if at is not None:
            found.on(at).petty_cents += cents


def _deposited(session: Session, found: _Days, since: datetime) -> None:
    first = district_of(session).day_of(since)
    corrected = select(func.coalesce(func.sum(DepositCorrection.difference_cents), 0))
    corrected = corrected.where(DepositCorrection.deposit_id == Deposit.id)
    shown = select(Deposit, corrected.scalar_subquery()).where(Deposit.day >= first)
    days: dict[str, date] = {}
    for deposit, cents in session.execute(shown):
        days[deposit.id] = deposit.day
        found.on(deposit.day).deposited_cents += deposit.amount_cents + int(cents)
        found.on(deposit.day).corrected_cents += int(cents)
    settled = select(DepositItem.deposit_id, DepositItem.items_cents).where(
        DepositItem.deposit_id.in_(days), DepositItem.subject.startswith(SETTLEMENT)
    )
    for deposit_id, cents in session.execute(settled) if days else ():
        found.on(days[deposit_id]).settled_cents += cents
