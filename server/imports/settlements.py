"""Batches that payment processors paid out: payments, chargebacks and fees, a batch at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from server.imports.context import ImportContext, Record, column_values, known
from server.imports.fields import EMPTY, Day, Money, RowSchema, choice, text
from server.imports.report import RowError
from workorders.problems import Problem
from workorders.queries.settlements import settlement_of
from workorders.tables import Payment, SettledPayment, UnsettledPayment
from workorders.usecases.cash.settlements import Batch, settle

KINDS = ("payment", "chargeback", "fee")


class SettlementRow(RowSchema):
    """Columns of the settlement file."""

    processor = text("who paid it out, by one name for ever", 40, required=True)
    batch = text("the processor's own name of the batch", 80, required=True)
    settled_on = Day(
        required=True, metadata={"help": "day the processor paid it out, YYYY-MM-DD"}, error_messages=EMPTY
    )
    kind = choice("what the row is", KINDS)
    payment = text("id of the payment here; none for a fee", 40)
    amount = Money(
        required=True, metadata={"help": "always above zero, for example 64.20"}, error_messages=EMPTY
    )


@dataclass(slots=True)
class _Rows:
    """The rows of one batch."""

    settled_on: date
    payments: list[str] = field(default_factory=list)
    chargebacks: list[str] = field(default_factory=list)
    fee_cents: int = 0


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Payments that are not known, do not wait or have another amount, and days that do not fit."""
    ids = column_values(records, "payment")
    amounts = known(session, Payment.id, ids, Payment.amount_cents)
    waiting = known(session, UnsettledPayment.payment_id, ids, UnsettledPayment.payment_id)
    settled = known(session, SettledPayment.payment_id, ids, SettledPayment.settlement_id)
    tomorrow = context.now.astimezone(context.zone).date() + timedelta(days=1)
    days: dict[tuple[str, str], date] = {}
    named: set[tuple[str, str]] = set()
    for record in records:
        if record.faulty:
            continue
        yield from _day_and_amount(record, days, tomorrow)
        kind, payment = record.values["kind"], record.get("payment")
        if (kind == "fee") != (payment is None):
            words = "a fee is of the whole batch" if kind == "fee" else "say which payment"
            yield record.error("payment", words)
            continue
        if payment is None:
            continue
        if payment not in amounts:
            yield record.error("payment", f"there is no payment {payment}", "not_found")
        elif (kind, payment) in named:
            yield record.error("payment", f"{payment} is in the file already")
        elif amounts[payment] != record.values["amount"]:
            yield record.error("amount", f"payment {payment} is on record with another amount")
        elif payment not in waiting and payment not in settled:
            yield record.error("payment", f"payment {payment} does not wait for a processor", "not_awaited")
        named.add((kind, payment))


def _day_and_amount(record: Record, days: dict[tuple[str, str], date], tomorrow: date) -> Iterator[RowError]:
    """What no row may say by itself, and days that differ within a batch."""
    day, batch = record.values["settled_on"], (record.values["processor"], record.values["batch"])
    if record.values["amount"] <= 0:
        yield record.error("amount", "an amount is above zero, also that of a fee or chargeback")
    if day > tomorrow:
        yield record.error("settled_on", "the day has not come yet")
    if days.setdefault(batch, day) != day:
        yield record.error("settled_on", f"another row of batch {batch[1]} has another day")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Settle each batch; one that is on record with the same figures is left as it is."""
    batches: dict[tuple[str, str], _Rows] = {}
    for one in records:
        values = one.values
        rows = batches.setdefault((values["processor"], values["batch"]), _Rows(values["settled_on"]))
        if values["kind"] == "fee":
            rows.fee_cents += values["amount"]
        elif values["kind"] == "payment":
            rows.payments.append(values["payment"])
        else:
            rows.chargebacks.append(values["payment"])
    counts = {"settlements": 0, "payments": 0, "chargebacks": 0}
    for (processor, batch), rows in batches.items():
        wanted = Batch(processor, batch, rows.settled_on, rows.payments, rows.chargebacks, rows.fee_cents)
        before = settlement_of(session, processor, batch)
        try:
            settle(session, wanted, now=context.now, actor=context.source)
        except Problem as problem:
            if problem.code != "bad_input":
                raise
            raise Problem("bad_input", field=batch, reason=problem.details["reason"]) from problem
        if before is not None:
            counts["settlements_known_already"] = counts.get("settlements_known_already", 0) + 1
            continue
        counts["settlements"] += 1
        counts["payments"] += len(rows.payments)
        counts["chargebacks"] += len(rows.chargebacks)
    return counts
