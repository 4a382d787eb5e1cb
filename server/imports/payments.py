"""Payments of a bank or lockbox file, each once by the bank's own number."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.context import BATCH, ImportContext, Record, column_values, known, repeated
from server.imports.fields import EMPTY, Day, Money, RowSchema, text
from server.imports.report import RowError
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import Account, Payment, PendingPayment
from workorders.usecases.cash.payments_together import (
    PaymentRequest,
    check_payment,
    record_payments,
    same_payment,
)


class PaymentRow(RowSchema):
    """Columns of the payments file."""

    id = text("the bank's own number of the payment; each once", 40, required=True)
    account = text("number of an existing account", 40, required=True)
    amount = Money(required=True, metadata={"help": "what was paid, for example 64.20"}, error_messages=EMPTY)
    received_on = Day(
        required=True, metadata={"help": "day the bank received it, YYYY-MM-DD"}, error_messages=EMPTY
    )
    reference = text("check number or trace number; never a card number", 80)


_COLUMN_OF = {"amount_cents": "amount", "received_at": "received_on"}


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Unknown accounts, numbers twice or of another payment, and days and amounts that cannot be."""
    yield from repeated(records, "id", context)
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    ids = column_values(records, "id")
    posted = _on_record(session, ids)
    waiting = known(session, PendingPayment.id, ids, PendingPayment.state)
    for record in records:
        number = record.get("account")
        if number is not None and number not in accounts:
            yield record.error("account", f"there is no account {number}", "not_found")
        if record.faulty:
            continue
        asked = _request(record, context)
        try:
            check_payment(asked, now=context.now)
        except Problem as problem:
            column = str(problem.details["field"])
            yield record.error(_COLUMN_OF.get(column, column), str(problem.details["reason"]))
            continue
        before = posted.get(asked.id)
        other = before is not None and not same_payment(before, asked, accounts.get(asked.account_number, 0))
        if other or asked.id in waiting:
            words = f"payment {asked.id} is on record with another account or amount"
            yield record.error("id", words, "payment_conflict")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Post the payments that are new, with the cuts they call off and the reconnects they raise."""
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    before = _on_record(session, column_values(records, "id"))
    fresh = [record for record in records if record.values["id"] not in before]
    counts = {"payments": 0, "accounts_with_work": 0}
    for start in range(0, len(fresh), BATCH):
        some = fresh[start : start + BATCH]
        batch = [(accounts[one.values["account"]], _request(one, context)) for one in some]
        for name, number in record_payments(session, batch, now=context.now, actor=context.source).items():
            counts[name] += number
        context.progress("posting payments", min(start + BATCH, len(fresh)), len(fresh))
    return counts | ({"payments_known_already": len(before)} if before else {})


def _on_record(session: Session, ids: Sequence[str]) -> dict[str, Payment]:
    found: dict[str, Payment] = {}
    for part in pieces(ids):
        rows = session.scalars(select(Payment).where(Payment.id.in_(part)))
        found.update({payment.id: payment for payment in rows})
    return found


def _request(record: Record, context: ImportContext) -> PaymentRequest:
    """A day of the bank is noon of that day, or now when that is earlier."""
    noon = datetime.combine(record.values["received_on"], time(12), context.zone)
    today = noon.date() == context.now.astimezone(context.zone).date()
    return PaymentRequest(
        id=record.values["id"],
        account_number=record.values["account"],
        cents=record.values["amount"],
        received_at=min(noon, context.now) if today else noon,
        reference=record.get("reference"),
    )
