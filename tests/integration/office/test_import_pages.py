"""Imports on their page: checked first, taken in, looked at, undone; by supervisors alone."""

import io
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from server.uploads import uploaded_bytes
from tests.integration.office.conftest import TOKEN, Office
from workorders.tables import ImportRun, Premise

GOOD = (
    "premise,house_number,street,city,postcode,longitude,latitude,service_point,service,size,state\n"
    "P-new,1,Alder Street,Demo Falls,00001,-98.6012,39.1007,SP-new,water,5/8,on\n"
)
BAD = GOOD.replace("5/8,on", "5/8,lit")


def send(office: Office, text: str, **form: Any) -> Any:
    data = {"kind": "premises", "csrf_token": TOKEN, "file": (io.BytesIO(text.encode()), "places.csv")}
    return office.client("sam").post("/office/imports", data=data | form)


def runs(office: Office) -> list[ImportRun]:
    with office.services.read_sessions() as session:
        return list(session.scalars(select(ImportRun).order_by(ImportRun.id)))


def test_checked_then_taken_in_then_undone(office: Office) -> None:
    assert "No import yet" in office.client("sam").get("/office/imports").text
    checked = send(office, GOOD, dry_run="yes")
    assert "1 row would be imported" in checked.text
    assert runs(office) == []
    answer = send(office, GOOD)
    assert answer.status_code == 302
    [run] = runs(office)
    assert (run.state, run.way, run.made_by) == ("written", "page", "sam")
    page = office.client("sam").get(answer.headers["Location"]).text
    assert "Nothing has been built on it" not in page, "it is counted for who thinks of undoing it"
    assert f"/office/imports/{run.id}?undoing=yes" in page
    page = office.client("sam").get(f"/office/imports/{run.id}?undoing=yes").text
    assert "Nothing has been built on it" in page
    assert office.post("sam", f"/office/imports/{run.id}/undo").status_code == 302
    assert office.post("sam", f"/office/imports/{run.id}/undo").status_code == 409
    with office.services.read_sessions() as session:
        assert session.scalar(select(Premise).where(Premise.number == "P-new")) is None
    assert "Undone" in office.client("sam").get("/office/imports").text


def test_faults_are_named_by_row(office: Office) -> None:
    answer = send(office, BAD)
    assert answer.status_code == 422
    assert "Nothing was written" in answer.text
    [run] = runs(office)
    page = office.client("sam").get(f"/office/imports/{run.id}").text
    assert "Why it was refused" in page
    assert '<td class="mono small">state</td>' in page
    assert "Undo" not in page
    for form in ({"kind": "nothing"}, {"file": (io.BytesIO(b""), "")}):
        assert send(office, GOOD, **form).status_code == 422


def test_what_was_built_on_it_is_named(office: Office) -> None:
    send(office, GOOD)
    accounts = "account,customer_name,opened_on,service_points\nA-new,Demo,2026-01-01,SP-new\n"
    send(office, accounts, kind="accounts")
    first, second = runs(office)
    page = office.client("sam").get(f"/office/imports/{first.id}?undoing=yes").text
    assert "something has been built on it" in page
    assert "SP-new" in page
    refused = office.post("sam", f"/office/imports/{first.id}/undo")
    assert refused.status_code == 409
    assert "SP-new" in refused.text
    assert office.post("sam", f"/office/imports/{second.id}/undo").status_code == 302
    assert office.post("sam", f"/office/imports/{first.id}/undo").status_code == 302


def test_technicians_and_shifts_come_from_administrators_alone(office: Office) -> None:
    technicians = "technician,name,skills\nt77,Demo technician 77,water\n"
    assert "technicians" not in office.client("sam").get("/office/imports").text
    assert send(office, technicians, kind="technicians").status_code == 422
    assert runs(office) == []


def test_a_file_is_read_whole_however_often() -> None:
    given = FileStorage(io.BytesIO(GOOD.encode()), "p.csv")
    assert uploaded_bytes(given) == uploaded_bytes(given) == GOOD.encode()


def test_supervisors_alone(office: Office) -> None:
    for name in ("casey", "carla"):
        assert office.client(name).get("/office/imports").status_code == 403
        assert office.post(name, "/office/imports/1/undo").status_code == 403
    assert office.client("sam").get("/office/imports/99").status_code == 404
