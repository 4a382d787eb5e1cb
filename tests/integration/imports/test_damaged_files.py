"""Whole files as spreadsheets and old exports leave them: doubted row by row, and nothing half-written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from server.cli import Discovered
from tests.integration.imports.conftest import PREMISES, Load
from workorders.tables import Account, Customer, Premise, ServicePoint, Shift

HEADER = (
    "premise,house_number,street,city,postcode,longitude,latitude,"
    "service_point,size,access_note,hazard,lock\n"
)


def faults(load: Load, kind: str, file: str) -> set[tuple[int, str]]:
    return {(error.row, error.column) for error in load(kind, file).errors}


def test_sizes_and_postcodes_that_lost_their_form_name_row_and_column(
    sessions: sessionmaker[Session], load: Load
) -> None:
    rows = [
        "Q1,1,Elm Street,X,67401,-98.6,39.1,S1,5/8,,,",
        "Q2,2,Elm Street,X,67401.0,-98.6,39.1,S2,8-May,,,",
        "Q3,3,Elm Street,X,2138,-98.6,39.1,S3,3/4,,,",
        "1.23E+11,4,Elm Street,X,67401,-98.6,39.1,S4,2-Jan,,,",
        "Q5,10-Dec,Elm Street,X,67401,-98.6,39.1,S5,1-1/2,,,",
    ]
    assert faults(load, "premises", HEADER + "\n".join(rows)) == {
        (3, "postcode"),
        (3, "size"),
        (4, "postcode"),
        (5, "premise"),
        (5, "size"),
        (6, "house_number"),
    }
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Premise)) == 0


def test_words_for_nothing_never_become_notes_and_locks(sessions: sessionmaker[Session], load: Load) -> None:
    report = load("premises", HEADER + "Q1,1,Elm Street,X,67401,-98.6,39.1,S1,5/8,NULL,N/A,(null)\n")
    assert report.written
    assert {(note.row, note.column, note.code) for note in report.notes} == {
        (2, column, "read_as_empty") for column in ("access_note", "hazard", "lock")
    }
    with sessions() as session:
        point = session.scalars(select(ServicePoint)).one()
        assert (point.lock_number, point.premise.access_note, point.premise.hazard) == (None, None, None)


@pytest.mark.parametrize("word", ["NULL", "N/A", "#N/A", "#REF!", "none", "-", "nan"])
def test_a_word_for_nothing_where_a_name_is_needed_is_a_fault(load: Load, word: str) -> None:
    file = HEADER + f"Q1,1,{word},{word},67401,-98.6,39.1,S1,5/8,,,\n"
    report = load("premises", file)
    assert [(error.row, error.column) for error in report.errors] == [(2, "city"), (2, "street")]
    assert all(word in error.words for error in report.errors)
    assert faults(load, "accounts", f"account,customer_name\nB1,{word}\n") == {(2, "customer_name")}


def test_people_without_telephone_and_mail_are_never_one_customer(
    sessions: sessionmaker[Session], load: Load
) -> None:
    assert load("premises", PREMISES).written
    rows = [
        "B1,JOHN SMITH,NULL,NULL",
        "B2,JOHN SMITH,NULL,NULL",
        "B3,Current Resident,N/A,none@none.com",
        "B4,Current Resident,N/A,none@none.com",
        "B5,Current Resident,555-0101,",
        "B6,Current Resident,555-0101,",
        "B7,JANE DOE,000-000-0000,",
        "B8,JANE DOE,000-000-0000,",
    ]
    assert load("accounts", "account,customer_name,phone,email\n" + "\n".join(rows)).written
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 8
        assert session.scalar(select(func.count()).select_from(Customer)) == 8
        assert session.scalars(select(Customer.phone).distinct()).all() in (
            [None, "555-0101"],
            ["555-0101", None],
        )


def test_a_file_that_names_its_separator_first(sessions: sessionmaker[Session], load: Load) -> None:
    file = "sep=;\n" + (HEADER + "Q1,1,Elm Street,X,67401,-98.6,39.1,S1,5/8,,,\n").replace(",", ";")
    assert load("premises", file).counts == {"premises": 1, "service_points": 1}


def test_hours_that_the_change_of_the_clocks_takes_or_doubles_are_said(
    sessions: sessionmaker[Session], load: Load
) -> None:
    rows = [
        "t01,2026-03-08,02:30,10:00",
        "t01,2026-11-01,01:30,09:00",
        "t01,2026-11-02,7:00,15:30",
        "t01,2026-11-03,07:00 AM,03:30 PM",
        "t01,2026-11-04,07:00,24:00",
        "t01,2026-11-05,0700,1530",
        "t01,2028-02-29,08:00,16:00",
        "t01,2027-02-29,08:00,16:00",
        "t01,11/9/2026,08:00,16:00",
    ]
    header = "technician,day,starts,ends\n"
    report = load("shifts", header + "\n".join(rows))
    assert {error.row for error in report.errors} == {4, 5, 6, 9, 10}
    notes = {(note.row, note.column): note.words for note in report.notes}
    assert set(notes) == {(2, "starts"), (3, "starts")}
    assert "no 02:30" in notes[2, "starts"]
    assert "03:30" in notes[2, "starts"]
    assert "twice" in notes[3, "starts"]
    assert load("shifts", header + rows[0]).written


def test_local_hours_stay_over_the_change_of_the_clocks(sessions: sessionmaker[Session], load: Load) -> None:
    file = "technician,day,starts,ends,last_day\nt01,2027-02-22,08:00,16:00,2027-03-19\n"
    report = load("shifts", file)
    assert (report.written, report.notes) == (True, ())
    with sessions() as session:
        begins = session.scalars(select(Shift.starts_at).order_by(Shift.starts_at)).all()
    assert {begin.astimezone().utcoffset() is not None for begin in begins} == {True}
    assert (begins[0].hour, begins[-1].hour) in {(14, 13), (8, 8)}


def in_new_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """Run `curbstop` with a data folder that does not exist yet, as after unpacking."""
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(folder))
    monkeypatch.delenv("CURBSTOP_DATABASE_URL", raising=False)
    answer = CliRunner().invoke(Discovered(), arguments)
    return answer.exit_code, answer.stdout, answer.stderr + repr(answer.exception)


def test_the_first_command_in_a_new_folder_may_be_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "premises.csv"
    # With all the digits that a program wrote of a place.
    file.write_text(PREMISES.replace("-98.6012,", "-98.59899999999999,"))
    assert "999999" in file.read_text()
    status, printed, _ = in_new_folder(
        tmp_path / "new", monkeypatch, "import", "premises", str(file), "--json"
    )
    assert (status, json.loads(printed)["counts"]) == (0, {"premises": 2, "service_points": 3})


@pytest.mark.parametrize(
    "arguments",
    [
        ("rules", "show"),
        ("users", "list"),
        ("devices", "list"),
        ("verify-ledger",),
        ("ingest",),
        ("import", "shifts", "FILE"),
    ],
)
def test_every_command_works_in_a_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "any.csv"
    file.write_text("technician,day,starts,ends\n")
    given = [str(file) if word == "FILE" else word for word in arguments]
    _, _, trouble = in_new_folder(tmp_path / "new" / "deep", monkeypatch, *given)
    assert "OperationalError" not in trouble
    assert "Traceback" not in trouble


def test_a_database_of_another_release_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "old"
    in_new_folder(folder, monkeypatch, "migrate")
    in_new_folder(folder, monkeypatch, "migrate", "--down-to", "0003")
    status, _, trouble = in_new_folder(folder, monkeypatch, "users", "list")
    assert (status, "schema_behind" in trouble, "curbstop migrate" in trouble) == (1, True, True)
    engine = create_engine(f"sqlite:///{folder / 'curbstop.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    status, _, trouble = in_new_folder(folder, monkeypatch, "users", "list")
    assert (status, "schema_newer" in trouble) == (1, True)
