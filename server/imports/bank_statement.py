"""A bank's statement, BAI2 or CSV: each line about deposits once, matched to the deposits made here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from server.imports.bai2_file import bai2_table, is_bai2
from server.imports.context import ImportContext, Record
from server.imports.fields import EMPTY, Day, Money, RowSchema, choice, text
from server.imports.report import RowError
from server.imports.table import Row, stream_table
from workorders.usecases.cash.bank_statement import KINDS, StatementLine, take_statement


class BankStatementRow(RowSchema):
    """Columns of the statement as CSV; a BAI2 file is read into the same."""

    posted_on = Day(
        required=True, metadata={"help": "day the bank posted it, YYYY-MM-DD"}, error_messages=EMPTY
    )
    kind = choice("what the line is", KINDS)
    amount = Money(
        required=True,
        metadata={"help": "what the bank credited, below zero what it debited, for example 9400.00"},
        error_messages=EMPTY,
    )
    reference = text("the slip’s number (DP-000012 or 12), or the number of the returned check", 80)
    bank_reference = text("the bank's own number of the line", 80)
    bank_account = text("the account at the bank", 40)
    description = text("the bank's words", 200)


def read(
    data: bytes, columns: Iterable[str], required: Iterable[str], errors: list[RowError], _zone: ZoneInfo
) -> Iterator[Row]:
    """The rows of a statement, in whichever form it comes; faults are added to `errors`."""
    if not is_bai2(data):
        yield from stream_table(data, columns, required, errors)
        return
    table = bai2_table(data)
    errors += table.errors
    yield from table.rows


def check(_session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Signs that do not fit, and days that have not come."""
    tomorrow = context.now.astimezone(context.zone).date() + timedelta(days=1)
    for record in records:
        kind, cents, day = record.get("kind"), record.get("amount"), record.get("posted_on")
        if cents == 0:
            yield record.error("amount", "a line without an amount moves nothing")
        elif cents is not None and kind == "deposit" and cents < 0:
            yield record.error("amount", "a deposit is credited: above zero")
        elif cents is not None and kind == "returned" and cents > 0:
            yield record.error("amount", "a returned item is debited: below zero")
        if day is not None and day > tomorrow:
            yield record.error("posted_on", "the day has not come yet")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Take the statement in."""
    lines = [
        StatementLine(
            posted_on=one.values["posted_on"],
            kind=one.values["kind"],
            cents=one.values["amount"],
            reference=one.get("reference"),
            bank_reference=one.get("bank_reference"),
            bank_account=one.get("bank_account"),
            description=one.get("description"),
        )
        for one in records
    ]
    return take_statement(session, context.source, lines, now=context.now, actor=context.source)
