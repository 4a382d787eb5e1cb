"""Every report on its page, as a file, over the API and at the command line: the same rows everywhere."""

import csv
import io
import json
from typing import Any

import pytest
from click.testing import CliRunner

from server.commands.report import report_command
from tests.integration.office.conftest import Office
from tests.integration.office.morning import STAFF
from tests.integration.usecases.world import TODAY
from workorders.queries.reports import REPORTS, report_named

NAMES = sorted(REPORTS)


def api(office: Office, name: str, report: str, **filters: str) -> dict[str, Any]:
    answer = office.client(name).get(f"/api/reports/{report}", query_string=filters)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


@pytest.mark.parametrize("name", NAMES)
def test_page_files_and_api_have_the_same_rows(shared_office: Office, name: str) -> None:
    client = shared_office.client("ada")
    found = api(shared_office, "ada", name)
    page = client.get(f"/reports/{name}")
    assert page.status_code == 200
    assert page.text.count("<tr>") == (len(found["rows"]) + 1 + bool(found["totals"]) if found["rows"] else 0)
    text = client.get(f"/reports/{name}.csv").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == len(found["rows"]) + 1
    assert client.get(f"/reports/{name}.xlsx").data.startswith(b"PK")
    assert client.get(f"/reports/{name}.pdf").data.startswith(b"%PDF")
    assert all(row.keys() == {one["key"] for one in found["columns"]} for row in found["rows"])


@pytest.mark.parametrize("name", NAMES)
def test_every_column_sorts_both_ways_and_nothing_else_does(shared_office: Office, name: str) -> None:
    client, found = shared_office.client("ada"), api(shared_office, "ada", name)
    for column in found["columns"]:
        for sort in (column["key"], f"-{column['key']}"):
            answer = client.get(f"/reports/{name}?sort={sort}")
            assert answer.status_code == (422 if column["kind"] == "messages" else 200), sort
    assert client.get(f"/reports/{name}?sort=no-such-column").status_code == 422


def test_each_report_opens_for_its_roles_alone(shared_office: Office) -> None:
    for person, (_, roles) in STAFF.items():
        client = shared_office.client(person)
        index = client.get("/reports/")
        for name, report in REPORTS.items():
            may = "admin" in roles or bool(set(roles) & set(report.roles))
            for address in (f"/reports/{name}", f"/reports/{name}.csv", f"/api/reports/{name}"):
                assert (client.get(address).status_code == 200) is may, (person, address)
            assert (f'href="/reports/{name}"' in index.text) is may, (person, name)
    assert shared_office.client("ada").get("/reports/no-such-report").status_code == 404


def test_the_rows_behind_a_row_are_a_click_away(shared_office: Office) -> None:
    client = shared_office.client("sam")
    for name in ("open-orders", "exceptions", "wrongful-cuts", "receipts", "activity"):
        page = client.get(f"/reports/{name}").text
        target = report_named(name).drill
        assert target is not None
        links = [one.split('"')[0] for one in page.split(f'href="/reports/{target.report}?')[1:]]
        assert links, name
        for link in links:
            address = f"/reports/{target.report}?{link.replace('&amp;', '&')}"
            assert "Nothing to show" not in client.get(address).text, address


def test_filters_narrow_and_bad_ones_are_named(shared_office: Office) -> None:
    everything = api(shared_office, "sam", "open-order-list")["rows"]
    rereads = api(shared_office, "sam", "open-order-list", type="reread")["rows"]
    assert 0 < len(rereads) < len(everything)
    assert {row["type"] for row in rereads} == {"reread"}
    north = api(shared_office, "sam", "open-order-list", zone="north")["rows"]
    assert {row["zone"] for row in north} == {"North zone"}
    assert (
        api(shared_office, "sam", "receipts", **{"from": "2020-01-01", "until": "2020-02-01"})["rows"] == []
    )
    for filters, field in (
        ("type=no-such-type", "Type"),
        ("age=old", "At least this many days old"),
    ):
        answer = shared_office.client("sam").get(f"/reports/open-order-list?{filters}")
        assert answer.status_code == 422
        assert field in answer.text
    for span in ("from=yesterday", f"from={TODAY}&until=2020-01-01"):
        assert shared_office.client("sam").get(f"/reports/receipts?{span}").status_code == 422


def test_what_is_being_counted_is_said_by_no_report(office: Office) -> None:
    before = office.client("casey").get("/reports/custody").text
    assert "$50.00" in before
    opened = office.post("casey", "/office/cash/turn-ins", technician="t01", receipt="T01-000001")
    assert opened.status_code == 302
    for name in ("receipts", "receipt-list", "custody", "end-of-day", "activity", "money-received"):
        for person in ("casey", "sam"):
            client = office.client(person)
            if client.get(f"/reports/{name}").status_code == 403:
                continue
            for address in (f"/reports/{name}", f"/reports/{name}.csv", f"/api/reports/{name}"):
                text = client.get(address).text
                assert not any(amount in text for amount in ("$50.00", "50.00", ": 5000")), address
    assert "shown to nobody" in office.client("casey").get("/reports/custody").text


def test_the_command_says_the_same_to_programs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = office.services
    monkeypatch.setattr("server.commands.report.open_services", lambda _config: shared)
    run = CliRunner()
    listed = run.invoke(report_command, [], catch_exceptions=False)
    assert all(name in listed.output for name in NAMES)
    asked = ["open-order-list", "type=reread", "--sort", "order"]
    found = json.loads(run.invoke(report_command, [*asked, "--json"], catch_exceptions=False).output)
    expected = api(office, "ada", "open-order-list", type="reread", sort="order")
    assert found["rows"] == expected["rows"]
    lines = run.invoke(report_command, [*asked, "--csv"], catch_exceptions=False).output.splitlines()
    assert len(lines) == len(found["rows"]) + 1
    shown = run.invoke(report_command, ["open-orders"], catch_exceptions=False).output
    assert "Open orders by age and type" in shown
