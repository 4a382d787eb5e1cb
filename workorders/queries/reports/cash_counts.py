"""Reports of what was counted: turn-ins, receipts of the counter, and every cent over or short."""

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from workorders.messages.texts import N_
from workorders.queries.custody import COUNTING
from workorders.queries.reports.receipts import MONEY
from workorders.queries.reports.report import Asked, Chart, Column, Report, Row, span
from workorders.tables import (
    Account,
    CashSignature,
    CounterReceipt,
    JournalEntry,
    PaymentReversal,
    PaymentTender,
    Posting,
    TurnIn,
    TurnInReceipt,
)

TURN_IN_BLIND = N_("What a turn-in should be is shown once two people have counted the same.")
BLIND_STATES = frozenset({"open", "cancelled"})
"""Before two counts agree, and where they never did: the receipts are in the technician's hands again."""


def turn_ins(session: Session, asked: Asked) -> Iterator[Row]:
    """Turn-ins by the day they were closed, those that are still open by the day they were begun."""
    receipts = select(TurnInReceipt.turn_in_id, func.count().label("number")).group_by(
        TurnInReceipt.turn_in_id
    )
    named = receipts.subquery()
    query = (
        select(TurnIn, func.coalesce(named.c.number, 0))
        .outerjoin(named, named.c.turn_in_id == TurnIn.id)
        .where(
            or_(
                and_(TurnIn.closed_at >= asked.since, TurnIn.closed_at < asked.before),
                and_(
                    TurnIn.state.in_(COUNTING),
                    TurnIn.opened_at >= asked.since,
                    TurnIn.opened_at < asked.before,
                ),
            )
        )
        .order_by(TurnIn.id)
    )
    found = session.execute(query).all()
    signed: dict[str, list[str]] = {}
    wanted = select(CashSignature).where(CashSignature.subject.in_([one.id for one, _ in found]))
    for signature in session.scalars(wanted.order_by(CashSignature.signed_at, CashSignature.signed_by)):
        signed.setdefault(signature.subject, []).append(signature.signed_by)
    for turn_in, number in found:
        blind = turn_in.state in BLIND_STATES
        counted = None if blind else turn_in.counted_cents
        people = [*signed.get(turn_in.id, []), None, None]
        yield (
            turn_in.id,
            turn_in.technician_id,
            turn_in.state,
            turn_in.opened_at,
            turn_in.closed_at,
            number,
            None if blind else turn_in.expected_cents,
            counted,
            None if counted is None else counted - turn_in.expected_cents,
            people[0],
            people[1],
            turn_in.reason,
        )


def counter_receipts(session: Session, asked: Asked) -> Iterator[Row]:
    """Receipts of the office, a line for each tender."""
    query = (
        select(CounterReceipt, PaymentTender, Account.number, PaymentReversal.kind)
        .join(PaymentTender, PaymentTender.receipt_number == CounterReceipt.number)
        .join(Account, Account.id == CounterReceipt.account_id)
        .outerjoin(PaymentReversal, PaymentReversal.source == "payment:" + PaymentTender.payment_id)
        .where(CounterReceipt.issued_at >= asked.since, CounterReceipt.issued_at < asked.before)
        .order_by(CounterReceipt.number, PaymentTender.payment_id)
    )
    for receipt, tender, account, back in session.execute(query):
        yield (
            receipt.number,
            account,
            receipt.issued_at,
            receipt.issued_by,
            receipt.channel,
            tender.kind,
            tender.reference,
            tender.amount_cents,
            back,
        )


def over_short(session: Session, asked: Asked) -> Iterator[Row]:
    """Every posting to cash over and short, by when it was recorded. Short is below zero."""
    query = (
        select(JournalEntry, Posting.amount_cents)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            Posting.ledger == "OS",
            JournalEntry.recorded_at >= asked.since,
            JournalEntry.recorded_at < asked.before,
        )
        .order_by(JournalEntry.id)
    )
    for entry, cents in session.execute(query):
        yield (entry.id, entry.recorded_at, (entry.message,), max(-cents, 0), max(cents, 0), -cents)


TURN_INS = Report(
    name="turn-ins",
    title=N_("Turn-ins"),
    about=N_("What technicians handed in, who counted and signed it, and what was over or short."),
    roles=MONEY,
    columns=(
        Column("turn_in", N_("Turn-in"), link="turn_in"),
        Column("technician", N_("Technician"), "who"),
        Column("state", N_("State"), "code", group="turn_in_states"),
        Column("opened_at", N_("Begun"), "time"),
        Column("closed_at", N_("Closed"), "time"),
        Column("receipts", N_("Receipts"), "number", total=True),
        Column("expected_cents", N_("Expected"), "money", total=True),
        Column("counted_cents", N_("Counted"), "money", total=True),
        Column("difference_cents", N_("Over or short"), "money", total=True),
        Column("first_signature", N_("First signature"), "who"),
        Column("second_signature", N_("Second signature"), "who"),
        Column("reason", N_("Reason")),
    ),
    rows=turn_ins,
    filters=(span(30),),
    order="-turn_in",
    hidden=TURN_IN_BLIND,
)
COUNTER_RECEIPTS = Report(
    name="counter-receipts",
    title=N_("Receipts of the counter"),
    about=N_("Every receipt of the office, a line for each means of payment."),
    roles=MONEY,
    columns=(
        Column("receipt", N_("Receipt"), link="counter_receipt"),
        Column("account", N_("Account"), link="account"),
        Column("issued_at", N_("Taken"), "time"),
        Column("issued_by", N_("By"), "who"),
        Column("channel", N_("Way"), "code", group="ways"),
        Column("tender", N_("How"), "code", group="tenders"),
        Column("reference", N_("Number")),
        Column("amount_cents", N_("Amount"), "money", total=True),
        Column("taken_back", N_("Taken back"), "code", group="reversals"),
    ),
    rows=counter_receipts,
    filters=(span(30),),
    order="-receipt",
)
OVER_SHORT = Report(
    name="over-short",
    title=N_("Cash over and short"),
    about=N_(
        "Every entry on the account for cash over and short: drawers, turn-ins and the bank’s corrections."
    ),
    roles=MONEY,
    columns=(
        Column("entry", N_("Entry"), "number"),
        Column("recorded_at", N_("Recorded"), "time"),
        Column("what", N_("What"), "messages"),
        Column("over_cents", N_("Over"), "money", total=True),
        Column("short_cents", N_("Short"), "money", total=True),
        Column("net_cents", N_("Net"), "money", total=True),
    ),
    rows=over_short,
    filters=(span(30),),
    order="-entry",
    chart=Chart(N_("Over or short"), "recorded_at", ("net_cents",)),
)
