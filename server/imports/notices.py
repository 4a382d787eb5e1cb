"""Collection notices that were sent by another system, each once by its reference."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.imports.context import ImportContext, Record, column_values, insert_batches, known, repeated
from server.imports.fields import EMPTY, Day, Money, RowSchema, choice, text
from server.imports.report import RowError
from workorders.policy.rule_fields import NOTICE_KINDS
from workorders.tables import Account, Notice


class NoticeRow(RowSchema):
    """Columns of the notices file."""

    reference = text("the sending system's own number of the notice; each once", 40, required=True)
    account = text("number of an existing account", 40, required=True)
    kind = choice("which notice it was", NOTICE_KINDS)
    sent_on = Day(
        required=True, metadata={"help": "day it was mailed or posted, YYYY-MM-DD"}, error_messages=EMPTY
    )
    valid_until = Day(
        required=True, metadata={"help": "last day on which a cut may rest on it"}, error_messages=EMPTY
    )
    amount = Money(
        required=True,
        metadata={"help": "what avoids the cut, as 64.20"},
        error_messages=EMPTY,
    )


_COMPARED = ("account_id", "kind", "sent_on", "amount_cents")


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Unknown accounts, references twice or of another notice, days that cannot be, amounts below a cent."""
    yield from repeated(records, "reference", context)
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    before = _known(session, records)
    today = context.now.astimezone(context.zone).date()
    for record in records:
        number = record.get("account")
        if number is not None and number not in accounts:
            yield record.error("account", f"there is no account {number}", "not_found")
        yield from _day_faults(record, today)
        amount = record.get("amount")
        if amount is not None and amount <= 0:
            yield record.error("amount", "is not more than $0.00")
        same = before.get(str(record.get("reference")))
        if same is not None and not record.faulty and number in accounts:
            row = _row(record, accounts)
            if tuple(row[name] for name in _COMPARED) != tuple(same[name] for name in _COMPARED):
                words = (
                    f"notice {record.get('reference')} is on record with another account, kind, day or amount"
                )
                yield record.error("reference", words)


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Insert the notices that are new."""
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    before = _known(session, records)
    rows = [_row(record, accounts) for record in records if record.values["reference"] not in before]
    insert_batches(session, Notice, rows, "writing notices", context.progress)
    return {"notices": len(rows)} | ({"notices_known_already": len(before)} if before else {})


def _day_faults(record: Record, today: date) -> Iterator[RowError]:
    sent, until = record.get("sent_on"), record.get("valid_until")
    if sent is not None and sent > today:
        yield record.error("sent_on", "lies in the future")
    if sent is not None and until is not None and until < sent:
        yield record.error("valid_until", f"is before sent_on {sent}")


def _known(session: Session, records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    columns = [getattr(Notice, name) for name in _COMPARED]
    found = known(session, Notice.reference, column_values(records, "reference"), *columns)  # type: ignore[arg-type]
    return {key: dict(zip(_COMPARED, row, strict=True)) for key, row in found.items()}


def _row(record: Record, accounts: dict[str, int]) -> dict[str, Any]:
    return {
        "account_id": accounts[record.values["account"]],
        "kind": record.values["kind"],
        "sent_on": record.values["sent_on"],
        "valid_until": record.values["valid_until"],
        "amount_cents": record.values["amount"],
        "state": "sent",
        "language": "en",
        "reference": record.values["reference"],
    }
