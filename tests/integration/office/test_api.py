"""The API as a program uses it: versions, errors in one shape, and a description that tells the truth."""

import base64
from typing import Any

import pytest

from tests.integration.office.conftest import TOKEN, Office
from tests.integration.office.morning import PASSWORD
from tests.integration.usecases.world import DEBT


def program(office: Office, name: str) -> Any:
    """A program with a session of that person."""
    client = office.client(name)
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    client.environ_base["HTTP_X_CSRF_TOKEN"] = TOKEN
    return client


def test_a_whole_life_over_the_api_with_basic(office: Office) -> None:
    """Raise, find, assign, recall, cancel: each change with the version that was seen."""
    client: Any = office.app.test_client()
    token = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Basic {token}"
    wanted = {"type": "exchange", "service_point": "SP-6", "extra": {"reason": "age"}, "priority": 70}
    raised = client.post("/api/orders", json=wanted)
    assert raised.status_code == 201, raised.text
    number, tag = raised.json["number"], raised.headers["ETag"]
    assert raised.headers["Location"] == f"/api/orders/{number}"
    assert (raised.json["state"], raised.json["requested_by"]) == ("approved", "ada")
    body = {"technician": "t01", "route_day": "2026-03-02"}
    assigned = client.post(f"/api/orders/{number}/assign", json=body, headers={"If-Match": tag})
    assert assigned.status_code == 200, assigned.text
    assert (assigned.json["state"], assigned.json["technician"]) == ("dispatched", "t01")
    assert assigned.headers["ETag"] != tag
    stale = client.post(f"/api/orders/{number}/cancel", json={"reason": "x"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json["code"]) == (409, "stale_order")
    read = client.get(f"/api/orders/{number}")
    assert read.headers["ETag"] == assigned.headers["ETag"]
    assert [line["words"] for line in read.json["timeline"]][-1] == "Sent to Tess Demo’s tablet."
    assert "not confirmed" in read.json["staleness"]["words"] or "Waiting" in read.json["staleness"]["words"]
    recalled = client.post(
        f"/api/orders/{number}/recall", json={"reason": "truck"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert recalled.json["state"] == "recalled"
    cancelled = client.post(
        f"/api/orders/{number}/cancel",
        json={"reason": "moved"},
        headers={"If-Match": recalled.headers["ETag"]},
    )
    assert (cancelled.json["state"], cancelled.json["cancel_reason"]) == ("cancelled", "moved")


def test_an_unchanged_order_is_not_sent_again(shared_office: Office) -> None:
    client = program(shared_office, "carla")
    path = f"/api/orders/{shared_office.numbers['done']}"
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_orders_are_listed_page_by_page(shared_office: Office) -> None:
    client = program(shared_office, "dana")
    seen: list[str] = []
    after = None
    while True:
        query: dict[str, Any] = {"limit": 4} | ({"after": after} if after else {})
        page = client.get("/api/orders", query_string=query).json
        seen += [order["number"] for order in page["orders"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) >= 13
    assert seen == sorted(seen, reverse=True)
    open_ones = client.get("/api/orders?state=open&technician=t01").json["orders"]
    assert shared_office.numbers["sent"] in {order["number"] for order in open_ones}
    assert shared_office.numbers["done"] not in {order["number"] for order in open_ones}
    (late,) = client.get("/api/orders?account=A11&type=disconnect_np").json["orders"]
    assert late["outcome"] == "completed_after_cancel"
    assert late["place"]["state"] == "off_np"


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        (
            "/api/orders",
            {"type": "nonsense", "service_point": "SP-1"},
            422,
            "unknown_order_type",
            None,
        ),
        ("/api/orders", {"service_point": "SP-1"}, 422, "bad_input", "type"),
        ("/api/orders", {"type": "reread", "service_point": "SP-999"}, 404, "not_found", None),
        (
            "/api/orders",
            {"type": "reread", "service_point": "SP-1"},
            422,
            "bad_input",
            "extra.flag_reason",
        ),
        (
            "/api/orders",
            {"type": "reread", "service_point": "SP-1", "odd": 1},
            422,
            "bad_input",
            "odd",
        ),
        (
            "/api/orders",
            {"type": "reread", "service_point": "SP-1", "priority": 1000},
            422,
            "bad_input",
            "priority",
        ),
        ("/api/orders/W000001/cancel", {"reason": "x"}, 428, "version_required", None),
        ("/api/orders/W999999", None, 404, "not_found", None),
        ("/api/orders?limit=100000", None, 422, "bad_input", "query.limit"),
        ("/api/accounts/A999", None, 404, "not_found", None),
        ("/api/search", None, 422, "bad_input", "query.q"),
        (
            "/api/payments",
            {"id": "x", "account": "A1", "amount_cents": -5, "channel": "web"},
            422,
            "bad_input",
            "amount_cents",
        ),
        (
            "/api/payments",
            {"id": "x", "account": "A1", "amount_cents": 12.5, "channel": "web"},
            422,
            "bad_input",
            "amount_cents",
        ),
        (
            "/api/payments",
            {"id": "x", "account": "A1", "amount_cents": 5, "channel": "pigeon"},
            422,
            "bad_input",
            "channel",
        ),
        ("/api/exceptions?state=lost", None, 422, "bad_input", "query.state"),
        ("/api/nothing", None, 404, "not_found", None),
    ],
)
def test_every_refusal_has_the_same_shape(
    shared_office: Office, path: str, body: Any, *, status: int, code: str, field: str | None
) -> None:
    """A body is posted, nothing is asked for."""
    client = program(shared_office, "ada")
    answer = client.get(path) if body is None else client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json) >= {"code", "words", "advice", "details"}
    assert answer.json["code"] == code
    if field is not None:
        assert answer.json["details"]["field"] == field


def test_a_body_that_is_not_json_is_refused(shared_office: Office) -> None:
    answer = program(shared_office, "ada").post("/api/orders", data="{", content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "bad_input")


@pytest.mark.parametrize("tag", ['W/"1"', '"abc"', "*", '"1", "2"'])
def test_a_tag_that_is_no_version_is_refused(shared_office: Office, tag: str) -> None:
    number = shared_office.numbers["waiting"]
    answer = program(shared_office, "ada").post(
        f"/api/orders/{number}/cancel", json={"reason": "x"}, headers={"If-Match": tag}
    )
    assert answer.json["code"] in {"bad_input", "version_required"}


def test_an_account_and_a_payment_over_the_api(office: Office) -> None:
    client = program(office, "casey")
    before = client.get("/api/accounts/A2").json
    assert (before["customer"], before["balance_cents"]) == ("Demo customer 2", DEBT)
    (point,) = before["service_points"]
    assert (point["number"], point["meter"], point["current"]) == ("SP-2", "M2", True)
    assert before["open_orders"] == [office.numbers["overdue"]]
    payment = {"id": "web-1", "account": "A2", "amount_cents": 5_000, "channel": "web"}
    for _ in range(2):
        paid = client.post("/api/payments", json=payment)
        assert (paid.status_code, paid.json["balance_cents"]) == (201, DEBT - 5_000)
    other = client.post("/api/payments", json=payment | {"amount_cents": 6_000})
    assert (other.status_code, other.json["code"]) == (409, "payment_conflict")


def test_searching_over_the_api(shared_office: Office) -> None:
    hits = program(shared_office, "carla").get("/api/search?q=brien").json
    assert [(hit["kind"], hit["key"]) for hit in hits] == [("account", "A1")]


def test_exceptions_are_listed_and_decided(office: Office) -> None:
    client = program(office, "sam")
    number = office.numbers["review"]
    cases = client.get(f"/api/exceptions?order={number}").json
    (case,) = [one for one in cases if one["blocking"]]
    assert case["code"] == "serial_mismatch"
    decided = client.post(f"/api/exceptions/{case['id']}/decide", json={"accept": True, "words": "seen"})
    assert (decided.json["state"], decided.json["decided_by"]) == ("accepted", "sam")
    assert client.get(f"/api/orders/{number}").json["state"] == "completed"
    assert case["id"] not in {one["id"] for one in client.get("/api/exceptions").json}
    assert case["id"] in {one["id"] for one in client.get("/api/exceptions?state=all").json}


def test_the_description_names_every_operation_and_how_to_sign_in(shared_office: Office) -> None:
    answer: Any = shared_office.app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert {"basic", "session"} <= set(answer.json["components"]["securitySchemes"])
    described = {
        (path.replace("{", "<").replace("}", ">"), method.upper())
        for path, methods in answer.json["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    }
    routed = {
        (rule.rule.replace("<int:", "<").replace("<string:", "<"), method)
        for rule in shared_office.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        and rule.endpoint.split(".")[0] in {"orders", "accounts", "exceptions"}
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routed <= described
    cancel = answer.json["paths"]["/api/orders/{number}/cancel"]["post"]
    assert "If-Match" in {parameter.get("name") for parameter in cancel["parameters"]}
