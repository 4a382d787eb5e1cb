"""Billed amounts as they come in: by file, by the API, or by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_day
from workorders.ledger import EntryDraft, draft, post_many
from workorders.messages.message import Message
from workorders.policy.satisfaction import DUE_AT_ONCE, DUE_DAYS_MAX
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.queries.pieces import pieces
from workorders.tables import Bill, JournalEntry, Posting
from workorders.usecases.history import enqueue_orders_of

BILL_CLASSES = ("water", "wastewater", "electric", "fibre", "fees")
"""Classes of service that are billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRequest:
    """A bill as somebody brings it. `reference`: the billing system's own number of it."""

    reference: str
    account_number: str
    service: str
    billed_on: date
    due_on: date
    cents: int


def record_bill(session: Session, asked: BillRequest, *, now: datetime, actor: str) -> Bill:
    """Take a bill in and post it; the same bill again changes nothing.

    A bill made up to the day of the account's opening balance lies within that balance: it says how old the
    balance is, and posts nothing. Raises Problem `not_found`, `bad_input`, and `bill_conflict` when the
    reference is that of another bill.
    """
    check_bill(asked, today=district_of(session).day_of(now))
    account = account_named(session, asked.account_number)
    lock_account(session, account.id)
    known = session.scalar(select(Bill).where(Bill.reference == asked.reference))
    if known is not None:
        if not same_bill(known, asked, account.id):
            raise Problem("bill_conflict", reference=asked.reference)
        return known
    record_bills(session, [(account.id, asked)], now=now, actor=actor)
    return session.scalars(select(Bill).where(Bill.reference == asked.reference)).one()


def same_bill(known: Bill, asked: BillRequest, account_id: int) -> bool:
    """The bill on record is the one that is brought."""
    on_record = (known.account_id, known.service, known.billed_on, known.due_on, known.amount_cents)
    return on_record == (account_id, asked.service, asked.billed_on, asked.due_on, asked.cents)


def check_bill(asked: BillRequest, *, today: date) -> None:
    """Raise Problem `bad_input` naming the field for a bill that cannot be one."""
    if not checked_line(asked.reference, field="reference", longest=CODE_MAX):
        raise Problem("bad_input", field="reference", reason="1 to 40 characters")
    if asked.service not in BILL_CLASSES:
        reason = Reason("one of {known}", known=", ".join(BILL_CLASSES))
        raise Problem("bad_input", field="service", reason=reason)
    if type(asked.cents) is not int or not 0 < asked.cents <= PAYMENT_MAX_CENTS:
        most = text_from_cents(PAYMENT_MAX_CENTS)
        reason = Reason("a bill is more than $0.00 and at most {most}", most=most)
        raise Problem("bad_input", field="amount_cents", reason=reason)
    if checked_day(asked.billed_on, field="billed_on") > today:
        raise Problem("bad_input", field="billed_on", reason="it lies in the future")
    checked_day(asked.due_on, field="due_on")
    if not timedelta() <= asked.due_on - asked.billed_on <= timedelta(days=DUE_DAYS_MAX):
        reason = Reason("0 to {most} days after it was billed", most=DUE_DAYS_MAX)
        raise Problem("bad_input", field="due_on", reason=reason)


def record_bills(
    session: Session, bills: Sequence[tuple[int, BillRequest]], *, now: datetime, actor: str
) -> int:
    """Write and post checked bills that are new, each with the id of its account; how many were posted.

    Tablets that have an order of such an account get its new balance.
    """
    ids = sorted({account_id for account_id, _ in bills})
    opened = _opened_on(session, sorted({asked.account_number for _, asked in bills}))
    posted = [asked for _, asked in bills if not _carried(asked, opened.get(asked.account_number))]
    zone = ZoneInfo(district_of(session).timezone)
    entries = post_many(session, [_entry(asked, zone) for asked in posted], now=now)
    entry_ids = {asked.reference: entry.id for asked, entry in zip(posted, entries, strict=True)}
    session.execute(
        insert(Bill),
        [
            {
                "account_id": account_id,
                "service": asked.service,
                "billed_on": asked.billed_on,
                "due_on": asked.due_on,
                "amount_cents": asked.cents,
                "reference": asked.reference,
                "entry_id": entry_ids.get(asked.reference),
                "recorded_at": now,
                "recorded_by": actor[:80],
            }
            for account_id, asked in bills
        ],
    )
    enqueue_orders_of(session, ids, now=now)
    return len(posted)


def _entry(asked: BillRequest, zone: ZoneInfo) -> EntryDraft:
    return draft(
        source=f"bill:{asked.reference}",
        purpose="bill",
        message=Message.of("entry.billed", reference=asked.reference, service=asked.service),
        lines=[("AR", "REV", asked.cents)],
        parties={"account": asked.account_number},
        effective_at=datetime.combine(asked.billed_on, time(12), zone),
    )


def _carried(asked: BillRequest, opened_on: date | None) -> bool:
    """The balance that was taken over holds the bill already."""
    return opened_on is not None and asked.billed_on <= opened_on


def _opened_on(session: Session, numbers: Sequence[str]) -> dict[str, date]:
    """The day of each account's opening balance, for those that have one."""
    district = district_of(session)
    found: dict[str, date] = {}
    for part in pieces(numbers):
        rows = session.execute(
            select(Posting.party, func.max(JournalEntry.effective_at))
            .join(JournalEntry, JournalEntry.id == Posting.entry_id)
            .where(
                Posting.ledger == "AR",
                Posting.party.in_(part),
                JournalEntry.purpose.in_(DUE_AT_ONCE),
            )
            .group_by(Posting.party)
        )
        found.update({number: district.day_of(at) for number, at in rows})
    return found
