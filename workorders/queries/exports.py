"""What other systems get, kind by kind: rows of what never changes, by their ids, as plain values.

A row is a line of the journal or of a customer's receivable, money that reached an account, a read, a meter
set or removed, a change of a service, or of an order's state. Amounts are cents, instants UTC, states codes:
what was exported reads the same for ever, whoever asks in whatever language.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workorders.grammar.spreadsheet_text import safe_text
from workorders.problems import Problem
from workorders.queries import export_rows, recovery_rows
from workorders.queries.export_rows import Row
from workorders.tables import (
    AgencyEvent,
    ExportBatch,
    LateFee,
    OrderEvent,
    Posting,
    Read,
    RegisterRead,
    ServicePointEvent,
)


@dataclass(frozen=True, slots=True)
class Export:
    """One kind: its columns in order, the table whose ids are its watermark, and its rows by id."""

    kind: str
    columns: tuple[str, ...]
    key: InstrumentedAttribute[int]
    rows: Callable[[Session, int, int], Iterator[Row]]


EXPORTS: dict[str, Export] = {
    one.kind: one
    for one in (
        Export(
            "journal",
            (
                "posting_id",
                "entry_id",
                "source",
                "purpose",
                "effective_at",
                "recorded_at",
                "ledger",
                "party",
                "debit_cents",
                "credit_cents",
                "order",
                "reverses_entry_id",
            ),
            Posting.id,
            export_rows.journal,
        ),
        Export(
            "account_charges",
            (
                "posting_id",
                "account",
                "purpose",
                "source",
                "effective_at",
                "amount_cents",
                "order",
                "reverses_entry_id",
            ),
            Posting.id,
            export_rows.charges,
        ),
        Export(
            "reads",
            (
                "read_id",
                "meter",
                "service_point",
                "taken_at",
                "value",
                "kind",
                "source",
                "order",
                "supersedes_read_id",
            ),
            Read.id,
            export_rows.reads,
        ),
        Export(
            "receipts",
            (
                "posting_id",
                "account",
                "amount_cents",
                "at",
                "method",
                "receipt",
                "payment",
                "reference",
                "source",
            ),
            Posting.id,
            export_rows.receipts,
        ),
        Export(
            "register_reads",
            (
                "register_read_id",
                "meter",
                "register",
                "service_point",
                "at",
                "value",
                "kind",
                "source",
                "order",
                "flags",
                "supersedes_register_read_id",
            ),
            RegisterRead.id,
            export_rows.register_reads,
        ),
        Export(
            "meter_changes",
            ("read_id", "change", "meter", "size", "service_point", "at", "value", "order"),
            Read.id,
            export_rows.meter_changes,
        ),
        Export(
            "service_status",
            ("event_id", "service_point", "service", "state", "at", "source", "order"),
            ServicePointEvent.id,
            export_rows.service_status,
        ),
        Export(
            "order_states",
            (
                "event_id",
                "order",
                "type",
                "service_point",
                "account",
                "from_state",
                "to_state",
                "what",
                "at",
                "source",
            ),
            OrderEvent.id,
            export_rows.order_states,
        ),
        Export(
            "late_fees",
            (
                "late_fee_id",
                "account",
                "bill",
                "due_on",
                "on_day",
                "past_due_cents",
                "fee",
                "amount_cents",
            ),
            LateFee.id,
            recovery_rows.late_fees,
        ),
        Export(
            "agency",
            (
                "event_id",
                "agency",
                "change",
                "at",
                "account",
                "customer",
                "address",
                "phone",
                "email",
                "owed_cents",
            ),
            AgencyEvent.id,
            recovery_rows.agency,
        ),
    )
}


def highest_id(session: Session, export: Export) -> int:
    """The id up to which rows are there; 0 without any."""
    return session.scalar(select(func.max(export.key))) or 0


def csv_of(session: Session, export: Export, after: int, until: int) -> Iterator[str]:
    """The rows of a span as CSV lines (RFC 4180) with the columns' names on top.

    Text that a spreadsheet would compute gets an apostrophe before it (`grammar.spreadsheet_text`).
    """
    yield _line(export.columns)
    for row in export.rows(session, after, until):
        yield _line(["" if cell is None else cell for cell in row])


def _line(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(
        [safe_text(cell) if isinstance(cell, str) else cell for cell in cells]
    )
    return buffer.getvalue()


def record_of(session: Session, export: Export, number: int) -> dict[str, Any] | None:
    """The row with that id, as an object by column; None when there is none of that kind."""
    for row in export.rows(session, number - 1, number):
        return dict(zip(export.columns, row, strict=True))
    return None


def export_named(kind: str) -> Export:
    """The export of that kind. Raises Problem `not_found`."""
    found = EXPORTS.get(kind)
    if found is None:
        raise Problem("not_found", what="export", key=kind)
    return found


def find_batch(session: Session, kind: str, number: int) -> ExportBatch:
    """A batch that was made. Raises Problem `not_found`."""
    found = session.scalar(
        select(ExportBatch).where(ExportBatch.kind == export_named(kind).kind, ExportBatch.number == number)
    )
    if found is None:
        raise Problem("not_found", what="export batch", key=f"{kind} {number}")
    return found
