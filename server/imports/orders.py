"""Orders: rows are raised by a use case that asks the same rules as the one of the CSR page.

The type's own input comes in columns named `extra.<field>`, one for each field of the catalogue.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.context import (
    BATCH,
    ImportContext,
    Record,
    RowsRejected,
    column_values,
    known,
    rows_at,
)
from server.imports.fields import (
    Day,
    Decimal,
    Instant,
    RowSchema,
    Whole,
    YesNo,
    localised,
    next_midnight,
    text,
)
from server.imports.report import RowError
from workorders.catalogue import CATALOGUE
from workorders.judgement.answers import extra_schema
from workorders.judgement.descriptors import FieldType, OrderType
from workorders.judgement.lifecycle import ACTIVE
from workorders.problems import Problem
from workorders.tables import Account, Order, ServicePoint
from workorders.usecases.orders.many import raise_orders
from workorders.usecases.orders.orders import OrderRequest

EXTRA = "extra."
_COLUMN_OF = {
    "unknown_order_type": "type",
    "cut_not_allowed": "service_point",
    "service_order_active": "service_point",
}


def _yes_no(cell: str, _context: ImportContext) -> Any:
    return YesNo().deserialize(cell)


def _instant(cell: str, context: ImportContext) -> Any:
    return localised(Instant().deserialize(cell), context.zone).isoformat()


def _whole(cell: str, _context: ImportContext) -> Any:
    return Whole(-(10**12), 10**12).deserialize(cell)


def _whole_numbers(cell: str, context: ImportContext) -> Any:
    return [_whole(part, context) for part in cell.split()]


def _number(cell: str, _context: ImportContext) -> Any:
    return Decimal().deserialize(cell)


def _as_written(cell: str, _context: ImportContext) -> Any:
    return cell


_FROM_TEXT: dict[FieldType, Callable[[str, ImportContext], Any]] = {
    FieldType.TEXT: _as_written,
    FieldType.SERIAL: _as_written,
    FieldType.CHOICE: _as_written,
    FieldType.DATE: _as_written,
    FieldType.NUMBER: _number,
    FieldType.READ: _whole,
    FieldType.CENTS: _whole,
    FieldType.YES_NO: _yes_no,
    FieldType.INSTANT: _instant,
    FieldType.IDS: _whole_numbers,
}
"""How a cell becomes the value that the type's own schema checks; kinds that are not here have no column."""


class _Row(RowSchema):
    type = text(f"order type: {', '.join(CATALOGUE)}", 40, required=True)
    service_point = text("number of the service point", 40, required=True)
    account = text("number of the account (otherwise the one that answers for the service point)", 40)
    priority = Whole(
        0,
        100,
        load_default=50,
        metadata={"help": "0 (whenever) to 100 (emergency); otherwise 50"},
    )
    due_on = Day(metadata={"help": "last day on which it should be done, YYYY-MM-DD"})
    appointment_from = Instant(
        metadata={"help": "start of the appointment, YYYY-MM-DDTHH:MM in the district"}
    )
    appointment_until = Instant(metadata={"help": "end of the appointment"})
    instructions = text("what the technician should know", 2_000)
    no_charge = YesNo(load_default=False, metadata={"help": "no fee is charged (yes or no; otherwise no)"})


def _extra_fields() -> dict[str, fields.Field[Any]]:
    """A text column for every extra field that a cell can hold, saying which types take it."""
    owners: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for order_type in CATALOGUE.values():
        for spec in order_type.extra:
            if spec.type in _FROM_TEXT:
                owners.setdefault(spec.name, []).append(order_type.code)
                titles.setdefault(spec.name, spec.title)
    return {
        EXTRA + name: text(f"{titles[name]} ({', '.join(types)})", 2_000)
        for name, types in sorted(owners.items())
    }


OrderRow = _Row.from_dict(_extra_fields(), name="OrderRow")
"""Columns of the orders file."""


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What can be said before anything is raised: unknown names, doubles, and the type's own input."""
    points = known(session, ServicePoint.number, column_values(records, "service_point"), ServicePoint.id)
    accounts = known(session, Account.number, column_values(records, "account"), Account.id)
    active = _active_orders(session, points)
    imported = select(Order.number).where(Order.requested_by == context.source).limit(1)
    before = context.memory("imported before")
    if not before:
        before["order"] = session.scalar(imported)
        if before["order"] is not None:
            words = f"this file was imported before; its first order is {before['order']}"
            yield RowError(1, "", "bad_input", words)
    if before["order"] is not None:
        return
    first = context.memory("rows by type and service point")
    for record in records:
        code, point = record.get("type"), record.get("service_point")
        if point is not None and point not in points:
            yield record.error("service_point", f"there is no service point {point}")
        if record.get("account") is not None and record.get("account") not in accounts:
            yield record.error("account", f"there is no account {record.get('account')}")
        if code is None:
            continue
        order_type = CATALOGUE.get(code)
        if order_type is None:
            problem = Problem("unknown_order_type", type=code, known=", ".join(CATALOGUE))
            yield record.error("type", problem.words, problem.code)
            continue
        yield from _extra(record, order_type, context)[1]
        if point is not None:
            yield from _doubles(record, (code, point), first, active)


def _doubles(
    record: Record,
    key: tuple[str, str],
    first: dict[tuple[str, str], int],
    active: dict[tuple[str, str], str],
) -> Iterator[RowError]:
    if key in active:
        yield record.error("service_point", f"{key[1]} has the active order {active[key]} of this type")
    if first.setdefault(key, record.number) != record.number:
        yield record.error("service_point", f"row {first[key]} asks for the same type there")


def _active_orders(session: Session, points: dict[str, int]) -> dict[tuple[str, str], str]:
    """The number of the active order by type and service point."""
    query = select(Order.service_point_id, Order.type, Order.number).where(Order.state.in_(ACTIVE))
    rows = rows_at(session, points, query, Order.service_point_id)
    return {(str(code), point): str(number) for point, (code, number) in rows}


def _extra(
    record: Record, order_type: OrderType, context: ImportContext
) -> tuple[dict[str, Any], list[RowError]]:
    """The type's own input as its schema takes it, and every cell that does not fit."""
    specs = {spec.name: spec for spec in order_type.extra}
    extra: dict[str, Any] = {}
    errors = []
    # marshmallow takes the dot of a column's name for a nested object.
    for name, cell in (record.get("extra") or {}).items():
        column = EXTRA + name
        if name not in specs:
            errors.append(record.error(column, f"{order_type.code} has no such input"))
            continue
        try:
            extra[name] = _FROM_TEXT[specs[name].type](cell, context)
        except ValidationError as error:
            errors.append(record.error(column, str(error.messages[0])))
    refused = {error.column for error in errors}
    # What avoids a cut, and the notices it rests on, are filled in when it is raised.
    partial = order_type.needs_authority
    for name, words in extra_schema(order_type).validate(extra, partial=partial).items():
        if EXTRA + str(name) not in refused:
            errors.append(
                record.error(EXTRA + str(name), str(words[0] if isinstance(words, list) else words))
            )
    return extra, errors


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Raise every order. Raises RowsRejected with what the rules said against any of them."""
    errors = []
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        points = known(session, ServicePoint.number, column_values(batch, "service_point"), ServicePoint.id)
        requests = [_request(record, points[record.values["service_point"]], context) for record in batch]
        answers = raise_orders(session, requests, now=context.now, actor=context.source)
        errors += [
            _row_error(record, problem)
            for record, problem in zip(batch, answers, strict=True)
            if problem is not None
        ]
        context.progress("raising orders", start + len(batch), len(records))
    if errors:
        raise RowsRejected(errors)
    return {"orders": len(records)}


def _request(record: Record, point_id: int, context: ImportContext) -> OrderRequest:
    def instant(column: str) -> datetime | None:
        given = record.get(column)
        return None if given is None else localised(given, context.zone)

    due = record.get("due_on")
    return OrderRequest(
        type=record.values["type"],
        service_point_id=point_id,
        account_number=record.get("account"),
        priority=record.values["priority"],
        due_until=None if due is None else next_midnight(due, context.zone),
        appointment_from=instant("appointment_from"),
        appointment_until=instant("appointment_until"),
        instructions=record.get("instructions"),
        extra=_extra(record, CATALOGUE[record.values["type"]], context)[0],
        no_charge=record.values["no_charge"],
    )


def _row_error(record: Record, problem: Problem) -> RowError:
    column = _COLUMN_OF.get(problem.code, "")
    if problem.details.get("field"):
        column = str(problem.details.get("field", ""))
    return record.error(column, problem.words, problem.code)
