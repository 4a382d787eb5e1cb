"""A delivery of new meters by file: all of it, or every fault by its row."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.integration.imports.conftest import ACCOUNTS, METERS, PREMISES, Load
from workorders.tables import Meter, MeterMove

HEAD = "serial,make,size,dials,delivery,received_on,place\n"
GOOD = HEAD + "ab-1,Maker,5/8,6,DN-7,2026-02-27,\nAB-2,Maker,5/8,6,DN-7,2026-02-27,held\n"


def test_a_delivery_lies_in_its_room_with_its_note(sessions: sessionmaker[Session], load: Load) -> None:
    assert load("meter-receipts", GOOD).counts == {"meters": 2, "receipts": 2}
    with sessions() as session:
        rows = session.execute(select(Meter.serial, Meter.status).order_by(Meter.serial)).all()
        assert [tuple(row) for row in rows] == [("AB-1", "in_stock"), ("AB-2", "held")]
        moves = session.scalars(select(MeterMove).order_by(MeterMove.id)).all()
        assert [(m.kind, m.from_room, m.to_room, m.reference) for m in moves] == [
            ("received", None, "in_stock", "DN-7"),
            ("received", None, "held", "DN-7"),
        ]
    again = load("meter-receipts", GOOD)
    assert [(e.row, e.column, e.code) for e in again.errors] == [
        (2, "serial", "meter_serial_elsewhere"),
        (3, "serial", "meter_serial_elsewhere"),
    ]


def test_each_fault_is_named_with_its_row(sessions: sessionmaker[Session], load: Load) -> None:
    for kind, rows in (("premises", PREMISES), ("accounts", ACCOUNTS), ("meters", METERS)):
        assert load(kind, rows).written
    with sessions() as session:
        installed = session.scalars(select(Meter.serial).where(Meter.status == "installed")).first()
    bad = (
        f"{HEAD}{installed},Maker,5/8,6,DN-8,2026-02-27,\nN1,Maker,5/8,12,DN-8,2026-02-27,\n"
        "N2,Maker,5/8,6,DN-8,2099-01-01,\nn2,Maker,5/8,6,,2026-02-27,in_van\n"
    )
    report = load("meter-receipts", bad)
    assert {(e.row, e.column) for e in report.errors} == {
        (2, "serial"),
        (3, "dials"),
        (4, "received_on"),
        (5, "serial"),
        (5, "delivery"),
        (5, "place"),
    }
    with sessions() as session:
        assert session.scalars(select(MeterMove)).all() == []
