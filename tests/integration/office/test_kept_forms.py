"""Nothing typed is lost: a session that ended, a case that somebody else decided meanwhile."""

import re

import pytest
from sqlalchemy import select

from tests.integration.office.conftest import Office
from workorders.tables import ExceptionCase

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


FORMS: list[tuple[str, str, dict[str, str], str, str]] = [
    (
        "carla",
        "/csr/accounts/A2/payments",
        {"payment_id": "P-k", "amount": "45.50", "channel": "mail", "reference": "check 7781"},
        "/csr/accounts/A2",
        "check 7781",
    ),
    (
        "carla",
        "/csr/orders/new",
        {"service_point": "SP-2", "type": "turn_off", "instructions": "ring the bell twice"},
        "/csr/orders/new",
        "ring the bell twice",
    ),
    (
        "carla",
        "/csr/orders/W000001/cancel",
        {"reason": "moved away"},
        "/csr/orders/W000001",
        "moved away",
    ),
    (
        "sam",
        "/office/cases/1",
        {"decision": "accept", "words": "seen on site"},
        "/office/cases/1",
        "seen on site",
    ),
]
"""Who sends it, where to, the form, the page that shows it again, and words that must be on it."""


@pytest.mark.parametrize("sent", FORMS, ids=lambda sent: sent[1])
def test_what_was_typed_comes_back_after_signing_in_again(
    office: Office, sent: tuple[str, str, dict[str, str], str, str]
) -> None:
    name, path, form, page, shown = sent
    client = office.client()
    answer = client.post(path, data=form | {"csrf_token": "of the old session"}, headers=SAME_SITE)
    assert answer.status_code == 303
    with client.session_transaction() as cookie:
        kept = cookie["kept_form"]
    client = office.client(name)
    with client.session_transaction() as cookie:
        cookie["kept_form"] = kept
    filled = client.get(page)
    assert (filled.status_code, shown in filled.text) == (200, True)
    assert shown not in client.get("/csr/orders/new?service_point=SP-2&type=turn_off").text


def test_what_a_refused_form_held_comes_back_on_the_page_above(office: Office) -> None:
    """A refusal is shown under the address of the form, which nobody can open."""
    stranger = office.client()
    path = "/csr/accounts/A2/payments"
    headers = SAME_SITE | {"Referer": f"http://localhost{path}"}
    form = {"amount": "45.50", "method": "check"}
    assert stranger.post(path, data=form, headers=headers).status_code == 303
    with stranger.session_transaction() as cookie:
        kept = cookie["kept_form"]
    client = office.client("carla")
    with client.session_transaction() as cookie:
        cookie["kept_form"] = kept
    shown = client.get("/csr/accounts/A2").text
    assert re.search(r'id="kept-form"[^>]*>[^<]*"45.50"', shown)
    assert 'id="kept-form"' not in client.get("/csr/accounts/A2").text


def test_no_password_goes_into_a_cookie(office: Office) -> None:
    stranger = office.client()
    page = "http://localhost/admin/people"
    form = {"name": "nina", "password": "correct horse battery", "again": "correct horse battery"}
    stranger.post("/admin/people", data=form, headers=SAME_SITE | {"Referer": page})
    with stranger.session_transaction() as cookie:
        assert cookie["kept_form"]["form"] == {"name": ["nina"]}


def test_a_form_from_before_the_last_sign_in_is_not_carried_out_and_comes_back(office: Office) -> None:
    client = office.client("carla")
    form = {"words": "Ring the bell twice", "csrf_token": "of another session"}
    page = "/csr/accounts/A2"
    headers = SAME_SITE | {"Referer": f"http://localhost{page}"}
    sent = client.post(f"{page}/notes", data=form, headers=headers)
    assert (sent.status_code, sent.headers["Location"]) == (303, page)
    assert client.get(page).text.count("Ring the bell twice") == 1
    assert "Ring the bell twice" not in client.get(page).text
    foreign = client.post(f"{page}/notes", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_another_site_puts_no_words_into_a_form(office: Office) -> None:
    client = office.client()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = client.post("/csr/accounts/A2/payments", data={"amount": "1"}, headers=headers)
        assert answer.status_code == 403
        with client.session_transaction() as cookie:
            assert "kept_form" not in cookie


def test_a_case_decided_by_two_people_is_refused_to_the_second_one(office: Office) -> None:
    with office.services.read_sessions() as session:
        number = session.scalars(select(ExceptionCase.id).where(ExceptionCase.state == "open")).first()
    path = f"/office/cases/{number}"
    assert office.client("sam").get(path).status_code == 200
    assert office.post("sam", path, decision="accept", words="it is right").status_code == 302
    second = office.post("ada", path, decision="reject", words="it is not")
    assert second.status_code == 409
    for said in ("was already accepted", "it is right", "You had written: it is not"):
        assert said in second.text
    assert "it is right" in office.client("ada").get(path).text


@pytest.mark.parametrize("wanted", ["/csr/\nX: y", "/csr/\r\nX: y", "/csr/\0"])
def test_signing_in_leads_nowhere_that_breaks_a_header(office: Office, wanted: str) -> None:
    answer = office.client("carla").get("/sign-in", query_string={"next": wanted})
    assert answer.status_code in {302, 422}
    assert answer.headers.get("Location", "/csr/") == "/csr/"
