"""Files into the database on both engines: right, wrong, twice, dry; all or nothing."""

import csv
import io

import pytest
import shapely
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from server.imports import ImportReport, runner
from tests.integration.imports.conftest import ACCOUNTS, CHICAGO, METERS, PREMISES, Load
from workorders.ledger import balance, trial_balance
from workorders.tables import (
    Account,
    Base,
    Customer,
    EntrySeal,
    Installation,
    JournalEntry,
    Meter,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
    Zone,
)


def count(sessions: sessionmaker[Session], table: type[Base]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_district_arrives_whole(sessions: sessionmaker[Session], load: Load) -> None:
    assert load("premises", PREMISES).counts == {"premises": 2, "service_points": 3}
    assert load("accounts", ACCOUNTS).counts == {
        "customers": 2,
        "accounts": 3,
        "agreements": 3,
        "entries": 2,
    }
    assert load("meters", METERS).counts == {"meters": 4, "installations": 2, "reads": 3}
    with sessions() as session:
        premise = session.scalars(select(Premise).where(Premise.number == "P-1")).one()
        assert (premise.position.x, premise.position.y, premise.dog) == (-98.6012, 39.1007, True)
        states = dict(session.execute(select(ServicePoint.number, ServicePoint.state)).all())
        assert states == {"SP-1": "on", "SP-2": "off", "SP-3": "off_np"}
        kept = session.execute(
            select(ServicePoint.number, ServicePointEvent.state).join(
                ServicePoint, ServicePoint.id == ServicePointEvent.service_point_id
            )
        )
        assert dict(kept.all()) == states
        assert balance(session, "AR", "A-1") == 12850
        assert balance(session, "AR", "A-2") == -2000
        assert sum(trial_balance(session).values()) == 0
        assert session.scalar(select(func.count(EntrySeal.entry_id))) == 2
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.params["account"].as_string() == "A-1")
        ).one()
        assert entry.effective_at.astimezone(CHICAGO).isoformat() == "2026-02-01T12:00:00-06:00"
        reads = session.execute(select(Read.kind, Read.value).order_by(Read.id))
        assert [tuple(read) for read in reads] == [("start", 0), ("actual", 104233), ("start", 17)]
        van = session.scalars(select(Meter).where(Meter.serial == "CB-9")).one()
        assert (van.status, van.van_technician_id) == ("in_van", "t01")
    assert count(sessions, ServiceAgreement) == 3


def test_a_premise_without_a_zone_gets_the_one_it_lies_in(
    sessions: sessionmaker[Session], load: Load
) -> None:
    with sessions.begin() as session:
        for code, west in (("east", -98.55), ("west", -98.65)):
            area = shapely.MultiPolygon([shapely.box(west, 39.0, west + 0.1, 39.2)])
            session.add(Zone(code=code, name=code, area=area))
    text = PREMISES.replace("-98.5012", "-97.0")
    assert load("premises", text).errors == ()
    with sessions() as session:
        found = session.execute(select(Premise.number, Zone.code).outerjoin(Zone, Zone.id == Premise.zone_id))
        assert dict(found.all()) == {"P-1": "west", "P-2": None}


@pytest.mark.parametrize("kind", ["premises", "accounts", "meters"])
def test_a_second_import_of_a_file_changes_nothing(
    sessions: sessionmaker[Session], load: Load, kind: str
) -> None:
    files = {"premises": PREMISES, "accounts": ACCOUNTS, "meters": METERS}
    for name, rows in files.items():
        assert load(name, rows).written
    again = load(kind, files[kind])
    assert not again.written
    assert {error.row for error in again.errors} >= {2, 3, 4}
    tables = (Premise, Account, Customer, Meter, Installation, Read, JournalEntry)
    assert [count(sessions, table) for table in tables] == [2, 3, 2, 4, 2, 3, 2]


def test_a_dry_run_says_the_same_and_writes_nothing(sessions: sessionmaker[Session], load: Load) -> None:
    report = load("premises", PREMISES, dry_run=True)
    assert (report.counts, report.written) == ({"premises": 2, "service_points": 3}, False)
    assert count(sessions, Premise) == count(sessions, ServicePointEvent) == 0


def test_every_error_of_a_premises_file_is_reported(sessions: sessionmaker[Session], load: Load) -> None:
    lines = PREMISES.splitlines()
    lines += [
        "P-1,115,Alder Street,Demo Falls,00001,-98.6012,39.1007,yes,,,,",
        "P-4,1,Alder Street,Demo Falls,00001,0,0,no,SP-1,water,,on",
        "P-5,,Alder Street,Demo Falls,00001,-181,north,maybe,,gas,3/4,open",
    ]
    report = load("premises", "\n".join(lines))
    assert [(error.row, error.column) for error in report.errors] == [
        (5, "house_number"),
        (5, "service_point"),
        (6, "longitude"),
        (6, "service_point"),
        (6, "size"),
        (7, "dog"),
        (7, "house_number"),
        (7, "latitude"),
        (7, "longitude"),
        (7, "service"),
        (7, "size"),
        (7, "state"),
    ]
    assert count(sessions, Premise) == 0


def test_every_error_of_an_accounts_file_is_reported(sessions: sessionmaker[Session], load: Load) -> None:
    load("premises", PREMISES)
    load("accounts", ACCOUNTS.splitlines()[0] + "\nA-1,Demo customer 1,,2020-05-01,SP-1,,\n")
    report = load(
        "accounts",
        "account,customer_name,status,opened_on,closed_on,service_points,opening_balance\n"
        "A-1,Demo customer 1,active,2020-05-01,,,\n"
        "A-2,Demo customer 2,active,,,SP-1 SP-2 SP-9,\n"
        "A-2,Demo customer 2,closed,2020-05-01,2019-05-01,SP-2,ten\n"
        "A-4,Demo customer 4,closed,2020-05-01,,,\n",
    )
    assert [(error.row, error.column) for error in report.errors] == [
        (2, "account"),
        (3, "opened_on"),
        (3, "service_points"),
        (3, "service_points"),
        (4, "account"),
        (4, "closed_on"),
        (4, "opening_balance"),
        (4, "service_points"),
        (4, "service_points"),
        (5, "closed_on"),
    ]
    assert count(sessions, Account) == 1


def test_every_error_of_a_meters_file_is_reported(sessions: sessionmaker[Session], load: Load) -> None:
    load("premises", PREMISES)
    load("meters", METERS)
    header = METERS.splitlines()[0]
    report = load(
        "meters",
        f"{header}\n"
        "CB-1,Demo,5/8,6,SP-9,2020-05-01,0,,,installed,\n"
        "CB-9,Demo,5/8,6,SP-1,2027-05-01,0,,,installed,\n"
        "CB-20,Demo,5/8,4,SP-2,2020-05-01,10000,3,2019-01-01,installed,\n"
        "CB-20,Demo,5/8,12,,,,5,,installed,\n"
        "CB-21,Demo,5/8,6,SP-2,,,,,in_stock,t01\n"
        "CB-22,Demo,5/8,6,,,,,,in_van,t77\n",
    )
    assert [(error.row, error.column) for error in report.errors] == [
        (2, "serial"),
        (2, "service_point"),
        (3, "installed_on"),
        (3, "serial"),
        (3, "service_point"),
        (4, "last_read_on"),
        (4, "service"),
        (4, "start_read"),
        (5, "dials"),
        (5, "installed_on"),
        (5, "serial"),
        (5, "service_point"),
        (5, "start_read"),
        (6, "service_point"),
        (6, "technician"),
        (7, "technician"),
    ]
    elsewhere = [error for error in report.errors if error.code == "meter_serial_elsewhere"]
    assert [error.words for error in elsewhere] == [
        "Meter CB-1 is already at service point SP-1.",
        "Meter CB-9 is already at van of t01.",
    ]
    assert count(sessions, Meter) == 4


def test_one_broken_row_among_many_keeps_all_of_them_out(sessions: sessionmaker[Session], load: Load) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["premise", "house_number", "street", "city", "postcode", "longitude", "latitude"])
    for number in range(2_500):
        writer.writerow([f"P-{number}", number, "Alder Street", "Demo Falls", "00001", -98.6, 39.1])
    writer.writerow(["P-2500", 2500, "Alder Street", "Demo Falls", "00001", -98.6, "39,1x"])
    report = load("premises", out.getvalue())
    assert [(error.row, error.column) for error in report.errors] == [(2502, "latitude")]
    assert count(sessions, Premise) == 0


def test_the_database_knows_at_once_how_much_was_loaded(
    load: Load, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "COUNTED_ANEW", 2)
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite plans without such counts")
    counted = text("SELECT reltuples FROM pg_class WHERE relname = 'premise'")
    load("premises", PREMISES)
    with engine.connect() as connection:
        assert connection.scalar(counted) == 2


def _refused(report: ImportReport, column: str) -> set[int]:
    return {error.row for error in report.errors if error.column == column}


def test_no_balance_is_guessed_from_another_countrys_or_a_programs_number(load: Load) -> None:
    amounts = {
        '"$1,234.56"': True,
        "(12.50)": False,
        "12.50-": False,
        "12.50 CR": False,
        '"1.234,56"': False,
        "-0.00": True,
        "12.345": False,
        '"1,23"': False,
        "1E+03": False,
        '"12,34,567.00"': False,
        ".5": True,
        "\N{MINUS SIGN}12.50": False,
        "- 12.50": False,
        "1 234.50": False,
        '"128,50"': False,
        '"-950,00"': False,
        '"1,2,3"': False,
        "1.000": False,
        "1_000": False,
        "١٢٣": False,
    }
    rows = [f"A{row},Somebody,{row},2020-01-01,{text}" for row, text in enumerate(amounts, start=2)]
    report = load("accounts", "\n".join(["account,customer_name,phone,opened_on,opening_balance", *rows]))
    assert _refused(report, "opening_balance") == {
        row for row, good in enumerate(amounts.values(), start=2) if not good
    }


def test_no_read_is_written_in_a_programming_languages_digits(load: Load) -> None:
    assert load("premises", PREMISES).errors == ()
    reads = ["1_234", "١٢٣", '"1,234"', "1234.0", "+12", "1e3", "-1"]
    days = ["2021-02-29", "02/28/2021", "2021-02-28 00:00:00", "20210228", "0001-01-01", "9999-12-31"]
    rows = [f"M{row},Demo,5/8,6,SP-1,2020-02-29,{text}" for row, text in enumerate(reads, start=2)]
    rows += [f"M{row},Demo,5/8,6,SP-1,{day},12" for row, day in enumerate(days, start=2 + len(reads))]
    report = load(
        "meters", "\n".join(["serial,make,size,dials,service_point,installed_on,start_read", *rows])
    )
    assert _refused(report, "start_read") == set(range(2, 2 + len(reads)))
    assert _refused(report, "installed_on") == set(range(2 + len(reads), 2 + len(reads) + len(days)))
