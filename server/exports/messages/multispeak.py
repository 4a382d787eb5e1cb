"""Posted facts as notifications of MultiSpeak 5: the mapping is docs/messages.md, line by line."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from server.exports.messages.document import Document, Wrapper

NAMESPACE = "http://www.multispeak.org/V5.0"
Record = Mapping[str, Any]
SERVICES = {"electric": "Electric", "water": "Water", "wastewater": "WasteWater", "fibre": "Broadband"}


def document_of(kind: str, records: Iterable[Record], *, key: str, at: datetime, source: str) -> Document:
    """The notification of an export batch; `key` is its own id, `at` when the batch was made."""
    name, around, item, mapped = _NOTIFICATIONS[kind]
    header = {
        "MultiSpeakVersion": {"MajorVersion": 5, "MinorVersion": 0},
        "Caller": {"AppName": "Curbstop", "Company": source},
        "MessageID": key,
        "TimeStamp": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    wrappers = (
        Wrapper(name, NAMESPACE, {"MultiSpeakRequestMsgHeader": header}),
        Wrapper(around),
    )
    return Document(wrappers, item, mapped(records))


def _readings(records: Iterable[Record]) -> Iterator[Mapping[str, Any]]:
    for row in records:
        superseded = row["supersedes_read_id"]
        yield {
            "@objectID": f"read:{row['read_id']}",
            "@verb": "Change" if superseded else "New",
            "meterID": {"@meterNo": row["meter"], "@serviceType": SERVICES.get(row["meter_service"])},
            "servicePointID": row["service_point"],
            "readingValues": {
                "readingValue": {
                    "timeStamp": row["taken_at"],
                    "value": row["value"],
                    "units": row["unit"],
                    "readingType": row["kind"],
                }
            },
            "replacesObjectID": f"read:{superseded}" if superseded else None,
            "workOrderNumber": row["order"],
        }


def _exchanges(records: Iterable[Record]) -> Iterator[Mapping[str, Any]]:
    """A meter out and a meter in of one order are one exchange; otherwise a side is missing."""
    for _order, rows in groupby(records, lambda row: (row["order"] or row["read_id"], row["service_point"])):
        sides: dict[str, Record] = {}
        for row in rows:
            if row["change"] in sides:
                yield _exchange(sides)
                sides = {}
            sides[row["change"]] = row
        yield _exchange(sides)


def _exchange(sides: Mapping[str, Record]) -> Mapping[str, Any]:
    one = sides.get("set") or sides["removed"]
    out, into = sides.get("removed"), sides.get("set")
    return {
        "@objectID": f"meter_change:{one['read_id']}",
        "servicePointID": one["service_point"],
        "exchangeDate": one["at"],
        "outMeter": _side(out, "finalReading") if out else None,
        "replacementMeter": _side(into, "initialReading") if into else None,
        "workOrderNumber": one["order"],
    }


def _side(row: Record, reading: str) -> Mapping[str, Any]:
    return {
        "@objectID": f"read:{row['read_id']}",
        "meterNo": row["meter"],
        "meterSize": row["size"],
        reading: {"timeStamp": row["at"], "value": row["value"], "units": row["unit"]},
    }


def _states(records: Iterable[Record]) -> Iterator[Mapping[str, Any]]:
    for row in records:
        yield {
            "@objectID": f"service_status:{row['event_id']}",
            "servicePointID": row["service_point"],
            "serviceType": SERVICES.get(row["service"]),
            "connectDisconnectStatus": "Connected" if row["state"] == "on" else "Disconnected",
            "reason": row["state"],
            "eventTime": row["at"],
            "workOrderNumber": row["order"],
        }


_NOTIFICATIONS = {
    "reads": ("ReadingChangedNotification", "changedMeterReads", "meterReading", _readings),
    "meter_changes": ("MeterExchangeNotification", "meterExchanges", "meterExchange", _exchanges),
    "service_status": ("CDStateChangedNotification", "stateChanges", "CDStateChange", _states),
}
"""Export → notification, what is around its items, an item, and what makes items of rows."""
