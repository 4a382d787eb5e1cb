"""Reports of the cash office: drawers, the end of each day, and deposits with what the bank made of them."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.messages.texts import N_
from workorders.queries.cash_days import cash_days
from workorders.queries.custody import being_counted
from workorders.queries.reports.receipts import BLIND, MONEY
from workorders.queries.reports.report import Asked, Chart, Column, Report, Row, span
from workorders.tables import (
    Deposit,
    DepositCorrection,
    DepositItem,
    Drawer,
    DrawerMove,
    DrawerPayment,
    PaymentReversal,
    Receipt,
    SettledPayment,
    SettlementChargeback,
    TurnInReceipt,
)

DRAWER_BLIND = N_("What a drawer should hold is shown once its owner has counted it.")


def drawers(session: Session, asked: Asked) -> Iterator[Row]:
    """Drawers of the days: float, what fell in, what was moved, and what was counted."""
    moved = select(DrawerMove.drawer_id, func.sum(DrawerMove.amount_cents).label("cents"))
    moves = moved.group_by(DrawerMove.drawer_id).subquery()
    query = (
        select(Drawer, func.coalesce(moves.c.cents, 0))
        .outerjoin(moves, moves.c.drawer_id == Drawer.id)
        .where(Drawer.day.between(asked.first, asked.last))
        .order_by(Drawer.day, Drawer.id)
    )
    for drawer, cents in session.execute(query):
        expected, counted = drawer.expected_cents, drawer.counted_cents
        known = expected is not None and counted is not None
        yield (
            drawer.day,
            drawer.id,
            drawer.owner,
            drawer.state,
            drawer.float_cents,
            expected - drawer.float_cents - int(cents) if known else None,
            int(cents) if known else None,
            expected,
            counted,
            counted - expected if known else None,
            drawer.closed_by,
            drawer.reason,
        )


def end_of_day(session: Session, asked: Asked) -> Iterator[Row]:
    """What each day took, counted and deposited, and what of it is open; one day where it is asked for."""
    blind, chosen = bool(being_counted(session)), asked.get("day")
    for day in cash_days(session, now=asked.now, first=chosen):
        if chosen not in {None, day.day}:
            continue
        yield (
            day.day,
            day.is_closed,
            None if blind else day.taken_cents,
            None if blind else day.in_custody_cents,
            day.counted_cents,
            day.settled_cents,
            day.vaulted_cents,
            day.petty_cents,
            day.undeposited_cents,
            day.deposited_cents,
            day.corrected_cents,
            len(day.turn_ins),
            len(day.drawers),
            len(day.vault_counts),
        )


def deposits(session: Session, asked: Asked) -> Iterator[Row]:
    """Deposits of the days with the bank's corrections and the items that came back since."""
    corrections: dict[str, int] = {}
    wanted = select(DepositCorrection.deposit_id, func.sum(DepositCorrection.difference_cents))
    for deposit_id, cents in session.execute(wanted.group_by(DepositCorrection.deposit_id)):
        corrections[deposit_id] = int(cents)
    returned = _returned(session)
    query = select(Deposit).where(Deposit.day.between(asked.first, asked.last)).order_by(Deposit.id)
    for deposit in session.scalars(query):
        corrected = corrections.get(deposit.id, 0)
        items, back = returned.get(deposit.id, (0, 0))
        yield (
            deposit.day,
            deposit.id,
            deposit.made_by,
            deposit.cash_cents,
            deposit.items_cents,
            deposit.amount_cents,
            corrected,
            items,
            back,
            deposit.amount_cents + corrected - back,
        )


def _returned(session: Session) -> dict[str, tuple[int, int]]:
    """By deposit, how many items of it the bank returned, and their cents."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    from_drawers = (
        select(DepositItem.deposit_id, PaymentReversal.amount_cents)
        .join(DrawerPayment, DrawerPayment.drawer_id == DepositItem.subject)
        .join(PaymentReversal, PaymentReversal.source == "payment:" + DrawerPayment.payment_id)
        .where(PaymentReversal.kind == "returned")
    )
    from_turn_ins = (
        select(DepositItem.deposit_id, PaymentReversal.amount_cents)
        .join(TurnInReceipt, TurnInReceipt.turn_in_id == DepositItem.subject)
        .join(Receipt, Receipt.number == TurnInReceipt.receipt_number)
        .join(PaymentReversal, PaymentReversal.source == Receipt.source)
        .where(PaymentReversal.kind == "returned", TurnInReceipt.released.is_(False))
    )
    # What a processor kept out of a batch never was in a deposit.
    from_batches = (
        select(DepositItem.deposit_id, PaymentReversal.amount_cents)
        .join(SettledPayment, SettledPayment.settlement_id == DepositItem.subject)
        .join(PaymentReversal, PaymentReversal.source == "payment:" + SettledPayment.payment_id)
        .outerjoin(SettlementChargeback, SettlementChargeback.reversal_id == PaymentReversal.id)
        .where(PaymentReversal.kind == "returned", SettlementChargeback.reversal_id.is_(None))
    )
    for query in (from_drawers, from_turn_ins, from_batches):
        for deposit_id, cents in session.execute(query):
            found[deposit_id].append(cents)
    return {deposit_id: (len(cents), sum(cents)) for deposit_id, cents in found.items()}


DRAWERS = Report(
    name="drawers",
    title=N_("Drawers"),
    about=N_("Each person's drawer of each day, from its float to what was over or short."),
    roles=MONEY,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("drawer", N_("Drawer"), link="drawer"),
        Column("owner", N_("Whose"), "who"),
        Column("state", N_("State"), "code", group="drawer_states"),
        Column("float_cents", N_("Float"), "money", total=True),
        Column("taken_cents", N_("Payments"), "money", total=True),
        Column("moved_cents", N_("Put in and taken out"), "money", total=True),
        Column("expected_cents", N_("Expected"), "money", total=True),
        Column("counted_cents", N_("Counted"), "money", total=True),
        Column("difference_cents", N_("Over or short"), "money", total=True),
        Column("closed_by", N_("Closed by"), "who"),
        Column("reason", N_("Reason")),
    ),
    rows=drawers,
    filters=(span(30),),
    order="-day",
    hidden=DRAWER_BLIND,
)
END_OF_DAY = Report(
    name="end-of-day",
    title=N_("End of each day"),
    about=N_(
        "What each of the last days took, counted and deposited, and every older day that is open. Counted, "
        "from processors and corrected are together what went into vaults and petty cash, is not deposited, "
        "and is."
    ),
    roles=MONEY,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("closed", N_("Closed"), "yes_no"),
        Column("taken_cents", N_("Taken in the field"), "money", total=True),
        Column("custody_cents", N_("Still in custody"), "money", total=True),
        Column("counted_cents", N_("Counted"), "money", total=True),
        Column("settled_cents", N_("From processors"), "money", total=True),
        Column("vaulted_cents", N_("Into vaults"), "money", total=True),
        Column("petty_cents", N_("Into petty cash"), "money", total=True),
        Column("undeposited_cents", N_("Not deposited"), "money", total=True),
        Column("deposited_cents", N_("Deposited"), "money", total=True),
        Column("corrected_cents", N_("Corrected by the bank"), "money", total=True),
        Column("turn_ins", N_("Open turn-ins"), "number", total=True),
        Column("drawers", N_("Open drawers"), "number", total=True),
        Column("vault_counts", N_("Open counts of vaults and petty cash"), "number", total=True),
    ),
    rows=end_of_day,
    order="-day",
    chart=Chart(N_("Deposited"), "day", ("deposited_cents",)),
    hidden=BLIND,
)
DEPOSITS = Report(
    name="deposits",
    title=N_("Deposits with corrections and returned items"),
    about=N_("Each slip, what the bank counted otherwise, and checks of it that were returned since."),
    roles=MONEY,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("deposit", N_("Deposit"), link="deposit"),
        Column("made_by", N_("Made by"), "who"),
        Column("cash_cents", N_("Cash"), "money", total=True),
        Column("check_cents", N_("Checks"), "money", total=True),
        Column("slip_cents", N_("Slip"), "money", total=True),
        Column("corrected_cents", N_("Corrected by the bank"), "money", total=True),
        Column("returned", N_("Returned items"), "number", total=True),
        Column("returned_cents", N_("Returned"), "money", total=True),
        Column("bank_cents", N_("Kept by the bank"), "money", total=True),
    ),
    rows=deposits,
    filters=(span(90),),
    order="-day",
    chart=Chart(N_("Kept by the bank"), "day", ("bank_cents",)),
)
