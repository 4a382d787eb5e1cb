"""What the bank's statements leave for a person, and what they have settled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.policy.bank_matching import (
    NAMED_DAYS,
    RETURN_DAYS,
    BankEntry,
    DepositedCheck,
    Slip,
    returned_checks,
)
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import (
    Account,
    BankLine,
    BankStatement,
    Deposit,
    DepositCorrection,
    DepositItem,
    DrawerPayment,
    Payment,
    PaymentReversal,
    Receipt,
    TurnInReceipt,
)

WAITING = ("open", "to_correct")
LISTED = 200
"""Lines that wait, and deposits that the bank has not shown, at most."""
SETTLED = 50
FILES = 10


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A line for a person, with what it may be about."""

    line: BankLine
    known_cents: int | None
    """The figure of its deposit so far."""
    checks: tuple[DepositedCheck, ...]
    """What a returned item may be, the likeliest first."""

    @property
    def bank_cents(self) -> int | None:
        """What the bank has credited for the deposit in all, by this line."""
        if self.known_cents is None:
            return None
        return bank_figure(self.line, self.known_cents)


@dataclass(frozen=True, slots=True)
class BankDesk:
    """Everything on the page about bank statements."""

    waiting: tuple[WaitingLine, ...]
    unseen: tuple[Slip, ...]
    """Deposits without a credit on a statement; a line may be given to one of them by hand."""
    settled: Sequence[BankLine]
    statements: Sequence[BankStatement]


def bank_figure(line: BankLine, known_cents: int) -> int:
    """What a line makes of a deposit's figure: a credit is all of it, a correction changes it."""
    return line.amount_cents if line.kind == "deposit" else known_cents + line.amount_cents


def bank_desk(session: Session) -> BankDesk:
    """The page about bank statements; bounded."""
    lines = session.scalars(
        select(BankLine)
        .where(BankLine.state.in_(WAITING))
        .order_by(BankLine.posted_on, BankLine.id)
        .limit(LISTED)
    ).all()
    figures = figures_of(session, {one.deposit_id for one in lines if one.deposit_id is not None})
    checks = deposited_checks(session, [one for one in lines if one.kind == "returned"])
    waiting = tuple(
        WaitingLine(
            one,
            figures.get(one.deposit_id) if one.deposit_id is not None else None,
            tuple(returned_checks(entry_of(one), checks)) if one.kind == "returned" else (),
        )
        for one in lines
    )
    settled = session.scalars(
        select(BankLine).where(BankLine.state.not_in(WAITING)).order_by(BankLine.id.desc()).limit(SETTLED)
    ).all()
    statements = session.scalars(select(BankStatement).order_by(BankStatement.id.desc()).limit(FILES)).all()
    return BankDesk(waiting, tuple(unseen_slips(session)), settled, statements)


def entry_of(line: BankLine) -> BankEntry:
    """The line as the rules of matching take it."""
    return BankEntry(line.posted_on, line.amount_cents, line.reference, line.description)


def find_line(session: Session, number: int) -> BankLine:
    """One line, locked until the transaction ends. Raises Problem `not_found`, `bank_line_decided`."""
    line = session.scalar(
        select(BankLine)
        .where(BankLine.id == number)
        .with_for_update(of=BankLine)
        .execution_options(populate_existing=True)
    )
    if line is None:
        raise Problem("not_found", what="line of a bank statement", key=number)
    if line.state not in WAITING:
        raise Problem("bank_line_decided", line=number)
    return line


def unseen_slips(session: Session, *, limit: int | None = LISTED) -> list[Slip]:
    """Deposits that no statement has credited yet, oldest first; `limit` None: all of them.

    Those made before the bank's statements were kept here are left out.
    """
    first = session.scalar(select(func.min(BankStatement.first_day)))
    if first is None:
        return []
    credited = select(BankLine.deposit_id).where(BankLine.kind == "deposit", BankLine.deposit_id.is_not(None))
    deposits = session.scalars(
        select(Deposit)
        .where(Deposit.day >= first - timedelta(days=NAMED_DAYS), Deposit.id.not_in(credited))
        .order_by(Deposit.day, Deposit.id)
        .limit(limit)
    ).all()
    figures = figures_of(session, [one.id for one in deposits])
    return [Slip(one.id, one.day, figures[one.id]) for one in deposits]


def slips_named(session: Session, lines: Iterable[BankLine]) -> list[Slip]:
    """Every deposit that corrections among the lines may be about, credited or not."""
    days = [one.posted_on for one in lines if one.kind == "correction"]
    if not days:
        return []
    first, last = min(days) - timedelta(days=NAMED_DAYS), max(days) + timedelta(days=1)
    found = select(Deposit).where(Deposit.day.between(first, last)).order_by(Deposit.id)
    deposits = session.scalars(found).all()
    figures = figures_of(session, [one.id for one in deposits])
    return [Slip(one.id, one.day, figures[one.id]) for one in deposits]


def figures_of(session: Session, deposits: Iterable[str]) -> Mapping[str, int]:
    """By deposit, what the bank has credited as far as anybody knows: the slip and its corrections."""
    wanted = sorted(set(deposits))
    found: dict[str, int] = {}
    for some in pieces(wanted):
        for one in session.scalars(select(Deposit).where(Deposit.id.in_(some))):
            found[one.id] = one.amount_cents
        changed = select(DepositCorrection.deposit_id, func.sum(DepositCorrection.difference_cents))
        changed = changed.where(DepositCorrection.deposit_id.in_(some)).group_by(DepositCorrection.deposit_id)
        for deposit, cents in session.execute(changed):
            found[deposit] += int(cents)
    return found


def deposited_checks(session: Session, lines: Sequence[BankLine]) -> list[DepositedCheck]:
    """Checks in deposits that have the amount of one of these returned items and were not taken back."""
    if not lines:
        return []
    amounts = sorted({-one.amount_cents for one in lines})
    first = min(one.posted_on for one in lines) - timedelta(days=RETURN_DAYS)
    last = max(one.posted_on for one in lines) + timedelta(days=1)
    office = (
        select(Deposit.id, Deposit.day, Account.number, Payment.reference, Payment.amount_cents, Payment.id)
        .join(DepositItem, DepositItem.deposit_id == Deposit.id)
        .join(DrawerPayment, DrawerPayment.drawer_id == DepositItem.subject)
        .join(Payment, Payment.id == DrawerPayment.payment_id)
        .join(Account, Account.id == Payment.account_id)
        .outerjoin(PaymentReversal, PaymentReversal.source == "payment:" + Payment.id)
        .where(DrawerPayment.method == "check", Payment.amount_cents.in_(amounts))
        .where(PaymentReversal.id.is_(None), Deposit.day.between(first, last))
    )
    field = (
        select(
            Deposit.id,
            Deposit.day,
            Account.number,
            Receipt.check_number,
            Receipt.amount_cents,
            Receipt.number,
        )
        .join(DepositItem, DepositItem.deposit_id == Deposit.id)
        .join(TurnInReceipt, TurnInReceipt.turn_in_id == DepositItem.subject)
        .join(Receipt, Receipt.number == TurnInReceipt.receipt_number)
        .join(Account, Account.id == Receipt.account_id)
        .outerjoin(PaymentReversal, PaymentReversal.source == Receipt.source)
        # What was deposited was signed for, so none of its receipts is released; asked for, that would make
        # SQLite begin with every receipt that was ever turned in.
        .where(Receipt.method == "check", Receipt.amount_cents.in_(amounts))
        .where(PaymentReversal.id.is_(None), Deposit.day.between(first, last))
    )
    found = [DepositedCheck(*row[:5], payment=row[5]) for row in session.execute(office.limit(LISTED))]
    return found + [DepositedCheck(*row[:5], receipt=row[5]) for row in session.execute(field.limit(LISTED))]
