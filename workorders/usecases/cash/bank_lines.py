"""What a person decides about a line of a bank statement."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.bank_lines import bank_figure, figures_of, find_line, unseen_slips
from workorders.tables import BankLine
from workorders.usecases.cash.bank_statement import decide, give
from workorders.usecases.cash.counting import needed_reason
from workorders.usecases.cash.deposits import correct_deposit
from workorders.usecases.cash.take_payment_back import take_payment_back


def assign_line(session: Session, number: int, deposit_id: str, *, now: datetime, actor: str) -> BankLine:
    """Say which deposit a credit is about: settled where the figures agree, else to be corrected.

    Raises Problem `not_found`, `bank_line_decided`, and `bad_input` for a line of another kind or a deposit
    that a statement has credited already.
    """
    line = find_line(session, number)
    slip = next((one for one in unseen_slips(session) if one.deposit == deposit_id), None)
    if line.kind != "deposit" or slip is None:
        raise Problem("bad_input", field="deposit", reason="choose a deposit that no statement has credited")
    give(line, slip, now=now, actor=actor)
    session.flush()
    return line


def correct_by_line(session: Session, number: int, reason: str, *, now: datetime, actor: str) -> BankLine:
    """Record the bank's figure of the line's deposit; somebody else than who made the deposit does.

    A figure that was recorded meanwhile is not recorded again. Raises Problem `not_found`,
    `bank_line_decided`, `other_person_needed`, and `bad_input` without a deposit or a reason.
    """
    line = find_line(session, number)
    deposit_id = line.deposit_id
    if deposit_id is None or line.state != "to_correct":
        raise Problem("bad_input", field="deposit", reason="choose the deposit first")
    said = needed_reason(reason)
    known = figures_of(session, [deposit_id])[deposit_id]
    bank = bank_figure(line, known)
    if bank == known:
        decide(line, "matched", now=now, actor=actor, reason=said)
    else:
        correct_deposit(session, deposit_id, bank, said, now=now, actor=actor)
        decide(line, "corrected", now=now, actor=actor, reason=said)
    session.flush()
    return line


def return_by_line(
    session: Session,
    number: int,
    reason: str,
    *,
    now: datetime,
    actor: str,
    payment: str | None = None,
    receipt: str | None = None,
) -> BankLine:
    """The returned item is that payment or receipt: it is taken back, with the fee and ban of the policy.

    Raises Problem `bad_input` for a line of another kind or another amount, and what `take_payment_back` and
    `find_line` raise.
    """
    line = find_line(session, number)
    if line.kind != "returned":
        raise Problem("bad_input", field="payment", reason="the line is not a returned item")
    row = take_payment_back(
        session,
        f"bank-line-{line.id}",
        kind="returned",
        reason=needed_reason(reason),
        now=now,
        actor=actor,
        payment=payment,
        receipt=receipt,
    )
    if row.amount_cents != -line.amount_cents:
        raise Problem("bad_input", field="payment", reason="the amount is not that of the returned item")
    decide(line, "returned", now=now, actor=actor, reason=reason.strip())
    session.flush()
    return line


def set_line_aside(session: Session, number: int, reason: str, *, now: datetime, actor: str) -> BankLine:
    """The line needs nothing here. Raises Problem `not_found`, `bank_line_decided`, `bad_input`."""
    line = find_line(session, number)
    said = needed_reason(reason)
    if line.state == "to_correct":
        # Its deposit is free again for the line that is really about it.
        line.deposit_id = None
    decide(line, "set_aside", now=now, actor=actor, reason=said)
    session.flush()
    return line
