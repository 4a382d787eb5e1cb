"""Notes, contact, flags, adjustments and worklists on the pages, by role and in both languages."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.office.conftest import Office
from tests.integration.office.readable import english_left, raw
from tests.integration.usecases.world import TODAY
from workorders.tables import AccountNote, Adjustment, Customer, Enrollment, Hold

A1 = "/csr/accounts/A1"


def page(office: Office, name: str, path: str, language: str = "en-US,en") -> str:
    client = office.client(name)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.text)


FORMS: dict[str, dict[str, Any]] = {
    "customer": {"name": "Maria Vega", "phone": "555-010-1000", "language": "es", "reason": "married"},
    "notes": {"kind": "call_in", "words": "wants a plan", "call_back_on": str(TODAY)},
    "programs": {"kind": "budget_plan", "starts_on": str(TODAY), "reason": "asked for it"},
    "adjustments": {"adjustment_id": "ADJ-1", "kind": "credit", "amount": "75.00", "reason": "leak"},
}


@pytest.mark.parametrize(
    ("form", "field", "value"),
    [
        ("customer", "name", ""),
        ("customer", "email", "x"),
        ("customer", "reason", ""),
        ("notes", "words", ""),
        ("notes", "kind", "x"),
        ("notes", "call_back_on", "soon"),
        ("programs", "kind", "x"),
        ("programs", "starts_on", ""),
        ("programs", "ends_on", "2020-01-01"),
        ("programs", "reason", ""),
        ("adjustments", "amount", "a lot"),
        ("adjustments", "kind", "x"),
        ("adjustments", "reason", ""),
    ],
)
def test_a_wrong_field_is_named_and_nothing_changes(
    office: Office, form: str, field: str, value: str
) -> None:
    answer = office.post("carla", f"{A1}/{form}", **(FORMS[form] | {field: value}))
    assert answer.status_code == 422
    assert 'class="problem"' in answer.text
    with office.services.read_sessions() as session:
        for table in (AccountNote, Enrollment, Adjustment):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        assert session.scalars(sa.select(Customer.name).where(Customer.id == 1)).one() == "Maria O'Brien"


def test_everything_of_a_customers_day_and_the_second_person(office: Office) -> None:
    for form, given in FORMS.items():
        assert office.post("carla", f"{A1}/{form}", **given).status_code == 302, form
    text = page(office, "carla", A1)
    for words in (
        "Maria Vega",
        "Español",
        "wants a plan",
        "Budget plan",
        "Waits for approval",
        "Likely actions",
    ):
        assert words in text, words
    lists = page(office, "carla", "/csr/worklists")
    assert "wants a plan" in lists
    assert "Approve $75.00" not in lists
    assert office.post("carla", "/csr/adjustments/ADJ-1/decision", decision="approve").status_code == 403
    assert "Approve $75.00" in page(office, "sam", "/csr/worklists")
    assert office.post("sam", "/csr/adjustments/ADJ-1/decision", decision="maybe").status_code == 422
    assert office.post("sam", "/csr/adjustments/ADJ-1/decision", decision="refuse").status_code == 422
    assert office.post("sam", "/csr/adjustments/ADJ-1/decision", decision="approve").status_code == 302
    assert office.post("sam", "/csr/adjustments/ADJ-1/decision", decision="approve").status_code == 409
    assert "$53.50" in page(office, "carla", A1)
    assert office.post("carla", f"{A1}/notes/1/done", outcome="").status_code == 422
    assert office.post("carla", f"{A1}/notes/1/done", outcome="agreed").status_code == 302
    assert office.post("carla", f"{A1}/notes/1/done", outcome="agreed").status_code == 409
    assert office.post("carla", f"{A1}/programs/1/ended", reason="").status_code == 422
    assert office.post("carla", f"{A1}/programs/1/ended", reason="moved").status_code == 302
    for path in (A1, "/csr/worklists"):
        for name in ("sam", "casey"):
            assert raw(page(office, name, path)) == [], path
            assert english_left(page(office, name, path, "es-MX,es;q=0.9"), "es") == [], path


def test_a_protecting_flag_lands_among_the_holds(office: Office) -> None:
    given = {"kind": "pledge", "starts_on": str(TODAY), "reason": "agency letter", "evidence": "L-9"}
    assert office.post("carla", f"{A1}/programs", **given).status_code == 302
    with office.services.read_sessions() as session:
        assert session.scalars(sa.select(Hold.kind)).all() == ["pledge"]


def test_who_may_not(office: Office) -> None:
    for name, form in (("dana", "customer"), ("casey", "programs"), ("dana", "adjustments")):
        assert office.post(name, f"{A1}/{form}", **FORMS[form]).status_code == 403
    assert office.post("casey", f"{A1}/notes", **FORMS["notes"]).status_code == 302
    assert office.post("casey", "/csr/premises/P-1/arrival", reason="x").status_code == 403


def test_what_is_known_on_arrival_is_changed_with_a_reason(office: Office) -> None:
    path = "/csr/premises/P-1/arrival"
    assert office.post("carla", path, dog="yes", reason="").status_code == 422
    assert office.post("carla", path, hazard="x" * 201, reason="y").status_code == 422
    assert office.post("carla", path, dog="yes", reason="seen").status_code == 302
    text = page(office, "carla", "/csr/premises/P-1")
    assert "Dog: no → yes" in text
    assert raw(text) == []
