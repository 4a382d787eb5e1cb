"""Whatever was typed into any form of any page comes back after the session had ended."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from server.auth.kept_forms import PAGES
from tests.integration.office.conftest import Office
from tests.integration.scale.routes import ROUTES, addressed

pytestmark = pytest.mark.slow

OWN = {"Sec-Fetch-Site": "same-origin"}
WITHOUT = ("auth.", "dispatch.live")
"""Signing in and out, and the choice of language: nothing is typed that could be lost."""


class Forms(HTMLParser):
    """The addresses that the forms of a page are sent to; those of htmx stay on their page."""

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects."""
        given = dict(attrs)
        if tag == "form" and (given.get("method") or "").lower() == "post" and "hx-post" not in given:
            self.actions.append(given.get("action") or "")


def forms_of(text: str) -> set[str]:
    parser = Forms()
    parser.feed(text)
    return {urlsplit(action).path for action in parser.actions if action}


def test_every_form_comes_back_on_the_page_it_was_sent_from(large_office: Office) -> None:
    if large_office.services.engine.dialect.name != "sqlite":
        pytest.skip("pages and forms are the same on either engine")
    reader, stranger = large_office.client("ada"), large_office.client()
    adapter = large_office.app.url_map.bind("localhost")
    seen: set[str] = set()
    lost = []
    for route in ROUTES.values():
        for address in addressed(large_office, route):
            answer = reader.get(address)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            for action in sorted(forms_of(answer.text)):
                endpoint, _arguments = adapter.match(action, method="POST")
                if endpoint in seen or endpoint.startswith(WITHOUT) or endpoint in PAGES:
                    continue
                seen.add(endpoint)
                headers = OWN | {"Referer": f"http://localhost{address}"}
                form = {"reason": "Ring the bell twice", "csrf_token": "of the old session"}
                refused = stranger.post(action, data=form, headers=headers)
                with stranger.session_transaction() as cookie:
                    kept = cookie.pop("kept_form", None)
                back = kept and kept["page"] == address and kept["action"] == action
                if (
                    refused.status_code != 303
                    or not back
                    or kept["form"] != {"reason": ["Ring the bell twice"]}
                ):
                    lost.append((endpoint, address, refused.status_code, kept))
    assert lost == []
    assert len(seen) > 60


def test_what_a_refused_form_held_comes_back_on_the_page_above(large_office: Office) -> None:
    """A refusal is shown under the address of the form, which nobody can open."""
    stranger = large_office.client()
    refused = stranger.post(
        "/csr/accounts/L2/payments",
        data={"amount": "45.50", "method": "check"},
        headers=OWN | {"Referer": "http://localhost/csr/accounts/L2/payments"},
    )
    assert refused.status_code == 303
    with stranger.session_transaction() as cookie:
        kept = cookie["kept_form"]
    client = large_office.client("carla")
    with client.session_transaction() as cookie:
        cookie["kept_form"] = kept
    shown = client.get("/csr/accounts/L2").text
    assert re.search(r'id="kept-form"[^>]*>[^<]*"45.50"', shown)
    assert 'id="kept-form"' not in client.get("/csr/accounts/L2").text


def test_no_password_goes_into_a_cookie(large_office: Office) -> None:
    stranger = large_office.client()
    page = "http://localhost/admin/people"
    form = {"name": "nina", "password": "correct horse battery", "again": "correct horse battery"}
    stranger.post("/admin/people", data=form, headers=OWN | {"Referer": page})
    with stranger.session_transaction() as cookie:
        assert cookie["kept_form"]["form"] == {"name": ["nina"]}


def test_a_form_from_before_the_last_sign_in_is_not_carried_out_and_comes_back(large_office: Office) -> None:
    client = large_office.client("carla")
    form = {"text": "Ring the bell twice", "csrf_token": "of another session"}
    page = "/csr/accounts/L2"
    sent = client.post(f"{page}/notes", data=form, headers=OWN | {"Referer": f"http://localhost{page}"})
    assert (sent.status_code, sent.headers["Location"]) == (303, page)
    assert client.get(page).text.count("Ring the bell twice") == 1
    assert "Ring the bell twice" not in client.get(page).text
    foreign = client.post(f"{page}/notes", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
