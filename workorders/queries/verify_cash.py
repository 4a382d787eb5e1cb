"""Proof of the cash office: what was signed, closed and deposited is what was counted and what was posted."""

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from workorders.policy.cash_control import difference_lines, turn_in_lines
from workorders.queries.custody import counts_of, receipts_in_custody
from workorders.queries.deposits import bags_of, closed_named
from workorders.queries.receipt_numbers import blocks_of, missing_until
from workorders.queries.vault import kept_out_of_bags
from workorders.queries.verify_petty import petty_differences
from workorders.queries.verify_vault import vault_differences
from workorders.tables import (
    CashSignature,
    Deposit,
    DepositCorrection,
    DepositItem,
    Drawer,
    DrawerPayment,
    JournalEntry,
    LedgerBalance,
    Payment,
    PaymentReversal,
    PaymentTender,
    Posting,
    Receipt,
    ReceiptInCustody,
    SettledPayment,
    Settlement,
    SettlementChargeback,
    TurnIn,
    TurnInReceipt,
    UnsettledPayment,
    VaultTransfer,
    WaitingBag,
)

Found = Iterator[tuple[str, str, str]]
"""(check, key, words) of each thing that does not add up."""


def cash_differences(session: Session) -> Found:
    """Every turn-in, drawer and deposit built again from receipts and counts, and compared with the books."""
    yield from _turn_ins(session)
    yield from _drawers(session)
    yield from _deposits(session)
    yield from _settlements(session)
    yield from _processed(session)
    yield from _custody(session)
    yield from _waiting(session)
    yield from vault_differences(session)
    yield from petty_differences(session)


def _turn_ins(session: Session) -> Found:
    for turn_in in session.scalars(select(TurnIn).where(TurnIn.state == "signed").order_by(TurnIn.id)):
        named = session.scalar(
            select(func.sum(TurnInReceipt.amount_cents)).where(TurnInReceipt.turn_in_id == turn_in.id)
        )
        last = counts_of(session, turn_in.id)[-1]
        counted = last.cash_cents + last.items_cents
        signed = session.scalar(select(func.count()).where(CashSignature.subject == turn_in.id)) or 0
        if int(named or 0) != turn_in.expected_cents:
            words = f"{turn_in.id} expects {turn_in.expected_cents} cents; its receipts sum to {named or 0}."
            yield "turn_in", turn_in.id, words
        if counted != turn_in.counted_cents or signed < 2:
            words = (
                f"{turn_in.id} says {turn_in.counted_cents} cents; {counted} were counted, {signed} signed."
            )
            yield "turn_in", turn_in.id, words
        right = _per_ledger(turn_in_lines(turn_in.expected_cents, counted))
        if _posted(session, f"turn_in:{turn_in.id}") != right:
            yield "turn_in", turn_in.id, f"{turn_in.id} is not posted as it was counted."


def _drawers(session: Session) -> Found:
    for drawer in session.scalars(select(Drawer).where(Drawer.state == "closed").order_by(Drawer.id)):
        last = counts_of(session, drawer.id)[-1]
        counted, expected = last.cash_cents + last.items_cents, drawer.expected_cents or 0
        right = _per_ledger(difference_lines("UNDEP", expected, counted))
        both = {one.counted_by for one in counts_of(session, drawer.id)}
        personal = drawer.closed_by in {drawer.owner, last.counted_by}
        alone = personal if drawer.kind == "person" else len(both) < 2
        if counted != drawer.counted_cents or alone:
            yield "drawer", drawer.id, f"{drawer.id} is not closed as it was counted, or by one person alone."
        if _posted(session, f"drawer:{drawer.id}") != right:
            yield "drawer", drawer.id, f"{drawer.id} is not posted as it was counted."


def _deposits(session: Session) -> Found:
    for deposit in session.scalars(select(Deposit).order_by(Deposit.id)):
        cents = session.scalar(
            select(func.sum(DepositItem.cash_cents + DepositItem.items_cents)).where(
                DepositItem.deposit_id == deposit.id
            )
        )
        posted = _posted(session, f"deposit:{deposit.id}").get("BANK", 0)
        if not deposit.amount_cents == posted == int(cents or 0):
            words = (
                f"{deposit.id} says {deposit.amount_cents} cents; {cents or 0} are in it, {posted} posted."
            )
            yield "deposit", deposit.id, words
    for row in session.scalars(select(DepositCorrection).order_by(DepositCorrection.id)):
        posted = _posted(session, f"deposit_correction:{row.id}").get("BANK", 0)
        if posted != row.difference_cents:
            words = f"{row.deposit_id} was corrected by {row.difference_cents} cents; {posted} are posted."
            yield "deposit", row.deposit_id, words


def _settlements(session: Session) -> Found:
    """A processor's batch is its payments and chargebacks, and what was posted."""
    paid = dict(
        session.execute(
            select(SettledPayment.settlement_id, func.sum(Payment.amount_cents))
            .join(Payment, Payment.id == SettledPayment.payment_id)
            .group_by(SettledPayment.settlement_id)
        ).all()
    )
    back = dict(
        session.execute(
            select(SettlementChargeback.settlement_id, func.sum(PaymentReversal.amount_cents))
            .join(PaymentReversal, PaymentReversal.id == SettlementChargeback.reversal_id)
            .group_by(SettlementChargeback.settlement_id)
        ).all()
    )
    for one in session.scalars(select(Settlement).order_by(Settlement.id)):
        banked = session.scalar(select(DepositItem.items_cents).where(DepositItem.subject == one.id))
        fee = _posted(session, f"settlement:{one.id}").get("PFEE", 0)
        said = (one.gross_cents, one.chargeback_cents, one.fee_cents, one.net_cents)
        found = (int(paid.get(one.id, 0)), int(back.get(one.id, 0)), fee, banked)
        if said != found:
            yield "settlement", one.id, f"{one.id} says {said} cents; its parts and the books say {found}."


def _processed(session: Session) -> Found:
    """Kept as waiting for a processor is what came by web, telephone or card and was not settled."""
    waits = (
        select(Payment.id)
        .outerjoin(PaymentTender, PaymentTender.payment_id == Payment.id)
        .outerjoin(PaymentReversal, PaymentReversal.source == "payment:" + Payment.id)
        .where(or_(Payment.channel.in_(("web", "phone")), PaymentTender.kind == "card"))
        .where(PaymentReversal.id.is_(None))
        .where(Payment.id.not_in(select(SettledPayment.payment_id)))
        .where(Payment.id.not_in(select(DrawerPayment.payment_id)))
    )
    kept = set(session.scalars(select(UnsettledPayment.payment_id)))
    for payment in sorted(kept ^ set(session.scalars(waits))):
        words = f"{payment} is {'' if payment in kept else 'not '}kept as waiting for its processor."
        yield "unsettled_payment", payment, words


def _custody(session: Session) -> Found:
    """A technician's custody is the sum of the receipts that were not handed in."""
    held: dict[str, int] = {}
    for receipt in receipts_in_custody(session):
        held[receipt.technician] = held.get(receipt.technician, 0) + receipt.cents
    counting = session.execute(
        select(TurnIn.technician_id, func.sum(TurnIn.expected_cents))
        .where(TurnIn.state.in_(("open", "counted")))
        .group_by(TurnIn.technician_id)
    )
    for technician, cents in counting:
        held[technician] = held.get(technician, 0) + int(cents)
    kept = session.execute(
        select(LedgerBalance.party, LedgerBalance.amount_cents).where(LedgerBalance.ledger == "CASH-T")
    )
    shown = {row.party: row.amount_cents for row in kept}
    for technician in sorted(held.keys() | shown.keys()):
        right, cents = held.get(technician, 0), shown.get(technician, 0)
        if right != cents:
            words = f"{technician} holds receipts over {right} cents; custody is {cents}."
            yield "custody", technician, words


def _waiting(session: Session) -> Found:
    """What is kept as waiting is what follows from the facts: receipts in custody, bags, missing numbers."""
    standing = and_(TurnInReceipt.receipt_number == Receipt.number, TurnInReceipt.released.is_(False))
    held = (
        select(Receipt.number)
        .outerjoin(TurnInReceipt, standing)
        .outerjoin(PaymentReversal, PaymentReversal.source == Receipt.source)
        .where(Receipt.amount_cents > 0, TurnInReceipt.turn_in_id.is_(None), PaymentReversal.id.is_(None))
    )
    kept = set(session.scalars(select(ReceiptInCustody.receipt_number)))
    for number in sorted(kept ^ set(session.scalars(held))):
        yield (
            "receipt_in_custody",
            number,
            f"{number} is {'' if number in kept else 'not '}kept as in custody.",
        )
    deposited = select(DepositItem.subject)
    signed = select(TurnIn.id).where(TurnIn.state == "signed", TurnIn.id.not_in(deposited))
    closed = select(Drawer.id).where(Drawer.state == "closed", Drawer.id.not_in(deposited))
    out = select(VaultTransfer.id).where(
        VaultTransfer.kind == "to_bank", VaultTransfer.state == "done", VaultTransfer.id.not_in(deposited)
    )
    bags = {*session.scalars(signed), *session.scalars(closed), *session.scalars(out)}
    bags -= _emptied(session, bags)
    listed = set(session.scalars(select(WaitingBag.subject)))
    for subject in sorted(listed ^ bags):
        words = f"{subject} is {'' if subject in listed else 'not '}kept as waiting for the bank."
        yield "waiting_bag", subject, words
    for block in blocks_of(session):
        for number in missing_until(session, block, block.accounted) if block.accounted is not None else ():
            yield (
                "receipt_block",
                number,
                f"{number} is missing, and {block.prefix} is accounted for beyond it.",
            )


def _emptied(session: Session, bags: set[str]) -> set[str]:
    """Those whose money all went into a vault or petty cash."""
    moved = sorted(kept_out_of_bags(session, bags))
    left = bags_of(session, closed_named(session, moved))
    return {bag.subject for bag in left if not bag.cash_cents and not bag.items_cents}


def _posted(session: Session, source: str) -> dict[str, int]:
    """Cents per ledger that a source posted; ledgers that come to nothing are left out."""
    rows = session.execute(
        select(Posting.ledger, func.sum(Posting.amount_cents))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.source == source)
        .group_by(Posting.ledger)
    )
    return {ledger: int(cents) for ledger, cents in rows if cents}


def _per_ledger(lines: list[tuple[str, str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for debit, credit, cents in lines:
        sums[debit] = sums.get(debit, 0) + cents
        sums[credit] = sums.get(credit, 0) - cents
    return {ledger: cents for ledger, cents in sums.items() if cents}
