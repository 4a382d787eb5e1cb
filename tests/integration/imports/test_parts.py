"""A file is checked and written in parts; what comes of it does not depend on where they end."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from server.imports import KINDS, ImportReport
from server.imports.kinds import Kind
from tests.conftest import NOW
from tests.integration.imports.conftest import Load
from workorders.tables import Account, Customer, Meter, Order, Premise, ServiceAgreement, ServicePoint
from workorders.usecases.district.publish_rules import publish_rules, sample_document

PREMISES = """premise,house_number,street,city,postcode,longitude,latitude,service_point,size
P1,1,Elm Street,Falls,00001,-98.6,39.1,S1,5/8
P2,2,Elm Street,Falls,00001,-98.6,39.1,S2,5/8
P1,1,Elm Street,Falls,00001,-98.6,39.1,S3,1
P3,3,Elm Street,Falls,00001,-98.6,39.1,S4,5/8
P1,1,Elm Street,Falls,00001,-98.6,39.1,S5,1
"""
ACCOUNTS = """account,customer_name,phone,opened_on,service_points,opening_balance
A1,Ana Baker,555-0101,2020-01-01,S1,10.00
A2,Current Resident,,2020-01-01,S2,
A3,Ana Baker,555-0101,2020-01-01,S3,20.00
A4,Ana Baker,,2020-01-01,S4,
A5,Ana Baker,555-0101,2020-01-01,S5,30.00
"""
METERS = """serial,make,size,dials,service_point,installed_on,start_read
M1,Demo,5/8,6,S1,2020-01-01,0
M2,Demo,5/8,6,S2,2020-01-01,0
M3,Demo,1,6,S3,2020-01-01,0
"""
ORDERS = """type,service_point,extra.flag_reason
reread,S1,estimate
reread,S2,estimate
reread,S3,estimate
"""
WRONG = {
    "premises": PREMISES
    + "P1,9,Elm Street,Falls,00001,-98.6,39.1,S1,5/8\nP3,3,Elm Street,Falls,00001,-98.6,39.1,,\n",
    "accounts": ACCOUNTS.replace("A5,", "A1,").replace("S4", "S1")
    + "A6,Ana Baker,555-0101,2020-01-01,S9,1\n",
    "meters": METERS + "M1,Demo,5/8,6,S1,2020-01-01,0\n",
    "orders": ORDERS + "reread,S1,estimate\nreread,S7,estimate\n",
}
TABLES = (Premise, ServicePoint, Customer, Account, ServiceAgreement, Meter, Order)


def _in_parts(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    for name, kind in KINDS.items():
        if isinstance(kind, Kind):
            monkeypatch.setitem(KINDS, name, replace(kind, part=rows))


def _all(load: Load, sessions: sessionmaker[Session]) -> list[ImportReport]:
    with sessions.begin() as session:
        publish_rules(session, sample_document(), now=NOW)
    files = {"premises": PREMISES, "accounts": ACCOUNTS, "meters": METERS, "orders": ORDERS}
    return [load(kind, text) for kind, text in files.items()]


@pytest.mark.parametrize("rows", [1, 2, 3, 10_000])
def test_what_is_written_is_the_same_in_parts_of_any_size(
    load: Load, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    _in_parts(monkeypatch, rows)
    reports = _all(load, sessions)
    assert [report.errors for report in reports] == [(), (), (), ()]
    assert [report.counts for report in reports] == [
        {"premises": 3, "service_points": 5},
        {"customers": 3, "accounts": 5, "agreements": 5, "entries": 3},
        {"meters": 3, "installations": 3, "reads": 3},
        {"orders": 3},
    ]
    with sessions() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in TABLES]
    assert counts == [3, 5, 3, 5, 5, 3, 3]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_row_is_held_against_those_of_earlier_parts(
    load: Load, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    _all(load, sessions)
    whole = {kind: load(kind, text).errors for kind, text in WRONG.items()}
    assert all(whole.values())
    _in_parts(monkeypatch, rows)
    assert {kind: load(kind, text).errors for kind, text in WRONG.items()} == whole
