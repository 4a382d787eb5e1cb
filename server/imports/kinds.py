"""The kinds of files: columns, checks and writing of each."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from marshmallow import Schema
from sqlalchemy.orm import Session

from server.imports import (
    accounts,
    bank_statement,
    bills,
    cycles,
    forecast,
    meter_receipts,
    meters,
    notices,
    orders,
    payments,
    premises,
    reads,
    settlements,
    shifts,
    technicians,
)
from server.imports.context import ImportContext, Record
from server.imports.message_rows import read_orders, read_reads
from server.imports.report import RowError
from server.imports.table import Row, stream_table

TOGETHER = 10_000

Rows = Callable[[bytes, Iterable[str], Iterable[str], list[RowError], ZoneInfo], Iterator[Row]]
"""How a file is read: its bytes, the columns there are and those there must be, where faults go, and the zone
of the district's days."""


def _csv(
    data: bytes, columns: Iterable[str], required: Iterable[str], errors: list[RowError], _zone: ZoneInfo
) -> Iterator[Row]:
    return stream_table(data, columns, required, errors)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file may be about: its columns, its checks and its writing, by parts of a file in their order.

    What a row is held against of the parts before its own is in the context's `memory`.
    """

    name: str
    schema: type[Schema]
    check: Callable[[Session, Sequence[Record], ImportContext], Iterator[RowError]]
    write: Callable[[Session, Sequence[Record], ImportContext], dict[str, int]]
    read: Rows = _csv
    """The rows of a file, for a kind that comes in other forms than CSV too."""
    part: int = TOGETHER
    """Rows that are checked and written together."""


@dataclass(frozen=True, slots=True)
class LongKind:
    """The same for files of millions of rows, which are checked and written as they are read."""

    name: str
    schema: type[Schema]
    quick: Callable[[Row], Record | None]
    """What the schema makes of a row that has nothing unusual about it; None: ask the schema."""
    stream: Callable[
        [Session, Iterator[tuple[Record, list[RowError]]], ImportContext],
        tuple[dict[str, int], list[RowError], int],
    ]
    read: Rows = _csv


KINDS: dict[str, Kind | LongKind] = {
    kind.name: kind
    for kind in (
        Kind("premises", premises.PremiseRow, premises.check, premises.write),
        Kind("accounts", accounts.AccountRow, accounts.check, accounts.write),
        Kind("technicians", technicians.TechnicianRow, technicians.check, technicians.write),
        Kind("shifts", shifts.ShiftRow, shifts.check, shifts.write),
        Kind("meters", meters.MeterRow, meters.check, meters.write),
        Kind("meter-receipts", meter_receipts.ReceiptRow, meter_receipts.check, meter_receipts.write),
        LongKind("reads", reads.ReadRow, reads.quick, reads.stream, read_reads),
        Kind("orders", orders.OrderRow, orders.check, orders.write, read_orders),
        Kind("bills", bills.BillRow, bills.check, bills.write),
        Kind("payments", payments.PaymentRow, payments.check, payments.write),
        Kind(
            "settlements",
            settlements.SettlementRow,
            settlements.check,
            settlements.write,
            part=sys.maxsize,
        ),
        Kind(
            "bank-statement",
            bank_statement.BankStatementRow,
            bank_statement.check,
            bank_statement.write,
            bank_statement.read,
            # A statement is taken in whole: its days and lines belong together.
            sys.maxsize,
        ),
        Kind("notices", notices.NoticeRow, notices.check, notices.write),
        # A year is taken in whole: its periods are written beside those that are there.
        Kind("billing-cycles", cycles.BillingCycleRow, cycles.check, cycles.write, part=sys.maxsize),
        Kind("premise-cycles", cycles.PremiseCycleRow, cycles.check_premises, cycles.write_premises),
        Kind("forecast", forecast.ForecastRow, forecast.check, forecast.write),
    )
}
