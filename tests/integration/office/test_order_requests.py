"""Orders that nobody can mean are refused, one request raises one order, the ledger opens its gates."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.integration.office.conftest import Office
from tests.integration.office.test_doors import ORDER, ask
from tests.integration.usecases import world
from workorders.tables import Order, ServicePoint

REFUSED_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"due_until": "2020-01-01T00:00:00Z"}, "due_until"),
    ({"due_until": "9999-12-31T00:00:00Z"}, "due_until"),
    ({"due_until": "2031-01-01T00:00:00Z"}, "due_until"),
    ({"due_until": "2026-03-05T10:00:00"}, "due_until"),
    ({"appointment_from": "2026-03-05T10:00:00Z"}, "appointment_until"),
    ({"appointment_until": "2026-03-05T10:00:00Z"}, "appointment_from"),
    (
        {"appointment_from": "2026-03-05T10:00:00Z", "appointment_until": "2026-03-05T10:00:00Z"},
        "appointment_until",
    ),
    (
        {"appointment_from": "2026-03-05T10:00:00Z", "appointment_until": "2026-03-05T09:00:00Z"},
        "appointment_until",
    ),
    (
        {"appointment_from": "2026-03-01T10:00:00Z", "appointment_until": "2026-03-01T12:00:00Z"},
        "appointment_until",
    ),
    ({"priority": 101}, "priority"),
    ({"extra": {"flag_reason": "high", "disputed_read": 10**25}}, "extra.disputed_read"),
    ({"extra": {"flag_reason": "high", "disputed_read": 10**9}}, "extra.disputed_read"),
    ({"type": "turn_off", "extra": {"stop_date": "0001-01-01"}}, "extra.stop_date"),
    ({"type": "turn_off", "extra": {"stop_date": "2020-01-01"}}, "extra.stop_date"),
    ({"type": "turn_off", "extra": {"stop_date": "9999-12-31"}}, "extra.stop_date"),
    ({"type": "exchange", "extra": {"reason": "age", "van_stock": "NOSUCH"}}, "extra.van_stock"),
    ({"type": "exchange", "extra": {"reason": "age", "van_stock": "M3"}}, "extra.van_stock"),
    (
        {"type": "meter_test", "extra": {"kind": "program", "deposit_cents": 99_999_900}},
        "extra.deposit_cents",
    ),
]


@pytest.mark.parametrize(("given", "field"), REFUSED_ORDERS)
def test_an_order_that_nobody_can_mean_is_refused_at_its_field(
    shared_office: Office, given: dict[str, Any], field: str
) -> None:
    answer = ask(shared_office, "carla", "POST", "/api/orders", json=ORDER | given)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_input")
    assert answer.json["details"]["field"] == field


def _counted(office: Office) -> int:
    with office.services.read_sessions() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def test_service_that_is_on_is_not_turned_on(shared_office: Office) -> None:
    for type_, extra in (
        ("turn_on", {"start_date": "2026-03-03", "fees_paid": False}),
        ("reconnect", {"payment_satisfied": False}),
    ):
        answer = ask(
            shared_office,
            "carla",
            "POST",
            "/api/orders",
            json={"type": type_, "service_point": "SP-2", "extra": extra},
        )
        assert (answer.status_code, answer.json["code"]) == (409, "service_already")


def test_a_request_sent_again_raises_one_order(office: Office) -> None:
    before = _counted(office)
    body = ORDER | {"id": "mine-1"}
    first = ask(office, "carla", "POST", "/api/orders", json=body)
    again = ask(office, "carla", "POST", "/api/orders", json=body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["number"] == again.json["number"]
    other = ask(office, "carla", "POST", "/api/orders", json=body | {"priority": 80})
    assert (other.status_code, other.json["code"]) == (409, "request_conflict")
    # Another person's id is another request.
    assert ask(office, "dana", "POST", "/api/orders", json=body).json["number"] != first.json["number"]
    assert _counted(office) == before + 2


def test_a_form_sent_again_by_back_raises_one_order(office: Office) -> None:
    page = office.client("carla").get("/csr/orders/new?service_point=SP-2&type=reread").text
    token = page.split('name="request_id" value="')[1].split('"')[0]
    form = {"service_point": "SP-2", "type": "reread", "extra.flag_reason": "high", "request_id": token}
    before = _counted(office)
    places = {office.post("carla", "/csr/orders/new", **form).headers["Location"] for _ in range(2)}
    assert (len(places), _counted(office)) == (1, before + 1)
    changed = office.post("carla", "/csr/orders/new", **form | {"instructions": "call first"})
    assert (changed.status_code, "was used already" in changed.text) == (409, True)


def test_a_second_order_of_a_type_is_raised_on_purpose_only(office: Office) -> None:
    """Back in a real browser asks for the page anew, so that the same form has another id."""
    page = "/csr/orders/new?service_point=SP-2&type=reread"
    form = {"service_point": "SP-2", "type": "reread", "extra.flag_reason": "high"}
    before = _counted(office)
    first = office.post("carla", "/csr/orders/new", **form, request_id="one").headers["Location"]
    number = first.rsplit("/", 1)[1]
    assert f"{number} is open here already" in office.client("carla").get(page).text
    again = office.post("carla", "/csr/orders/new", **form, request_id="two")
    assert (again.status_code, 'id="another-problem"' in again.text) == (422, True)
    assert _counted(office) == before + 1
    other = office.post("carla", "/csr/orders/new", **form, request_id="two", another="yes")
    assert (other.status_code, _counted(office)) == (302, before + 2)


def _cut(office: Office, household: int) -> None:
    with office.services.sessions.begin() as session:
        point = session.scalars(select(ServicePoint).where(ServicePoint.number == f"SP-{household}")).one()
        point.state = "off_np"


def test_the_ledger_says_whether_a_reconnect_is_paid_for(office: Office) -> None:
    _cut(office, 2)
    body = {"type": "reconnect", "service_point": "SP-2", "extra": {"payment_satisfied": True}}
    refused = ask(office, "carla", "POST", "/api/orders", json=body)
    assert (refused.status_code, refused.json["code"], refused.json["details"]["owed"]) == (
        409,
        "money_owed",
        "$128.50",
    )
    assert ask(office, "carla", "POST", "/api/orders", json=body | {"override": "please"}).status_code == 403
    paid = {"id": "P-2", "account": "A2", "amount_cents": world.DEBT, "channel": "web"}
    assert ask(office, "casey", "POST", "/api/payments", json=paid).status_code == 201
    # The payment has raised the reconnect by itself, so a second one is not needed.
    second = ask(office, "carla", "POST", "/api/orders", json=body)
    assert (second.status_code, second.json["code"]) == (409, "service_order_active")
    raised = ask(office, "carla", "GET", f"/api/orders/{second.json['details']['number']}")
    assert (raised.json["type"], raised.json["state"]) == ("reconnect", "approved")


def test_a_supervisor_overrides_with_a_reason_that_stays(office: Office) -> None:
    _cut(office, 2)
    form = {
        "service_point": "SP-2",
        "type": "reconnect",
        "extra.payment_satisfied": "yes",
        "override": "ordered by the commissioner",
    }
    assert office.post("carla", "/csr/orders/new", **form).status_code == 403
    answer = office.post("sam", "/csr/orders/new", **form)
    assert answer.status_code == 302
    assert "ordered by the commissioner" in office.client("sam").get(answer.headers["Location"]).text


def test_an_order_for_no_service_point_leads_to_the_search(office: Office) -> None:
    client = office.client("carla")
    for address in ("/csr/orders/new", "/csr/orders/new?service_point="):
        assert client.get(address).location == "/csr/"
        assert "Find the service point first" in client.get("/csr/").text
    assert client.get("/csr/orders/new?service_point=SP-none").status_code == 404
