"""Posted facts as messages of IEC 61968-9 (2nd edition): the mapping is docs/messages.md, line by line."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from server.exports.messages.document import Document, Wrapper

MESSAGE = "http://iec.ch/TC57/2011/schema/message"
PAYLOAD = "http://iec.ch/TC57/2011/{noun}#"
Record = Mapping[str, Any]
COMMODITIES = {"electric": "1", "water": "9", "wastewater": "11"}
"""CommodityKind of a service; another has no code."""
UNITS = {
    "gal": ("0", "128"),
    "kgal": ("3", "128"),
    "ft3": ("0", "119"),
    "cf": ("0", "119"),
    "ccf": ("2", "119"),
    "m3": ("0", "42"),
    "kwh": ("3", "72"),
    "wh": ("0", "72"),
}
"""Unit of a register → power of ten, and code of the unit."""
QUALITIES = {"estimated": "2.8.0"}
VALID, EDITED = "2.0.0", "2.7.0"
CONNECTED, DISCONNECTED = "31.0.42", "31.0.68"
"""RCD switch connected and disconnected, without the type of device."""
DEVICES = {"electric": "3"}
"""Type of end device; 0 (not applicable) where the standard's table was not at hand."""


def document_of(kind: str, records: Iterable[Record], *, key: str, at: datetime, source: str) -> Document:
    """The message of an export batch; `key` is its own id, `at` when the batch was made."""
    noun, verb, item, mapped = _NOUNS[kind]
    header = {
        "Verb": verb,
        "Noun": noun,
        "Revision": "2.0",
        "Timestamp": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "Source": source,
        "MessageID": key,
    }
    wrappers = (
        Wrapper("Message", MESSAGE, {"Header": header}),
        Wrapper("Payload"),
        Wrapper(noun, PAYLOAD.format(noun=noun)),
    )
    return Document(wrappers, item, _each(mapped, records))


def reading_type(service: str | None, unit: str | None) -> str | None:
    """The code of a register's reading; None where service or unit has none."""
    commodity, known = COMMODITIES.get(service or ""), UNITS.get((unit or "").lower())
    if commodity is None or known is None:
        return None
    kind = "12" if service == "electric" else "58"
    return f"0.0.0.1.1.{commodity}.{kind}.0.0.0.0.0.0.0.0.{known[0]}.{known[1]}.0"


def _reading(row: Record) -> Mapping[str, Any]:
    quality = EDITED if row["supersedes_read_id"] else QUALITIES.get(row["kind"], VALID)
    code = reading_type(row["meter_service"], row["unit"])
    return {
        "Meter": _named(row["meter"], "SerialNumber"),
        "Readings": {
            "source": f"read:{row['read_id']}",
            "timeStamp": row["taken_at"],
            "value": row["value"],
            "ReadingQualities": {"ReadingQualityType": {"@ref": quality}},
            "ReadingType": {"@ref": code} if code else _named(row["unit"], "Unit"),
        },
        "UsagePoint": _named(row["service_point"], "ServicePoint"),
    }


def _meter(row: Record) -> Mapping[str, Any]:
    put_in = row["change"] == "set"
    return {
        **_named(row["meter"], "SerialNumber"),
        "lifecycle": {"installationDate" if put_in else "removalDate": row["at"]},
        "ConfigurationEvents": {
            "createdDateTime": row["at"],
            "reason": row["change"],
            "remark": row["order"],
        },
        "Readings": {"source": f"read:{row['read_id']}", "timeStamp": row["at"], "value": row["value"]},
        "UsagePoint": _named(row["service_point"], "ServicePoint"),
    }


def _event(row: Record) -> Mapping[str, Any]:
    what = CONNECTED if row["state"] == "on" else DISCONNECTED
    return {
        "mRID": f"service_status:{row['event_id']}",
        "createdDateTime": row["at"],
        "reason": row["state"],
        "EndDeviceEventType": {"@ref": f"{DEVICES.get(row['service'], '0')}.{what}"},
        "UsagePoint": _named(row["service_point"], "ServicePoint"),
        "WorkOrder": _named(row["order"], "WorkOrder") if row["order"] else None,
    }


def _named(name: Any, kind: str) -> dict[str, Any]:
    return {"Names": {"name": name, "NameType": {"name": kind}}}


def _each(mapped: Any, records: Iterable[Record]) -> Iterator[Mapping[str, Any]]:
    return (mapped(row) for row in records)


_NOUNS = {
    "reads": ("MeterReadings", "created", "MeterReading", _reading),
    "meter_changes": ("MeterConfig", "changed", "Meter", _meter),
    "service_status": ("EndDeviceEvents", "created", "EndDeviceEvent", _event),
}
"""Export → noun, verb, item, and what makes an item of a row."""
