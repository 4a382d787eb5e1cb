"""Customers in and out on the pages: start, stop, landlord, final bills."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.integration.office.readable import english_left, raw
from tests.integration.usecases.world import TODAY
from workorders.tables import Account, Application, Customer, Order, Read, ServiceAgreement, ServicePoint
from workorders.usecases.customers.moves import visit_stopped

START = "/csr/premises/P-1/start"
NEW: dict[str, Any] = {
    "name": "Nadia Newcomer",
    "phone": "555-010-4477",
    "email": "nadia@example.org",
    "language": "es",
    "rate_class": "residential",
    "points": "SP-1",
    "start_on": str(TODAY),
    "credit_class": "unknown",
    "request_id": "form-1",
}


def page(office: Office, name: str, path: str, language: str = "en") -> str:
    client = office.client(name)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = {"es": "es-MX,es;q=0.9"}.get(language, "en-US,en")
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.text)


def applicant(office: Office) -> str:
    with office.services.read_sessions() as session:
        query = sa.select(Account.number).join(Customer).where(Customer.name == NEW["name"])
        return session.scalars(query).one()


def test_service_is_started_from_the_premise(office: Office) -> None:
    assert "Start service" in page(office, "carla", "/csr/premises/P-1")
    assert "Start service" not in page(office, "dana", "/csr/premises/P-1")
    text = page(office, "carla", START)
    assert ("$75.00" in text, "$15.00" in text, "$90.00" in text) == (True, True, True)
    assert "The customer there leaves that day: A1" in text
    good = page(office, "carla", f"{START}?points=SP-1&credit_class=good&start_on={TODAY}")
    assert "$90.00" not in good
    refused = office.post("carla", START, **NEW)
    assert (refused.status_code, "Account A1 answers for SP-1." in refused.text) == (409, True)
    assert 'value="Nadia Newcomer"' in refused.text
    assert office.post("carla", START, **NEW, replace="yes").status_code == 302
    assert office.post("carla", START, **NEW, replace="yes").status_code == 302
    number = applicant(office)
    text = page(office, "carla", f"/csr/accounts/{number}")
    assert ("Waits for payment" in text, "Still open" in text, "Waive and approve" in text) == (
        True,
        True,
        False,
    )
    paid = office.post(
        "carla", f"/csr/accounts/{number}/payments", payment_id="P-77", amount="90.00", channel="counter"
    )
    assert paid.status_code == 302
    with office.services.read_sessions() as session:
        assert session.scalars(sa.select(Application.state)).all() == ["approved"]
        old = session.scalars(sa.select(ServiceAgreement).join(Account).where(Account.number == "A1")).one()
        assert (old.state, old.stop_on) == ("stopping", TODAY)
        assert session.get_one(Order, old.stop_order).extra["leave_on"] is True
    assert "final read of the customer before" in page(office, "carla", f"/csr/accounts/{number}")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "it is needed"),
        ("phone", "call me", "7 to 15 digits"),
        ("email", "nadia@", "name@domain"),
        ("language", "xx", "one of"),
        ("rate_class", "royal", "one of"),
        ("start_on", "soon", "YYYY-MM-DD"),
        ("credit_class", "royal", "one of"),
        ("account", "A404", "There is no account A404."),
        ("points", [], "choose at least one service"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    office: Office, field: str, value: Any, words: str
) -> None:
    answer = office.post("carla", START, **(NEW | {"replace": "yes", field: value}))
    assert answer.status_code in {404, 422}
    assert words in answer.text
    with office.services.read_sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == 0
        assert session.scalar(sa.select(Customer.id).where(Customer.name == NEW["name"])) is None


def test_waiving_is_a_supervisors_and_withdrawing_the_csrs(office: Office) -> None:
    office.post("carla", START, **NEW, replace="yes")
    with office.services.read_sessions() as session:
        id_ = session.scalars(sa.select(Application.id)).one()
    assert office.post("carla", f"/csr/applications/{id_}/waived", reason="x").status_code == 403
    assert office.post("sam", f"/csr/applications/{id_}/waived", reason="").status_code == 422
    assert "Waive and approve" in page(office, "sam", f"/csr/accounts/{applicant(office)}")
    assert office.post("sam", f"/csr/applications/{id_}/waived", reason="fund pays").status_code == 302
    assert office.post("sam", f"/csr/applications/{id_}/waived", reason="again").status_code == 409
    assert office.post("carla", f"/csr/applications/{id_}/withdrawn", reason="gone").status_code == 302
    assert office.post("carla", "/csr/applications/AP-9/withdrawn", reason="gone").status_code == 404
    text = page(office, "carla", f"/csr/accounts/{applicant(office)}")
    assert raw(text) == []


def test_stop_with_forwarding_and_the_final_bill(office: Office) -> None:
    path = "/csr/accounts/A1/stop"
    assert office.post("dana", path).status_code == 403
    for form, words in (
        ({"stop_on": "never", "points": "SP-1"}, "YYYY-MM-DD"),
        ({"stop_on": str(TODAY)}, "choose at least one service"),
        ({"stop_on": str(TODAY), "points": "SP-9"}, "There is no"),
        ({"stop_on": str(TODAY), "points": "SP-1", "forwarding_address": "x" * 201}, "longer than"),
    ):
        answer = office.post("carla", path, **form)
        assert (answer.status_code in {404, 422}, words in answer.text) == (True, True), form
    form = {"stop_on": str(TODAY), "points": "SP-1", "forwarding_address": "9 Oak Street"}
    assert office.post("carla", path, **form).status_code == 302
    assert "No service to stop." in page(office, "carla", path)
    text = page(office, "carla", "/csr/accounts/A1")
    assert ("to stop on Mar 2, 2026" in text, "forward to 9 Oak Street" in text) == (True, True)
    with office.services.sessions.begin() as session:
        one = session.scalars(sa.select(ServiceAgreement).join(Account).where(Account.number == "A1")).one()
        order = session.get_one(Order, one.stop_order)
        session.add(
            Read(
                meter_id=1,
                service_point_id=one.service_point_id,
                taken_at=CLOCK,
                value=149_000,
                kind="final",
                source="event:x",
            )
        )
        visit_stopped(session, order, at=CLOCK, source="event:x", now=CLOCK, actor="t01")
    assert "9 Oak Street" in page(office, "casey", "/csr/final-bills")
    assert office.post("casey", "/csr/final-bills").status_code == 403
    waiting = office.client("carla").get("/csr/final-bills.csv")
    assert "A1,Maria O'Brien,9 Oak Street,SP-1,water" in waiting.text
    assert office.post("carla", "/csr/final-bills").status_code == 302
    assert office.post("carla", "/csr/final-bills").status_code == 409
    text = page(office, "carla", "/csr/final-bills")
    link = text.split('href="/csr/final-bills.csv?')[1].split('"')[0].replace("&amp;", "&")
    assert "149000" in office.client("carla").get(f"/csr/final-bills.csv?{link}").text
    assert office.client("carla").get("/csr/final-bills.csv?at=x").status_code == 422


def test_a_stop_is_cancelled_and_an_order_raised_again(office: Office) -> None:
    office.post("carla", "/csr/accounts/A1/stop", stop_on=str(TODAY), points="SP-1")
    with office.services.read_sessions() as session:
        one = session.scalars(sa.select(ServiceAgreement).join(Account).where(Account.number == "A1")).one()
        id_, number = one.id, one.stop_order
        version = session.get_one(Order, number).version
    office.post("carla", f"/csr/orders/{number}/cancel", reason="mistake", version=version)
    assert "Raise the order again" in page(office, "carla", "/csr/accounts/A1")
    assert office.post("carla", f"/csr/agreements/{id_}/order").status_code == 302
    assert office.post("carla", f"/csr/agreements/{id_}/stop-cancelled", reason="").status_code == 422
    assert office.post("carla", f"/csr/agreements/{id_}/stop-cancelled", reason="stays").status_code == 302
    assert office.post("carla", f"/csr/agreements/{id_}/order").status_code == 409
    assert office.post("carla", "/csr/agreements/9999/order").status_code == 404


def test_a_landlord_is_kept_with_the_premise(office: Office) -> None:
    made = office.post("carla", "/csr/customers/new", name="Lena Landlord", rate_class="commercial")
    assert made.status_code == 302
    number = made.location.rsplit("/", 1)[1]
    path = "/csr/premises/P-2/landlord"
    form = {"account": number, "starts_on": str(TODAY), "evidence": "form 12"}
    for field, value in (
        ("account", "A404"),
        ("starts_on", "x"),
        ("evidence", ""),
        ("ends_on", "2020-01-01"),
    ):
        assert office.post("carla", path, **(form | {field: value})).status_code in {404, 422}, field
    assert office.post("carla", path, **form).status_code == 302
    assert office.post("carla", path, **form).status_code == 409
    assert "Lena Landlord" in page(office, "carla", "/csr/premises/P-2")
    with office.services.read_sessions() as session:
        assert session.scalars(sa.select(ServicePoint.premise_id).where(ServicePoint.number == "SP-2")).one()
    assert office.post("carla", f"{path}/1/ended").status_code == 302
    assert office.post("carla", f"{path}/1/ended").status_code == 404


def test_the_pages_are_readable_in_both_languages(office: Office) -> None:
    office.post("carla", START, **NEW, replace="yes")
    office.post("carla", "/csr/accounts/A2/stop", stop_on=str(TODAY), points="SP-2")
    for path in (
        START,
        "/csr/premises/P-2/start?account=A3",
        "/csr/customers/new",
        "/csr/accounts/A3/stop",
        "/csr/accounts/A2",
        f"/csr/accounts/{applicant(office)}",
        "/csr/final-bills",
        "/csr/premises/P-1",
    ):
        assert raw(page(office, "sam", path)) == [], path
        assert english_left(page(office, "sam", path, "es"), "es") == [], path
