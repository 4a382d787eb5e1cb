"""Tokens of programs: made once, kept as a hash, held to their scopes, to their days, and to the journal."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.auth.scopes import SCOPES, scope_of
from server.tables import ApiToken
from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from workorders.queries.admin_changes import changes_about
from workorders.tables import Payment


def make(office: Office, *scopes: str, name: str = "billing", days: str = "30") -> str:
    """A token as the administrator's page shows it."""
    answer = office.post("ada", "/admin/programs", name=name, scopes=list(scopes), days=days)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    found = re.search(r"cbs_[0-9a-f]{10}_[\w-]{43}", answer.text)
    assert found is not None
    return found[0]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_kept_as_a_hash(office: Office) -> None:
    token = make(office, "orders:read")
    secret = token.split("_", 2)[2]
    assert secret not in office.client("ada").get("/admin/programs").text
    with office.services.read_sessions() as session:
        row = session.scalars(select(ApiToken)).one()
        (line,) = changes_about(session, "token", most=5)
    assert secret not in f"{vars(row)}{vars(line)}"
    assert (line.kind, line.actor) == ("token_added", "ada")
    assert (row.expires_at, row.last_used_at) == (CLOCK + timedelta(days=30), None)


def test_a_token_opens_what_its_scopes_say_and_nothing_else(office: Office) -> None:
    client: Any = office.client()
    token = make(office, "orders:read", "payments:read")
    assert client.get("/api/orders", headers=bearer(token)).status_code == 200
    assert client.get("/api/payments", headers=bearer(token)).status_code == 200
    refused = client.get("/api/accounts/A1", headers=bearer(token))
    assert (refused.status_code, refused.json["code"]) == (403, "scope_missing")
    assert refused.json["details"] == {"scope": "accounts:read"}
    payment = {"account": "A1", "amount_cents": 500, "channel": "web", "id": "P-900"}
    assert client.post("/api/payments", json=payment, headers=bearer(token)).status_code == 403
    number = office.numbers["silent_cut"]
    decided = client.post("/api/exceptions/1/decide", json={"accept": True}, headers=bearer(token))
    assert decided.json["code"] == "not_allowed", "what a person must decide has no scope"
    assert client.post(f"/api/orders/{number}/cancel", json={}, headers=bearer(token)).status_code == 403
    # A token is no session: pages stay shut, and it cannot make tokens.
    assert client.get("/csr/", headers=bearer(token)).status_code == 302
    assert client.post("/admin/programs", headers=bearer(token)).status_code == 403


def test_what_a_program_does_is_kept_under_its_name(office: Office) -> None:
    client: Any = office.client()
    token = make(office, "payments:write", name="portal")
    payment = {"account": "A1", "amount_cents": 500, "channel": "web", "id": "P-901"}
    answer = client.post("/api/payments", json=payment, headers=bearer(token))
    assert answer.status_code in {200, 201}, answer.json
    with office.services.read_sessions() as session:
        recorded = session.scalars(select(Payment).where(Payment.id == "P-901")).one()
    assert recorded.recorded_by == "api:portal"
    with office.services.read_sessions() as session:
        row = session.scalars(select(ApiToken)).one()
    assert (row.last_used_at, row.last_address) == (CLOCK, "127.0.0.1")


def test_a_token_that_was_revoked_has_ended_or_is_not_right_opens_nothing(office: Office) -> None:
    client: Any = office.client()
    token = make(office, "orders:read", days="2")
    token_id = token.split("_")[1]
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), token[4:], "cbs_x_y", "cbs__", "x" * 5000):
        refused = client.get("/api/orders", headers=bearer(wrong))
        assert (refused.status_code, refused.json["code"]) == (401, "api_token_invalid"), wrong[:40]
    services = replace(office.services, clock=lambda: CLOCK + timedelta(days=2))
    office.app.extensions["curbstop"] = services
    assert client.get("/api/orders", headers=bearer(token)).status_code == 401
    office.app.extensions["curbstop"] = office.services
    assert client.get("/api/orders", headers=bearer(token)).status_code == 200
    assert office.post("ada", f"/admin/programs/{token_id}/revoke").status_code == 302
    assert client.get("/api/orders", headers=bearer(token)).status_code == 401
    assert office.post("ada", "/admin/programs/nothing/revoke").status_code == 404
    assert "Revoked" in office.client("ada").get("/admin/programs").text


def test_a_token_travels_over_https_or_on_this_machine(office: Office) -> None:
    client = office.client()
    token = make(office, "orders:read")
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/api/orders", headers=bearer(token), environ_base=far).status_code == 401
    secure = client.get("/api/orders", headers=bearer(token), environ_base=far, base_url="https://localhost")
    assert secure.status_code == 200


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": "Big Billing", "scopes": ["orders:read"], "days": "30"}, "use lower case"),
        ({"name": "billing", "scopes": [], "days": "30"}, "Choose at least one."),
        ({"name": "billing", "scopes": ["everything"], "days": "30"}, "Choose at least one."),
        ({"name": "billing", "scopes": ["orders:read"], "days": "0"}, "between 1 and 731"),
        ({"name": "billing", "scopes": ["orders:read"], "days": "soon"}, "aria-invalid"),
    ],
)
def test_a_token_that_cannot_be_is_refused_at_its_field(
    office: Office, form: dict[str, Any], why: str
) -> None:
    answer = office.post("ada", "/admin/programs", **form)
    assert answer.status_code == 422
    assert why in answer.text


def test_only_administrators_make_tokens(shared_office: Office) -> None:
    for name in ("carla", "dana", "casey", "sam"):
        assert shared_office.client(name).get("/admin/programs").status_code == 403
        assert shared_office.post(name, "/admin/programs").status_code == 403


def test_the_description_of_the_api_says_which_scope_an_operation_needs(shared_office: Office) -> None:
    described: Any = shared_office.client().get("/api/openapi.json").json
    schemes = described["components"]["securitySchemes"]
    assert (schemes["token"]["type"], schemes["token"]["scheme"]) == ("http", "bearer")
    named = {
        way["token"][0]
        for path in described["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for way in operation.get("security", ())
        if "token" in way
    }
    assert named == set(SCOPES)
    marked = {scope_of(view) for view in shared_office.app.view_functions.values()} - {None}
    assert marked == set(SCOPES)
    decide = described["paths"]["/api/exceptions/{number}/decide"]["post"]
    assert "token" not in str(decide.get("security", ""))
