"""Bills with their due days, each once by its reference."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.context import BATCH, ImportContext, Record, column_values, known, repeated
from server.imports.fields import EMPTY, Day, Money, RowSchema, choice, text
from server.imports.report import RowError
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import Account, Bill
from workorders.usecases.collections.bills import (
    BILL_CLASSES,
    BillRequest,
    check_bill,
    record_bills,
    same_bill,
)


class BillRow(RowSchema):
    """Columns of the bills file."""

    reference = text("the billing system's own number of the bill; each once", 40, required=True)
    account = text("number of an existing account", 40, required=True)
    service = choice("class of service", BILL_CLASSES, "water")
    billed_on = Day(required=True, metadata={"help": "day it was made, YYYY-MM-DD"}, error_messages=EMPTY)
    due_on = Day(
        required=True,
        metadata={"help": "last day to pay it in time, up to 90 days after `billed_on`"},
        error_messages=EMPTY,
    )
    amount = Money(
        required=True, metadata={"help": "what was billed, for example 64.20"}, error_messages=EMPTY
    )


_COLUMN_OF = {"amount_cents": "amount"}


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Unknown accounts, references twice or of another bill, and days and amounts that cannot be."""
    yield from repeated(records, "reference", context)
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    bills = _known_bills(session, column_values(records, "reference"))
    today = context.now.astimezone(context.zone).date()
    for record in records:
        number = record.get("account")
        if number is not None and number not in accounts:
            yield record.error("account", f"there is no account {number}", "not_found")
        if record.faulty:
            continue
        asked = _request(record)
        try:
            check_bill(asked, today=today)
        except Problem as problem:
            column = str(problem.details["field"])
            yield record.error(_COLUMN_OF.get(column, column), str(problem.details["reason"]))
            continue
        before = bills.get(asked.reference)
        if before is not None and not same_bill(before, asked, accounts.get(asked.account_number, 0)):
            words = f"bill {asked.reference} is on record with another account, class, day or amount"
            yield record.error("reference", words, "bill_conflict")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Post the bills that are new; those on record already are counted and left alone."""
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    before = _known_bills(session, column_values(records, "reference"))
    fresh = [record for record in records if record.values["reference"] not in before]
    posted = 0
    for start in range(0, len(fresh), BATCH):
        batch = [(accounts[one.values["account"]], _request(one)) for one in fresh[start : start + BATCH]]
        posted += record_bills(session, batch, now=context.now, actor=context.source)
        context.progress("posting bills", min(start + BATCH, len(fresh)), len(fresh))
    counts = {"bills": len(fresh), "entries": posted}
    return counts | ({"bills_known_already": len(before)} if before else {})


def _known_bills(session: Session, references: Sequence[str]) -> dict[str, Bill]:
    found: dict[str, Bill] = {}
    for some in pieces(references):
        rows = session.scalars(select(Bill).where(Bill.reference.in_(some)))
        found.update({bill.reference: bill for bill in rows})
    return found


def _request(record: Record) -> BillRequest:
    return BillRequest(
        reference=record.values["reference"],
        account_number=record.values["account"],
        service=record.values["service"],
        billed_on=record.values["billed_on"],
        due_on=record.values["due_on"],
        cents=record.values["amount"],
    )
