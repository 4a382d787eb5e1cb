"""Counted money goes to the bank with a slip; what the bank counts otherwise is an entry of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.policy.cash_control import difference_lines
from workorders.problems import Problem
from workorders.queries.deposits import bags_of, closed_named, corrections_of
from workorders.queries.district import district_of
from workorders.tables import Deposit, DepositCorrection, DepositItem, WaitingBag
from workorders.usecases.cash.counting import needed_reason
from workorders.usecases.history import count as next_value


def make_deposit(session: Session, subjects: Sequence[str], *, now: datetime, actor: str) -> Deposit:
    """Take signed turn-ins, closed drawers and cash out of vaults to the bank: BANK←UNDEP by their counts.

    Raises Problem `bad_input` for none or for nothing to deposit, `not_found` for what is not signed or
    closed, and `already_deposited`.
    """
    wanted = sorted(set(subjects))
    # Taken first: deposits are made one after the other, so that a bag is in only one.
    number = next_value(session, "deposit")
    taken = select(DepositItem).where(DepositItem.subject.in_(wanted)).order_by(DepositItem.subject)
    known = session.scalars(taken.limit(1)).first()
    if known is not None:
        raise Problem("already_deposited", key=known.subject, deposit=known.deposit_id)
    # Locked: meanwhile no cash of them goes into a vault.
    session.scalars(
        select(WaitingBag.subject)
        .where(WaitingBag.subject.in_(wanted))
        .order_by(WaitingBag.subject)
        .with_for_update()
    ).all()
    bags = bags_of(session, closed_named(session, wanted))
    total = sum(bag.cents for bag in bags)
    if total <= 0:
        raise Problem("bad_input", field="subject", reason="choose what goes to the bank")
    deposit = Deposit(
        id=f"DP-{number:06d}",
        day=district_of(session).day_of(now),
        made_at=now,
        made_by=actor[:80],
        cash_cents=sum(bag.cash_cents for bag in bags),
        items_cents=sum(bag.items_cents for bag in bags),
    )
    session.add(deposit)
    session.flush()
    session.add_all(
        DepositItem(
            subject=bag.subject,
            deposit_id=deposit.id,
            cash_cents=bag.cash_cents,
            items_cents=bag.items_cents,
        )
        for bag in bags
    )
    session.execute(delete(WaitingBag).where(WaitingBag.subject.in_(wanted)))
    session.flush()
    post(
        session,
        source=f"deposit:{deposit.id}",
        purpose="deposit",
        message=Message.of("entry.bank_deposit", deposit=deposit.id),
        lines=[("BANK", "UNDEP", total)],
        parties={},
        effective_at=now,
        now=now,
    )
    return deposit


def correct_deposit(
    session: Session, deposit_id: str, bank_cents: int, reason: str, *, now: datetime, actor: str
) -> DepositCorrection:
    """The bank credited `bank_cents` in all; the difference from the figure before goes to OS.

    Somebody else than who made the deposit says so. Raises Problem `not_found`, `other_person_needed`, and
    `bad_input` for the figure that is known already or without a reason.
    """
    deposit = session.scalar(
        select(Deposit)
        .where(Deposit.id == deposit_id)
        .with_for_update(of=Deposit)
        .execution_options(populate_existing=True)
    )
    if deposit is None:
        raise Problem("not_found", what="deposit", key=deposit_id)
    if deposit.made_by == actor[:80]:
        raise Problem("other_person_needed", key=deposit_id)
    earlier = corrections_of(session, deposit_id)
    known = earlier[-1].bank_cents if earlier else deposit.amount_cents
    if bank_cents == known or not 0 <= bank_cents <= AMOUNT_MAX_CENTS:
        raise Problem("bad_input", field="amount", reason="give the bank’s figure where it differs")
    row = DepositCorrection(
        deposit_id=deposit_id,
        bank_cents=bank_cents,
        difference_cents=bank_cents - known,
        reason=needed_reason(reason),
        corrected_at=now,
        corrected_by=actor[:80],
    )
    session.add(row)
    session.flush()
    post(
        session,
        source=f"deposit_correction:{row.id}",
        purpose="deposit_corrected",
        message=Message.of("entry.bank_deposit_corrected", deposit=deposit_id),
        lines=difference_lines("BANK", known, bank_cents),
        parties={},
        effective_at=now,
        now=now,
    )
    return row
