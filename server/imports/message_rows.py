"""Rows of an import out of messages: readings, and requests to connect and disconnect (docs/messages.md)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from server.imports.message_nodes import Node, NotAMessage, every, is_message, nodes_of, text_at
from server.imports.report import RowError
from server.imports.table import Row, stream_table
from workorders.catalogue import type_changing
from workorders.judgement.traits import ServiceChange

Cells = dict[str, str | None]
ACTIONS = {
    "connect": type_changing(ServiceChange.START).code,
    "disconnect": type_changing(ServiceChange.STOP).code,
}
CONTROLS = {"18": "connect", "42": "connect", "23": "disconnect", "68": "disconnect"}
"""Last part of an EndDeviceControlType: what is asked for."""
KINDS = {"start": "special", "actual": "actual", "special": "special", "final": "final"}
ESTIMATED = ("8",)
"""Second part of a ReadingQualityType."""


def read_reads(
    data: bytes, columns: Iterable[str], required: Iterable[str], errors: list[RowError], zone: ZoneInfo
) -> Iterator[Row]:
    """CSV, MeterReadings of IEC 61968-9, or a ReadingChangedNotification of MultiSpeak."""
    if not is_message(data):
        return stream_table(data, columns, required, errors)
    found = (("MeterReading", _iec_reading), ("meterReading", _multispeak_reading))
    return _rows(data, found, errors, zone)


def read_orders(
    data: bytes, columns: Iterable[str], required: Iterable[str], errors: list[RowError], zone: ZoneInfo
) -> Iterator[Row]:
    """CSV, EndDeviceControls of IEC 61968-9, or an InitiateConnectDisconnect of MultiSpeak."""
    if not is_message(data):
        return stream_table(data, columns, required, errors)
    found = (("EndDeviceControl", _iec_control), ("connectDisconnectEvent", _multispeak_event))
    return _rows(data, found, errors, zone)


def _rows(
    data: bytes,
    items: Iterable[tuple[str, Callable[[Node, ZoneInfo], Iterator[Cells]]]],
    errors: list[RowError],
    zone: ZoneInfo,
) -> Iterator[Row]:
    """The items of a message as rows; item 1 is row 2, as after a header."""
    try:
        message = nodes_of(data)
    except NotAMessage as error:
        errors.append(RowError(1, "", "bad_input", str(error)))
        return
    number = 1
    for name, cells_of in items:
        for item in every(message, name):
            for cells in cells_of(item, zone):
                number += 1
                yield Row(number, {column: cell for column, cell in cells.items() if cell})


def _iec_reading(item: Node, zone: ZoneInfo) -> Iterator[Cells]:
    readings = item.get("Readings") if isinstance(item, dict) else None
    for reading in readings if isinstance(readings, list) else [readings]:
        quality = text_at(reading, "ReadingQualities/ReadingQualityType/@ref") or ""
        yield {
            "serial": text_at(item, "Meter/Names/name") or text_at(item, "Meter/mRID"),
            "read_on": _day(text_at(reading, "timeStamp"), zone),
            "value": _whole(text_at(reading, "value")),
            "kind": "estimated" if quality.split(".")[1:2] in ([one] for one in ESTIMATED) else "actual",
        }


def _multispeak_reading(item: Node, zone: ZoneInfo) -> Iterator[Cells]:
    value = "readingValues/readingValue"
    kind = (text_at(item, f"{value}/readingType") or "actual").lower()
    yield {
        "serial": text_at(item, "meterID/@meterNo") or text_at(item, "meterNo"),
        "read_on": _day(text_at(item, f"{value}/timeStamp"), zone),
        "value": _whole(text_at(item, f"{value}/value")),
        # What is not known stays as it is, to be named as a fault of its row.
        "kind": KINDS.get(kind, kind),
    }


def _iec_control(item: Node, zone: ZoneInfo) -> Iterator[Cells]:
    asked = (text_at(item, "EndDeviceControlType/@ref") or "").rpartition(".")[2]
    due = text_at(item, "scheduledInterval/end") or text_at(item, "scheduledInterval/start")
    yield _order(CONTROLS.get(asked), _point(item), due, text_at(item, "reason"), zone)


def _multispeak_event(item: Node, zone: ZoneInfo) -> Iterator[Cells]:
    asked = (text_at(item, "loadActionCode") or "").lower()
    due = text_at(item, "scheduledDate")
    yield _order(asked, text_at(item, "servicePointID"), due, text_at(item, "reason"), zone)


def _order(asked: str | None, point: str | None, due: str | None, why: str | None, zone: ZoneInfo) -> Cells:
    day = _day(due, zone)
    return {
        # An action that is none of the two is named as a fault of its row, not passed over.
        "type": ACTIONS.get(asked or "", asked or "?"),
        "service_point": point,
        "due_on": day,
        "extra.stop_date": day if asked == "disconnect" else None,
        "extra.start_date": day if asked == "connect" else None,
        # Nobody says so in a message; the ledger is asked.
        "extra.fees_paid": "no" if asked == "connect" else None,
        "instructions": why,
    }


def _point(item: Node) -> str | None:
    return text_at(item, "UsagePoints/Names/name") or text_at(item, "UsagePoint/Names/name")


def _day(text: str | None, zone: ZoneInfo) -> str | None:
    """The day in the district of an instant; what is no instant stays as it is."""
    try:
        at = datetime.fromisoformat(text or "")
        return (at if at.tzinfo is None else at.astimezone(zone)).date().isoformat()
    except (ValueError, OverflowError):
        return text


def _whole(text: str | None) -> str | None:
    """104233.000 as 104233: dials show whole counts, whatever the sender's program writes."""
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return text
    whole = number.is_finite() and abs(number) < 10**12 and number == number.to_integral_value()
    return str(int(number)) if whole else text
