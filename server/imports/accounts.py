"""Accounts with their customers, the service points they answer for, and what they owe at the start."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.context import (
    BATCH,
    ImportContext,
    Record,
    column_values,
    insert_batches,
    insert_keyed,
    known,
    repeated,
    rows_at,
)
from server.imports.fields import Day, Money, Numbers, RowSchema, YesNo, choice, noon, text
from server.imports.nothing import names_nobody
from server.imports.report import RowError
from workorders.ledger import EntryDraft, draft, post_all
from workorders.messages.message import Message
from workorders.messages.texts import LANGUAGES
from workorders.tables import Account, Customer, ServiceAgreement, ServicePoint
from workorders.tables.bulk import reserve_ids

STATUSES = ("active", "closed")


class AccountRow(RowSchema):
    """Columns of the accounts file."""

    account = text("number of the account", 40, required=True)
    customer_name = text(
        "who answers for it; rows with the same name, phone and email share one customer", 200, required=True
    )
    phone = text("telephone", 40)
    email = text("email address", 200)
    language = choice("language of letters to the customer", tuple(LANGUAGES), "en")
    rate_class = text("rate class (otherwise residential)", 40, default="residential")
    status = choice("state of the account", STATUSES, "active")
    opened_on = Day(metadata={"help": "day it was opened, YYYY-MM-DD; needed with service points"})
    closed_on = Day(metadata={"help": "day it was closed; needed when closed"})
    check_ban = YesNo(load_default=False, metadata={"help": "checks are refused (yes or no; otherwise no)"})
    tax_exempt = YesNo(load_default=False, metadata={"help": "pays no tax (yes or no; otherwise no)"})
    service_points = Numbers(
        metadata={"help": "numbers of existing service points it answers for, separated by spaces"}
    )
    opening_balance = Money(metadata={"help": "what is owed, for example 128.50; negative: a credit"})
    balance_on = Day(metadata={"help": "day of that balance (otherwise the day of the import)"})


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What no single row can show: repeated and known accounts, and service points taken or unknown."""
    yield from repeated(records, "account", context)
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    named = [number for record in records for number in record.get("service_points") or ()]
    points = known(session, ServicePoint.number, named, ServicePoint.id)
    taken = _answered_for(session, points)
    claimed = context.memory("claimed service points")
    yield from _languages_that_differ(records, context)
    for record in records:
        if record.get("account") in accounts:
            yield record.error("account", f"account {record.get('account')} exists already")
        yield from _day_faults(record)
        for number in record.get("service_points") or ():
            if number not in points:
                yield record.error("service_points", f"there is no service point {number}")
            elif number in taken:
                yield record.error("service_points", f"account {taken[number]} answers for {number} already")
            elif number in claimed:
                yield record.error("service_points", f"{number} is in row {claimed[number]} already")
            else:
                claimed[number] = record.number


def _languages_that_differ(records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    spoken = context.memory("customers' languages")
    for record in records:
        key, language = _customer_key(record), record.get("language")
        if len(key) == 1:
            continue
        number, first = spoken.setdefault(key, (record.number, language))
        if first != language:
            yield record.error("language", f"differs from row {number}, which names the same customer")


def _customer_key(record: Record) -> tuple[Any, ...]:
    """Rows with the same key share a customer.

    Two rows without phone and email never share one: two people of the same name are two people. Nor do
    rows that name whoever lives there, as in “Current Resident”.
    """
    name, phone, email = record.get("customer_name"), record.get("phone"), record.get("email")
    alone = name is None or (phone is None and email is None) or names_nobody(name)
    return (record.number,) if alone else (name, phone, email)


def _day_faults(record: Record) -> Iterator[RowError]:
    opened, closed = record.get("opened_on"), record.get("closed_on")
    if record.get("service_points"):
        if "opened_on" not in record.faulty and opened is None:
            yield record.error("opened_on", "is needed with service points")
        if record.get("status") == "closed":
            yield record.error("service_points", "a closed account answers for no service point")
    if record.get("status") == "closed" and closed is None and "closed_on" not in record.faulty:
        yield record.error("closed_on", "is needed for a closed account")
    if opened is not None and closed is not None and closed < opened:
        yield record.error("closed_on", f"is before opened_on {opened}")


def _answered_for(session: Session, points: dict[str, int]) -> dict[str, str]:
    """The account number of each service point's open agreement."""
    query = (
        select(ServiceAgreement.service_point_id, Account.number)
        .join(Account, Account.id == ServiceAgreement.account_id)
        .where(ServiceAgreement.serving)
    )
    return {
        point: str(account)
        for point, (account,) in rows_at(session, points, query, ServiceAgreement.service_point_id)
    }


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Insert customers, accounts and agreements; opening balances are entries in the ledger."""
    customer_ids, customers = _write_customers(session, records, context)
    accounts = insert_keyed(
        session,
        (Account.number, Account.id),
        [
            _account(record.values, customer_id)
            for record, customer_id in zip(records, customer_ids, strict=True)
        ],
        "writing accounts",
        context,
    )
    named = [number for record in records for number in record.get("service_points") or ()]
    points = known(session, ServicePoint.number, named, ServicePoint.id)
    agreements = [
        {
            "account_id": accounts[record.values["account"]],
            "service_point_id": points[number],
            "start_on": record.values["opened_on"],
            "end_on": None,
        }
        for record in records
        for number in record.get("service_points") or ()
    ]
    insert_batches(session, ServiceAgreement, agreements, "writing service agreements", context.progress)
    entries = [opening_entry(record, context) for record in records if record.get("opening_balance")]
    for start in range(0, len(entries), BATCH):
        post_all(session, entries[start : start + BATCH], now=context.now)
        context.progress("posting balances", min(start + BATCH, len(entries)), len(entries))
    return {
        "customers": customers,
        "accounts": len(accounts),
        "agreements": len(agreements),
        "entries": len(entries),
    }


def _write_customers(
    session: Session, records: Sequence[Record], context: ImportContext
) -> tuple[list[int], int]:
    """The customer id of each row, and how many customers there are."""
    written = context.memory("customers")
    keys = [_customer_key(record) for record in records]
    fresh = {key: record for key, record in zip(keys, records, strict=True) if key not in written}
    rows = [
        {"name": record.values["customer_name"]}
        | {column: record.get(column) for column in ("phone", "email", "language")}
        for record in fresh.values()
    ]
    ids = dict(zip(fresh, reserve_ids(session, Customer, len(rows)), strict=True))
    numbered = [row | {"id": number} for row, number in zip(rows, ids.values(), strict=True)]
    insert_batches(session, Customer, numbered, "writing customers", context.progress)
    context.added.extend(f"customer:{number}" for number in ids.values())
    # Who has neither telephone nor email shares no customer with a later row.
    written.update((key, number) for key, number in ids.items() if len(key) > 1)
    return [ids[key] if key in ids else written[key] for key in keys], len(ids)


def _account(values: dict[str, Any], customer_id: int) -> dict[str, Any]:
    return {
        "number": values["account"],
        "customer_id": customer_id,
        **{
            name: values.get(name)
            for name in ("rate_class", "status", "opened_on", "closed_on", "check_ban", "tax_exempt")
        },
    }


def opening_entry(record: Record, context: ImportContext) -> EntryDraft:
    """The entry that takes a balance over: AR against OPEN; a credit the other way round."""
    cents: int = record.values["opening_balance"]
    number: str = record.values["account"]
    day = record.get("balance_on")
    at: datetime = context.now if day is None else noon(day, context.zone)
    return draft(
        source=f"{context.source}:{number}",
        purpose="opening_balance",
        message=Message.of("entry.opening", account=number),
        lines=[("AR", "OPEN", cents) if cents > 0 else ("OPEN", "AR", -cents)],
        parties={"account": number},
        effective_at=at,
    )
