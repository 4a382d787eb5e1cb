"""A payment taken back: voided on the day it was recorded, or returned by the bank later.

What was posted stays; a reversal is added. Honest about what followed from the payment: a cut that it
called off stays called off and a reconnect stays raised, a new cut needs new notices, and a case notifies the
office what is past due again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from workorders.catalogue import codes_of
from workorders.judgement.charging import fee_entry
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import TURNS_ON
from workorders.judgement.verdict import case
from workorders.ledger import post, reverse
from workorders.messages.message import Message
from workorders.policy import fees
from workorders.policy.returned_items import returned_items_of
from workorders.problems import Problem, Reason
from workorders.queries.account_facts import account_facts, needed_now
from workorders.queries.account_lines import PAYMENT_PURPOSES
from workorders.queries.custody import place_of
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account
from workorders.queries.owed_service import is_satisfied
from workorders.queries.rules_cache import rule_book
from workorders.tables import (
    Account,
    JournalEntry,
    Order,
    Payment,
    PaymentReversal,
    Receipt,
    ReceiptInCustody,
)
from workorders.usecases.cash.payments import approval_limit
from workorders.usecases.cash.unsettled import await_no_more
from workorders.usecases.collections.reconsider import reconsider_account
from workorders.usecases.customers.approvals import reconsider_applications
from workorders.usecases.field.cases import open_cases

KINDS = ("void", "returned")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The payment in question: its account, where it was posted from, and who recorded it."""

    source: str
    account_id: int
    cents: int
    recorded_by: str
    receipt: Receipt | None = None


def take_payment_back(
    session: Session,
    reversal_id: str,
    *,
    kind: str,
    reason: str,
    now: datetime,
    actor: str,
    payment: str | None = None,
    receipt: str | None = None,
    netted: bool = False,
) -> PaymentReversal:
    """Take back a `payment` (its id), or a check taken at the door (its `receipt` number).

    `void`: recorded by mistake, on the day it was recorded; it counts as never made. `returned`: the bank
    gave it back; the fee of the schedule is charged, and checks are refused when the policy says so.
    `netted`: a processor keeps it out of a batch, so that it never reaches the bank. The same `reversal_id`
    again changes nothing. Raises Problem `not_found`, `bad_input`, `reversal_conflict`,
    `payment_taken_back`, `void_too_late`, `money_counted` (counted and not deposited yet), and
    `second_person_needed` above the limit for its own recorder.
    """
    _check(reversal_id, kind, reason)
    if (payment is None) == (receipt is None):
        raise Problem("bad_input", field="payment", reason="name a payment or a receipt")
    taken = _payment(session, payment) if payment is not None else _check_receipt(session, receipt, kind)
    lock_account(session, taken.account_id)
    known = session.get(PaymentReversal, reversal_id)
    if known is not None:
        if (known.source, known.kind) != (taken.source, kind):
            raise Problem("reversal_conflict", reversal=reversal_id)
        return known
    limit = approval_limit(session, now=now)
    if limit is not None and taken.cents >= limit and taken.recorded_by == actor[:80]:
        raise Problem("second_person_needed", what="payment", key=payment or receipt)
    entries = _entries(session, taken.source)
    if not entries:
        raise Problem("payment_taken_back", payment=payment or receipt)
    bank = not netted and _at_the_bank(session, taken, payment, kind)
    day_of = district_of(session).day_of
    if kind == "void" and day_of(entries[0].recorded_at) != day_of(now):
        raise Problem("void_too_late", payment=payment or receipt)
    return _take_back(
        session, reversal_id, taken, entries, bank=bank, kind=kind, reason=reason, now=now, actor=actor
    )


def _take_back(
    session: Session,
    reversal_id: str,
    taken: TakenBack,
    entries: Sequence[JournalEntry],
    *,
    bank: bool,
    kind: str,
    reason: str,
    now: datetime,
    actor: str,
) -> PaymentReversal:
    account = session.get_one(Account, taken.account_id)
    source = f"reversal:{reversal_id}"
    before = is_satisfied(session, account, now=now)
    for entry in entries:
        at = entry.effective_at if kind == "void" else now
        reverse(
            session,
            entry,
            source=source,
            message=_LINES[kind],
            now=now,
            effective_at=at,
            money_at="BANK" if bank else None,
        )
    row = PaymentReversal(
        id=reversal_id,
        source=taken.source,
        account_id=account.id,
        amount_cents=taken.cents,
        kind=kind,
        reason=reason.strip()[:200],
        at=now,
        recorded_by=actor[:80],
        reopened=before and not is_satisfied(session, account, now=now),
    )
    session.add(row)
    if taken.receipt is not None:
        in_custody = ReceiptInCustody.receipt_number == taken.receipt.number
        session.execute(delete(ReceiptInCustody).where(in_custody))
    else:
        await_no_more(session, [taken.source.removeprefix("payment:")])
    session.flush()
    if kind == "returned":
        _charge(session, account, source, now=now)
        _ban_checks(session, account, now=now)
    if row.reopened:
        _open_case(session, account, row, source, now=now)
    reconsider_account(
        session, account, reason=Message("reason.nothing_due"), source=source, now=now, actor=actor
    )
    reconsider_applications(session, account, now=now, actor=actor)
    return row


_LINES = {"void": Message("entry.payment_void"), "returned": Message("entry.payment_returned")}


def _payment(session: Session, payment_id: str) -> TakenBack:
    found = session.get(Payment, payment_id)
    if found is None:
        raise Problem("not_found", what="payment", key=payment_id)
    return TakenBack(f"payment:{found.id}", found.account_id, found.amount_cents, found.recorded_by)


def _check_receipt(session: Session, number: str | None, kind: str) -> TakenBack:
    """A check from the door; cash cannot come back from a bank, and a receipt is never voided here."""
    found = session.get(Receipt, number) if number is not None else None
    if found is None:
        raise Problem("not_found", what="receipt", key=number)
    if found.method != "check" or kind != "returned":
        raise Problem("bad_input", field="receipt", reason="only a check that was returned is taken back")
    return TakenBack(found.source, found.account_id, found.amount_cents, found.technician_id, found)


def _at_the_bank(session: Session, taken: TakenBack, payment: str | None, kind: str) -> bool:
    """Whether the money was deposited, so that it leaves the bank; False: it is where it was posted.

    What was counted and not deposited is part of a sum that people signed. It cannot be taken out of that,
    and no bank can have returned it.
    """
    place = place_of(session, receipt=taken.receipt, payment=payment)
    if place is None:
        return False
    if place.deposit is None or kind == "void":
        named = taken.receipt.number if taken.receipt is not None else payment
        raise Problem("money_counted", payment=named, key=place.subject)
    return True


def _entries(session: Session, source: str) -> Sequence[JournalEntry]:
    """What the payment posted and nothing has reversed."""
    turned = aliased(JournalEntry)
    return session.scalars(
        select(JournalEntry)
        .outerjoin(turned, turned.reverses_id == JournalEntry.id)
        .where(
            JournalEntry.source == source,
            JournalEntry.purpose.in_(PAYMENT_PURPOSES),
            JournalEntry.reverses_id.is_(None),
            turned.id.is_(None),
        )
        .order_by(JournalEntry.id)
    ).all()


def _charge(session: Session, account: Account, source: str, *, now: datetime) -> None:
    """The fee for a returned item, as the schedule of the day has it."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    code = returned_items_of(rules).fee_code
    fee = rules.fees.get(code) if code is not None else None
    if fee is None:
        return
    charge = fees.price(fee, rules, account_facts(session, account, since=now), service=None, no_charge=False)
    made = fee_entry(charge)
    if made is not None:
        post(
            session,
            source=source,
            purpose=made.purpose,
            message=made.message,
            lines=made.lines,
            parties={"account": account.number},
            effective_at=now,
            now=now,
        )


def _ban_checks(session: Session, account: Account, *, now: datetime) -> None:
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    policy = returned_items_of(rules)
    returned = session.scalar(
        select(func.count()).where(
            PaymentReversal.account_id == account.id,
            PaymentReversal.kind == "returned",
            PaymentReversal.at >= policy.counts_since(now),
        )
    )
    if policy.bans(returned or 0):
        account.check_ban = True
        session.flush()


def _open_case(
    session: Session, account: Account, row: PaymentReversal, source: str, *, now: datetime
) -> None:
    """Past due again: a person decides about reconnects under way and about new notices."""
    reconnects = session.scalars(
        select(Order.number)
        .where(
            Order.account_id == account.id,
            Order.type.in_(codes_of(TURNS_ON)),
            Order.state.in_(ACTIVE),
        )
        .order_by(Order.number)
    ).all()
    found = case(
        "payment_taken_back",
        blocking=False,
        account=account.number,
        cents=row.amount_cents,
        past_due=needed_now(session, account, now=now),
        orders=reconnects,
    )
    first = reconnects[0] if reconnects else None
    open_cases(session, [found], source=source, order_number=first, now=now)


def _check(reversal_id: str, kind: str, reason: str) -> None:
    if not 0 < len(reversal_id) <= 40:
        raise Problem("bad_input", field="id", reason="1 to 40 characters")
    if kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(KINDS)))
    if not reason.strip():
        raise Problem("bad_input", field="reason", reason="say why the payment is taken back")
