"""Messages of MultiSpeak and IEC 61968-9: what was posted goes out, and readings and requests come in."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from server.commands.export import export_command
from server.config import Config
from server.db import session_factory
from server.exports.messages import KINDS, STANDARDS, batch_message
from server.imports import ImportReport, import_rows
from tests.conftest import NOW
from tests.integration.exchange.small_reader import at, iec_xml, multispeak_xml, same_as_json
from tests.integration.exchange.test_webhooks import worked
from tests.integration.imports.conftest import ACCOUNTS, CHICAGO, METERS, PREMISES, Load
from tests.integration.imports.conftest import load as load  # noqa: PLC0414 - a fixture
from tests.integration.imports.conftest import sessions as sessions  # noqa: PLC0414 - a fixture
from tests.integration.usecases import world
from workorders.queries.exports import EXPORTS
from workorders.tables import Order, Read, ServicePoint
from workorders.usecases.exchange.export_batches import make_batch


@pytest.fixture
def messages(engine: Engine) -> Any:
    """What each kind's first batch says, by standard and form, with the rows of its export."""
    with session_factory(engine)() as session:
        world.build(session, households=6)
        worked(session)
        found: dict[tuple[str, str, str], str] = {}
        rows: dict[str, list[dict[str, Any]]] = {}
        for kind in KINDS:
            batch = make_batch(session, kind, now=NOW, actor="curbstop")
            assert batch is not None
            export = EXPORTS[kind]
            span = export.rows(session, batch.after_id, batch.until_id)
            rows[kind] = [dict(zip(export.columns, row, strict=True)) for row in span]
            for standard in STANDARDS:
                for form in ("xml", "json"):
                    parts = batch_message(session, batch, standard, form, district="Demo & Falls")
                    found[kind, standard, form] = "".join(parts)
        session.commit()
    return found, rows


def test_iec_says_what_the_exports_say(messages: Any) -> None:
    found, rows = messages
    header, readings = iec_xml(found["reads", "iec61968", "xml"])
    assert (header["Verb"], header["Noun"], header["Source"]) == ("created", "MeterReadings", "Demo & Falls")
    assert header["MessageID"] == "curbstop:reads:1"
    assert [
        (at(one, "Meter/Names/name"), at(one, "Readings/value"), at(one, "Readings/timeStamp"))
        for one in readings
    ] == [(row["meter"], str(row["value"]), row["taken_at"]) for row in rows["reads"]]
    codes = {at(one, "Readings/ReadingType/@ref") for one in readings}
    assert codes == {"0.0.0.1.1.9.58.0.0.0.0.0.0.0.0.0.128.0"}
    same_as_json(
        readings, found["reads", "iec61968", "json"], "Message", "Payload", "MeterReadings", "MeterReading"
    )

    _, meters = iec_xml(found["meter_changes", "iec61968", "xml"])
    assert [
        ("removed" if at(one, "lifecycle/removalDate") else "set", at(one, "Names/name")) for one in meters
    ] == [(row["change"], row["meter"]) for row in rows["meter_changes"]]
    same_as_json(
        meters, found["meter_changes", "iec61968", "json"], "Message", "Payload", "MeterConfig", "Meter"
    )

    _, events = iec_xml(found["service_status", "iec61968", "xml"])
    assert [
        (at(one, "mRID"), at(one, "UsagePoint/Names/name"), at(one, "EndDeviceEventType/@ref"))
        for one in events
    ] == [
        (
            f"service_status:{row['event_id']}",
            row["service_point"],
            "0.31.0.42" if row["state"] == "on" else "0.31.0.68",
        )
        for row in rows["service_status"]
    ]


def test_multispeak_says_what_the_exports_say(messages: Any) -> None:
    found, rows = messages
    name, readings = multispeak_xml(found["reads", "multispeak", "xml"])
    assert name == "ReadingChangedNotification"
    assert [
        (at(one, "meterID/@meterNo"), at(one, "readingValues/readingValue/value")) for one in readings
    ] == [(row["meter"], str(row["value"])) for row in rows["reads"]]
    same_as_json(
        readings,
        found["reads", "multispeak", "json"],
        "ReadingChangedNotification",
        "changedMeterReads",
        "meterReading",
    )

    name, [exchange] = multispeak_xml(found["meter_changes", "multispeak", "xml"])
    out, into = rows["meter_changes"]
    assert name == "MeterExchangeNotification"
    assert at(exchange, "outMeter/meterNo") == out["meter"]
    assert at(exchange, "outMeter/finalReading/value") == str(out["value"])
    assert at(exchange, "replacementMeter/meterNo") == into["meter"]
    assert at(exchange, "workOrderNumber") == out["order"] == into["order"]

    name, states = multispeak_xml(found["service_status", "multispeak", "xml"])
    assert name == "CDStateChangedNotification"
    assert [at(one, "connectDisconnectStatus") for one in states] == [
        "Connected" if row["state"] == "on" else "Disconnected" for row in rows["service_status"]
    ]


@pytest.fixture
def district(load: Load) -> Load:
    for kind, text in (("premises", PREMISES), ("accounts", ACCOUNTS), ("meters", METERS)):
        assert load(kind, text).written
    return load


IEC_READINGS = """<?xml version="1.0"?>
<m:Message xmlns:m="http://iec.ch/TC57/2011/schema/message" xmlns="http://iec.ch/TC57/2011/MeterReadings#">
 <m:Header><m:Verb>created</m:Verb><m:Noun>MeterReadings</m:Noun></m:Header>
 <m:Payload><MeterReadings>
  <MeterReading>
   <Meter><Names><name>CB-1</name></Names></Meter>
   <Readings><timeStamp>2026-02-02T05:30:00Z</timeStamp><value>104300.000</value></Readings>
   <Readings><timeStamp>2026-02-03T12:00:00-06:00</timeStamp><value>104310</value>
    <ReadingQualities><ReadingQualityType ref="2.8.0"/></ReadingQualities></Readings>
  </MeterReading>
 </MeterReadings></m:Payload>
</m:Message>"""
MULTISPEAK_READINGS = json.dumps(
    {
        "ReadingChangedNotification": {
            "changedMeterReads": {
                "meterReading": {
                    "meterID": {"@meterNo": "CB-3"},
                    "readingValues": {"readingValue": {"timeStamp": "2026-02-02T18:00:00Z", "value": 44}},
                }
            }
        }
    }
)
IEC_CONTROLS = """<Message xmlns="http://iec.ch/TC57/2011/schema/message"><Payload>
 <EndDeviceControls xmlns="http://iec.ch/TC57/2011/EndDeviceControls#"><EndDeviceControl>
  <EndDeviceControlType ref="{code}"/><reason>Moved out</reason>
  <scheduledInterval><end>2026-03-05T23:00:00Z</end></scheduledInterval>
  <UsagePoints><Names><name>SP-1</name></Names></UsagePoints>
 </EndDeviceControl></EndDeviceControls></Payload></Message>"""
MULTISPEAK_REQUEST = """<InitiateConnectDisconnect xmlns="http://www.multispeak.org/V5.0"><cdEvents>
 <connectDisconnectEvent><servicePointID>SP-1</servicePointID><loadActionCode>{action}</loadActionCode>
 <scheduledDate>2026-03-05</scheduledDate>
 </connectDisconnectEvent></cdEvents></InitiateConnectDisconnect>"""


def test_readings_come_in_and_only_once(district: Load, sessions: sessionmaker[Session]) -> None:
    for text, many in ((IEC_READINGS, 2), (MULTISPEAK_READINGS, 1)):
        report = district("reads", text)
        assert report.written, report.errors
        assert report.counts == {"reads": many}
        assert not district("reads", text).written, "each read of a day once"
    with sessions() as session:
        newest = select(Read.source, Read.value, Read.kind).where(Read.source.like("import:reads:%"))
        assert sorted(tuple(row) for row in session.execute(newest)) == [
            # Half past eleven at night in Chicago is the day before.
            ("import:reads:2026-02-01", 104_300, "actual"),
            ("import:reads:2026-02-02", 44, "actual"),
            ("import:reads:2026-02-03", 104_310, "estimated"),
        ]


@pytest.mark.parametrize(
    "text", [IEC_CONTROLS.format(code="0.31.0.23"), MULTISPEAK_REQUEST.format(action="Disconnect")]
)
def test_a_request_to_disconnect_becomes_an_order(
    district: Load, sessions: sessionmaker[Session], text: str
) -> None:
    report = district("orders", text)
    assert report.written, report.errors
    with sessions() as session:
        found = select(Order.type, ServicePoint.number).join(
            ServicePoint, ServicePoint.id == Order.service_point_id
        )
        assert [tuple(row) for row in session.execute(found)] == [("turn_off", "SP-1")]


@pytest.mark.parametrize(
    "text", [IEC_CONTROLS.format(code="0.31.0.18"), MULTISPEAK_REQUEST.format(action="Connect")]
)
def test_a_request_to_connect_becomes_an_order(
    district: Load, sessions: sessionmaker[Session], text: str
) -> None:
    report = district("orders", text.replace("SP-1", "SP-2"))
    assert report.written, report.errors
    with sessions() as session:
        assert [tuple(row) for row in session.execute(select(Order.type, Order.state))] == [
            ("turn_on", "held")
        ]


@pytest.mark.parametrize(
    "text", [IEC_CONTROLS.format(code="0.31.0.99"), MULTISPEAK_REQUEST.format(action="Arm")]
)
def test_an_action_that_is_not_known_is_a_fault(district: Load, text: str) -> None:
    report = district("orders", text)
    assert [(one.row, one.column) for one in report.errors] == [(2, "type")]


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]><x>&j;</x>"
)
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><MeterReading><Meter>&a;</Meter></MeterReading>'
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        OUTSIDE,
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
        "<MeterReading>",
        "{",
        '{"a": [}',
        "<x/>",
        "{}",
        "<a>" * 5_000 + "</a>" * 5_000,
        '{"a": ' * 5_000 + "1" + "}" * 5_000,
        "<MeterReading/>",
        '{"MeterReading": [null, 1, "x", [], {"Readings": [null, 3]}]}',
        '{"meterReading": {"readingValues": [[]]}}',
    ],
)
def test_what_is_no_whole_message_is_refused_with_its_reason(district: Load, text: str) -> None:
    report: ImportReport = district("reads", text)
    assert not report.written
    assert report.errors
    assert "/bin" not in str(report.errors)


def test_what_goes_out_can_be_read_back(messages: Any, engine: Engine) -> None:
    """Held against the records it came from: each read is known, or a meter's last one before it went."""
    found, rows = messages
    for standard in STANDARDS:
        for form in ("xml", "json"):
            text = found["reads", standard, form].encode()
            sessions = session_factory(engine)
            report = import_rows(sessions, "reads", "m", text, now=world.LATER, zone=CHICAGO, dry_run=True)
            assert report.rows == len(rows["reads"])
            assert {one.column for one in report.errors} <= {"read_on"}


def test_the_command_writes_messages(messages: Any, config: Config, monkeypatch: Any, tmp_path: Path) -> None:
    found, _rows = messages
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", config.database_url)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CURBSTOP_DISTRICT", "Demo & Falls")
    again = ["reads", "--again", "1", "--as", "iec61968"]
    result = CliRunner().invoke(export_command, again)
    assert result.output == found["reads", "iec61968", "xml"]
    result = CliRunner().invoke(export_command, [*again, "--json", "--to", str(tmp_path)])
    assert result.exit_code == 0
    assert (tmp_path / "reads-000001.iec61968.json").read_text() == found["reads", "iec61968", "json"]
    assert CliRunner().invoke(export_command, ["journal", "--as", "multispeak"]).exit_code != 0
