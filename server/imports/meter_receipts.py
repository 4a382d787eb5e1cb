"""New meters as they are delivered, serial by serial: into the warehouse, with their delivery note."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from server.imports.context import (
    ImportContext,
    Record,
    column_values,
    insert_batches,
    insert_keyed,
    known,
)
from server.imports.fields import EMPTY, Day, Registers, RowSchema, Whole, choice, noon, text
from server.imports.premises import SERVICES
from server.imports.report import RowError
from workorders.metering.rooms import BENCH, WAREHOUSE
from workorders.problems import Problem
from workorders.tables import Meter, MeterMove

TO = (WAREHOUSE, BENCH)


class ReceiptRow(RowSchema):
    """Columns of the file of a delivery."""

    serial = text("serial number as it is stamped on the meter", 40, required=True)
    make = text("maker and model", 60, required=True)
    service = choice("what it measures", SERVICES, "water")
    size = text("size, for example 5/8", 20, required=True)
    dials = Whole(3, 9, required=True, metadata={"help": "dials of the register, 3 to 9"})
    multiplier = Whole(
        1, 1_000_000, load_default=1, metadata={"help": "units per count of the last dial (otherwise 1)"}
    )
    unit = text("unit of the register (otherwise gal)", 20, default="gal")
    endpoint = text("radio or AMI endpoint", 60)
    registers = Registers()
    delivery = text("number of the delivery note or purchase order", 60, required=True)
    received_on = Day(
        required=True, metadata={"help": "day it was received, YYYY-MM-DD"}, error_messages=EMPTY
    )
    place = choice("where it is put", TO, WAREHOUSE)


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Serials that are twice in the file or known to the district, and days that have not come."""
    first = context.memory("rows by serial in capitals")
    serials = column_values(records, "serial")
    places = known(session, Meter.serial, [*serials, *(one.upper() for one in serials)], Meter.status)
    today = context.now.astimezone(context.zone).date()
    for record in records:
        serial = record.get("serial")
        if serial is not None and first.setdefault(serial.upper(), record.number) != record.number:
            yield record.error("serial", f"“{serial}” is in row {first[serial.upper()]} already")
        room = places.get(serial or "") or places.get((serial or "").upper())
        if room is not None:
            problem = Problem("meter_serial_elsewhere", serial=serial, where=room.replace("_", " "))
            yield record.error("serial", problem.words, problem.code)
        if record.get("received_on") is not None and record.get("received_on") > today:
            yield record.error("received_on", "lies in the future")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Put the meters on record, each with the line of its history that says where it came from."""
    rows = [_meter(record.values) for record in records]
    ids = insert_keyed(session, (Meter.serial, Meter.id), rows, "writing meters", context)
    moves = [_received(ids[record.values["serial"].upper()], record.values, context) for record in records]
    insert_batches(session, MeterMove, moves, "writing receipts", context.progress)
    return {"meters": len(rows), "receipts": len(moves)}


def _meter(values: dict[str, Any]) -> dict[str, Any]:
    names = ("make", "service", "size", "dials", "multiplier", "unit", "endpoint")
    given = {name: values.get(name) for name in names}
    return given | {
        "serial": values["serial"].upper(),
        "status": values["place"],
        "van_technician_id": None,
        "registers": values.get("registers") or [],
    }


def _received(meter_id: int, values: dict[str, Any], context: ImportContext) -> dict[str, Any]:
    return {
        "meter_id": meter_id,
        "kind": "received",
        "at": noon(values["received_on"], context.zone),
        "recorded_at": context.now,
        "to_room": values["place"],
        "actor": context.actor[:80],
        "source": context.source,
        "reference": values["delivery"],
    }
