"""Meters: in stock, on a van, or installed at a service point with the read they started from."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.context import (
    ImportContext,
    Record,
    column_values,
    insert_batches,
    insert_keyed,
    known,
    repeated,
    rows_at,
)
from server.imports.fields import Day, Registers, RowSchema, Whole, YesNo, choice, noon, text
from server.imports.premises import SERVICES
from server.imports.report import RowError
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import Installation, Meter, Read, ServicePoint, Technician

STATUSES = ("installed", "in_stock", "in_van", "held", "retired")
INSTALLED_COLUMNS = ("service_point", "installed_on", "start_read")
HIGHEST_READ = 10**9 - 1


class MeterRow(RowSchema):
    """Columns of the meters file."""

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
    remote_switch = YesNo(
        load_default=False, metadata={"help": "the head-end can switch it (yes or no; otherwise no)"}
    )
    status = choice("where the meter is", STATUSES, "installed")
    technician = text("id of the technician whose van carries it; needed for in_van", 20)
    service_point = text("number of an existing service point; needed when installed", 40)
    installed_on = Day(metadata={"help": "day it was installed, YYYY-MM-DD; needed when installed"})
    start_read = Whole(
        0, HIGHEST_READ, metadata={"help": "what the dials showed then; needed when installed"}
    )
    last_read = Whole(0, HIGHEST_READ, metadata={"help": "the newest read; with last_read_on"})
    last_read_on = Day(metadata={"help": "day of the newest read; with last_read"})


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What no single row can show: serials that are elsewhere, points that have a meter, unknown names."""
    yield from repeated(records, "serial", context)
    yield from repeated(
        [record for record in records if record.get("status") == "installed"], "service_point", context
    )
    elsewhere = _whereabouts(session, column_values(records, "serial"))
    points = known(
        session,
        ServicePoint.number,
        column_values(records, "service_point"),
        ServicePoint.id,
        ServicePoint.service,
    )
    metered = _metered(session, {number: point_id for number, (point_id, _) in points.items()})
    technicians = known(session, Technician.id, column_values(records, "technician"), Technician.name)
    for record in records:
        serial, point = record.get("serial"), record.get("service_point")
        if serial in elsewhere:
            problem = Problem("meter_serial_elsewhere", serial=serial, where=elsewhere[serial])
            yield record.error("serial", problem.words, problem.code)
        if point is not None and point not in points:
            yield record.error("service_point", f"there is no service point {point}")
        elif point is not None and record.get("status") == "installed":
            if point in metered:
                yield record.error("service_point", f"{point} has meter {metered[point]} already")
            if "service" not in record.faulty and points[point][1] != record.get("service"):
                yield record.error("service", f"{point} is a service point for {points[point][1]}")
        if record.get("technician") is not None and record.get("technician") not in technicians:
            yield record.error("technician", f"there is no technician {record.get('technician')}")
        yield from _status_faults(record)
        yield from _figure_faults(record, context)


def _status_faults(record: Record) -> Iterator[RowError]:
    """Which columns a status needs, and which it leaves no room for."""
    status = record.get("status")
    if status == "installed":
        for column in INSTALLED_COLUMNS:
            if record.get(column) is None and column not in record.faulty:
                yield record.error(column, "is needed when the meter is installed")
    elif status is not None:
        for column in (*INSTALLED_COLUMNS, "last_read", "last_read_on"):
            if record.get(column) is not None:
                yield record.error(column, f"is given, but the meter is {status}")
    carried = record.get("technician") is not None
    if (status == "in_van") != carried and not {"status", "technician"} & record.faulty:
        yield record.error("technician", "is needed for in_van, and only then")


def _figure_faults(record: Record, context: ImportContext) -> Iterator[RowError]:
    """What reads and days of one row say against each other."""
    if (record.get("last_read") is None) != (record.get("last_read_on") is None) and not record.faulty:
        yield record.error("last_read_on", "last_read and last_read_on come together")
    dials = record.get("dials")
    for column in ("start_read", "last_read"):
        if dials is not None and (record.get(column) or 0) >= 10**dials:
            yield record.error(column, f"does not fit on {dials} dials")
    installed, read_on = record.get("installed_on"), record.get("last_read_on")
    if installed is not None and read_on is not None and read_on < installed:
        yield record.error("last_read_on", f"is before installed_on {installed}")
    today = context.now.astimezone(context.zone).date()
    for column in ("installed_on", "last_read_on"):
        if record.get(column) is not None and record.get(column) > today:
            yield record.error(column, "lies in the future")


def _whereabouts(session: Session, serials: Sequence[str]) -> dict[str, str]:
    """Where each known serial is now, in words."""
    found = known(session, Meter.serial, serials, Meter.status, Meter.van_technician_id)
    places = {
        serial: f"van of {van}" if van is not None else status.replace("_", " ")
        for serial, (status, van) in found.items()
    }
    numbers = sorted(serial for serial, (status, _) in found.items() if status == "installed")
    for part in pieces(numbers):
        rows = session.execute(
            select(Meter.serial, ServicePoint.number)
            .join(Installation, Installation.meter_id == Meter.id)
            .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
            .where(Installation.removed_at.is_(None), Meter.serial.in_(part))
        )
        places.update({serial: f"service point {point}" for serial, point in rows})
    return places


def _metered(session: Session, points: dict[str, int]) -> dict[str, str]:
    """The serial of the meter that is installed at each service point now."""
    query = (
        select(Installation.service_point_id, Meter.serial)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(Installation.removed_at.is_(None))
    )
    return {
        point: str(serial)
        for point, (serial,) in rows_at(session, points, query, Installation.service_point_id)
    }


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Insert meters, open installations, and their start and newest reads."""
    meters = insert_keyed(
        session,
        (Meter.serial, Meter.id),
        [_meter(record.values) for record in records],
        "writing meters",
        context,
    )
    installed = [
        (meters[record.values["serial"]], record.values)
        for record in records
        if record.values["status"] == "installed"
    ]
    points = known(session, ServicePoint.number, (v["service_point"] for _, v in installed), ServicePoint.id)
    installations = [
        {
            "meter_id": meter_id,
            "service_point_id": points[values["service_point"]],
            "installed_at": noon(values["installed_on"], context.zone),
            "start_read": values["start_read"],
            "source": context.source,
        }
        for meter_id, values in installed
    ]
    insert_batches(session, Installation, installations, "writing installations", context.progress)
    reads = [
        read
        for meter_id, values in installed
        for read in _reads(meter_id, points[values["service_point"]], values, context)
    ]
    insert_batches(session, Read, reads, "writing reads", context.progress)
    return {"meters": len(meters), "installations": len(installations), "reads": len(reads)}


def _meter(values: dict[str, Any]) -> dict[str, Any]:
    names = ("serial", "make", "service", "size", "dials", "multiplier", "unit", "endpoint", "status")
    given = {name: values.get(name) for name in names}
    return given | {
        "van_technician_id": values.get("technician"),
        "registers": values.get("registers") or [],
        "remote_switch": bool(values.get("remote_switch")),
    }


def _reads(
    meter_id: int, point_id: int, values: dict[str, Any], context: ImportContext
) -> Iterator[dict[str, Any]]:
    reads = [("start", values["start_read"], values["installed_on"])]
    if values.get("last_read") is not None:
        reads.append(("actual", values["last_read"], values["last_read_on"]))
    for kind, value, day in reads:
        yield {
            "meter_id": meter_id,
            "service_point_id": point_id,
            "taken_at": noon(day, context.zone),
            "value": value,
            "kind": kind,
            "source": context.source,
            "flags": [],
        }
