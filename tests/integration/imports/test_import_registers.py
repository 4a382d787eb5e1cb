"""Meters with several registers, and reads of each, by file and back out."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.integration.imports.conftest import ACCOUNTS, PREMISES, Load
from workorders.queries.exports import csv_of, export_named, highest_id
from workorders.tables import Meter, RegisterRead

METERS = (
    "serial,make,size,dials,registers,service_point,installed_on,start_read\n"
    "C1,Maker,5/8,6,low:5:1:gal:adds:Low side,SP-1,2025-01-05,0\n"
)
READS = "serial,read_on,value,register\nC1,2026-01-05,700,\nC1,2026-01-05,31,low\nC1,2026-02-05,44,low\n"


def test_registers_and_their_reads_come_and_go_by_file(sessions: sessionmaker[Session], load: Load) -> None:
    for kind, rows in (("premises", PREMISES), ("accounts", ACCOUNTS), ("meters", METERS)):
        assert load(kind, rows).written, load(kind, rows).errors
    assert load("reads", READS).written
    with sessions() as session:
        meter = session.scalars(select(Meter)).one()
        assert [(one["code"], one["dials"], one["title"]) for one in meter.registers] == [
            ("low", 5, "Low side")
        ]
        values = session.scalars(select(RegisterRead.value).order_by(RegisterRead.id)).all()
        assert values == [31, 44]
        export = export_named("register_reads")
        lines = list(csv_of(session, export, 0, highest_id(session, export)))
        assert "meter,register,service_point" in lines[0]
        assert ",C1,low,SP-1," in lines[1]
    again = load("reads", READS)
    assert {(e.row, e.column) for e in again.errors} == {(2, "read_on"), (3, "read_on"), (4, "read_on")}


def test_what_does_not_fit_a_register_is_named(load: Load) -> None:
    for kind, rows in (("premises", PREMISES), ("accounts", ACCOUNTS), ("meters", METERS)):
        assert load(kind, rows).written
    head = "serial,read_on,value,register\n"
    wrong = load("reads", f"{head}C1,2026-01-05,123456,low\nC1,2026-01-06,5,peak\n")
    assert {(e.row, e.column) for e in wrong.errors} == {(2, "value"), (3, "register")}
    bad = load("meters", METERS.replace("C1", "C2").replace("low:5", "low:2"))
    assert (2, "registers") in {(e.row, e.column) for e in bad.errors}
