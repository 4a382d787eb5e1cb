"""Every door has the same lock: what one refuses, page, API, form and file refuse, naming the field."""

from collections.abc import Callable
from typing import Any

import pytest
from marshmallow import ValidationError
from sqlalchemy import select

from server.imports.fields import Money
from server.pages.csr.order_form import extra_from_form
from tests.integration.office.conftest import TOKEN, Office
from tests.unit.ledger.test_money import NO_AMOUNTS
from workorders.catalogue import CATALOGUE
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import Payment, PendingPayment

BROKEN = ["a\0b", "half \ud83d an emoji", "bell \x07"]
IMPOSSIBLE_DAYS = ["9999-12-31", "0001-01-01", "1899-12-31", "2026-02-30", "20260303", "soon"]


def ask(office: Office, name: str, method: str, path: str, **given: Any) -> Any:
    """What a program that signed in as this person is answered."""
    headers = {"X-CSRF-Token": TOKEN} | given.pop("headers", {})
    return office.client(name).open(path, method=method, headers=headers, **given)


def by_page(office: Office, text: str) -> str:
    answer = office.post(
        "carla", "/csr/accounts/A2/payments", payment_id="P-x", amount=text, channel="counter"
    )
    assert answer.status_code == 422
    assert "is not an amount" in answer.text
    return "amount"


def by_file(_office: Office, text: str) -> str:
    with pytest.raises(ValidationError):
        Money().deserialize(text)
    return "opening_balance"


def by_api(office: Office, text: str) -> str:
    body = {"id": "P-x", "account": "A2", "amount_cents": text, "channel": "web"}
    answer = ask(office, "casey", "POST", "/api/payments", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_input")
    return str(answer.json["details"]["field"])


@pytest.mark.parametrize("door", [by_page, by_file, by_api])
@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_money_that_is_no_amount_comes_in_by_no_door(
    shared_office: Office, door: Callable[[Office, str], str], text: str
) -> None:
    door(shared_office, text)
    with shared_office.services.read_sessions() as session:
        assert session.get(Payment, "P-x") is None


@pytest.mark.parametrize("text", [text for text in NO_AMOUNTS if text])
def test_an_order_forms_money_is_read_alike(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        extra_from_form(CATALOGUE["reconnect"], {"extra.deposit_cents": text}, "America/Chicago")
    assert refusal.value.details["field"] == "extra.deposit_cents"


@pytest.mark.parametrize(
    "cents", [0, -1, 12.5, True, "45", 100_000_001, 2**53, 2**63 - 1, 2 * 10**18, 10**20, 10**400]
)
def test_a_payment_is_bounded(shared_office: Office, cents: Any) -> None:
    body = {"id": "P-x", "account": "A2", "amount_cents": cents, "channel": "web"}
    answer = ask(shared_office, "casey", "POST", "/api/payments", json=body)
    assert (answer.status_code, answer.json["details"]["field"]) == (422, "amount_cents")


def test_the_largest_payments_leave_the_books_provable(office: Office) -> None:
    for number in range(3):
        body = {"id": f"P-big-{number}", "account": "A2", "amount_cents": 100_000_000, "channel": "web"}
        assert ask(office, "casey", "POST", "/api/payments", json=body).status_code == 201
    assert office.client("sam").get("/office/money").status_code == 200
    with office.services.read_sessions() as session:
        assert verify_ledger(session).differences == ()
        waiting = set(session.scalars(select(PendingPayment.id).where(PendingPayment.state == "pending")))
        assert waiting == {f"P-big-{number}" for number in range(3)}
    for number in range(3):
        decision = office.post("ada", f"/office/payments/P-big-{number}/decision", decision="approve")
        assert decision.status_code == 302
    assert office.client("sam").get("/office/money").status_code == 200
    with office.services.read_sessions() as session:
        assert verify_ledger(session).differences == ()


@pytest.mark.parametrize(
    "at",
    [
        "2030-01-01T00:00:00Z",
        "1999-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "2026-03-02T08:00:00",
        "2026-03-02",
        "yesterday",
        "",
    ],
)
def test_when_a_payment_was_made_is_held_against_the_clock(shared_office: Office, at: str) -> None:
    body = {"id": "P-x", "account": "A2", "amount_cents": 100, "channel": "web", "received_at": at}
    answer = ask(shared_office, "casey", "POST", "/api/payments", json=body)
    assert (answer.status_code, answer.json["details"]["field"]) == (422, "received_at")


ORDER = {"type": "reread", "service_point": "SP-2", "extra": {"flag_reason": "high"}}
PAYMENT = {"id": "P-x", "account": "A2", "amount_cents": 100, "channel": "web"}
TEXT_DOORS: list[tuple[str, str, dict[str, Any], str]] = [
    ("casey", "/api/payments", PAYMENT, "id"),
    ("casey", "/api/payments", PAYMENT, "account"),
    ("casey", "/api/payments", PAYMENT, "channel"),
    ("casey", "/api/payments", PAYMENT, "reference"),
    ("carla", "/api/orders", ORDER, "id"),
    ("carla", "/api/orders", ORDER, "type"),
    ("carla", "/api/orders", ORDER, "service_point"),
    ("carla", "/api/orders", ORDER, "account"),
    ("carla", "/api/orders", ORDER, "instructions"),
    ("carla", "/api/orders", ORDER, "follows"),
    ("sam", "/api/orders", ORDER, "override"),
    ("sam", "/api/exceptions/1/decide", {"accept": True}, "words"),
]


@pytest.mark.parametrize("text", [*BROKEN, "x" * 5_000], ids=["nul", "surrogate", "bell", "long"])
@pytest.mark.parametrize("door", TEXT_DOORS, ids=lambda door: f"{door[1]}-{door[3]}")
def test_a_text_that_cannot_be_kept_is_refused_by_its_name(
    shared_office: Office, door: tuple[str, str, dict[str, Any], str], text: str
) -> None:
    name, path, body, field = door
    answer = ask(shared_office, name, "POST", path, json=body | {field: text})
    assert (answer.status_code, answer.json["code"], answer.json["details"]["field"]) == (
        422,
        "bad_input",
        field,
    )


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("where", ["flag_reason", "disputed_read", "\ud800"])
def test_what_is_nested_is_held_against_the_same(shared_office: Office, where: str, text: str) -> None:
    answer = ask(shared_office, "carla", "POST", "/api/orders", json=ORDER | {"extra": {where: text}})
    assert (answer.status_code, answer.json["details"]["field"][:6]) == (422, "extra.")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("carla", "/csr/?q=a%00b"),
        ("carla", "/csr/accounts/A%00"),
        ("carla", "/csr/orders/W%00"),
        ("carla", "/csr/meters/M%00"),
        ("carla", "/csr/premises/P%00"),
        ("carla", "/csr/orders/new?service_point=%00"),
        ("dana", "/dispatch/?technician=%00&type=%00"),
        ("sam", "/office/?code=%00"),
        ("casey", "/api/accounts/A%00"),
        ("casey", "/api/search?q=%00"),
        ("casey", "/api/orders?technician=%00"),
        ("dana", "/plans/urgent/%00"),
    ],
)
def test_no_address_reaches_the_database_with_a_zero_character(
    shared_office: Office, name: str, path: str
) -> None:
    assert ask(shared_office, name, "GET", path).status_code in {404, 422}


@pytest.mark.parametrize(
    ("name", "path", "form"),
    [
        ("carla", "/csr/accounts/A2/payments", {"payment_id": "P\0", "amount": "1", "channel": "counter"}),
        (
            "carla",
            "/csr/accounts/A2/payments",
            {"payment_id": "P-x", "amount": "1", "channel": "counter", "reference": "a\rb"},
        ),
        (
            "carla",
            "/csr/accounts/A2/payments",
            {"payment_id": "P-x", "amount": "1", "channel": "counter", "reference": "x" * 81},
        ),
        ("carla", "/csr/orders/W000001/cancel", {"reason": "one\rtwo"}),
        ("carla", "/csr/orders/W000001/cancel", {"reason": "x" * 201}),
        ("dana", "/dispatch/cancel", {"order": "W000001", "reason": "x" * 201}),
        ("dana", "/dispatch/cancel", {"order": "W000001:²", "reason": "x"}),
        ("dana", "/dispatch/cancel", {"order": "W000001:" + "9" * 30, "reason": "x"}),
        ("carla", "/csr/orders/W000001/cancel", {"reason": "x", "version": "1_0"}),
        ("sam", "/office/cases/1", {"decision": "accept", "words": "x" * 501}),
        ("sam", "/office/quarantine/1", {"what": "settle", "words": "x" * 501}),
        ("sam", "/office/quarantine/1", {"what": "settle", "words": "\0"}),
    ],
)
def test_a_forms_text_is_never_cut_short_nor_an_accident(
    shared_office: Office, name: str, path: str, form: dict[str, str]
) -> None:
    assert shared_office.post(name, path, **form).status_code == 422


@pytest.mark.parametrize("day", IMPOSSIBLE_DAYS)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dana", "/dispatch/?day={day}"),
        ("dana", "/analysis/?from={day}&until={day}"),
        ("sam", "/office/money?day={day}"),
        ("dana", "/api/orders?route_day={day}"),
    ],
)
def test_no_page_reckons_with_an_impossible_day(
    shared_office: Office, name: str, path: str, day: str
) -> None:
    assert ask(shared_office, name, "GET", path.format(day=day)).status_code == 422


@pytest.mark.parametrize(
    "path", ["/office/cases/{n}", "/plans/{n}", "/csr/evidence/{n}", "/office/quarantine/{n}"]
)
def test_a_row_number_beyond_every_row_is_nothing(shared_office: Office, path: str) -> None:
    for number in (2**31, 10**25):
        assert shared_office.client("sam").get(path.format(n=number)).status_code == 404


@pytest.mark.parametrize("tag", ["", '""', "*", "1", 'W/"1"', '"²"', '"1", "2"', f'"{10**25}"', '"-1"'])
def test_if_match_is_one_etag_of_an_order(shared_office: Office, tag: str) -> None:
    path = f"/api/orders/{shared_office.numbers['waiting']}/cancel"
    answer = ask(shared_office, "dana", "POST", path, json={"reason": "x"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json["details"]["field"]) == (422, "If-Match")
