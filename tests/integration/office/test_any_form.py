"""Whatever is typed into any form of any page, the answer is a page: no field leads to an accident.

`CURBSTOP_FORM_VALUES` raises the number of values that each field is given.
"""

import os
from random import Random
from typing import Any
from urllib.parse import quote_plus, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from server.auth.kept_forms import KEPT, PAGES
from tests.integration.office import morning
from tests.integration.office.conftest import TOKEN, Office
from tests.integration.office.form_reading import Form, forms
from tests.integration.office.reading import pages
from tests.integration.office.test_every_page import addresses

VALUES = int(os.environ.get("CURBSTOP_FORM_VALUES", "1"))
"""Strange values for each field. PostgreSQL, which refuses more than SQLite, answers them."""
TEXTS = (
    *("", " ", "0", "-1", "1", "45,50", "1e5", "1_000", "٣٤", "²", "10" * 13, "9" * 400, "NaN", "inf"),
    *("9999-12-31", "0001-01-01", "2020-02-30", "2026-03-02", "9999-12-31T23:59", "0001-01-01T00:00"),
    *("23:59:60", "x" * 300, "x" * 6_000, "💧", "\u202e", "'; --", "%s %(x)s {0}", "../..", "[]", "{}"),
    *("true", "null", "W000001", "A2", "t01", "id:1", "1:1", "1:9999999999999999999999", "-:", "\\"),
)
Kind = tuple[str, tuple[str, ...]]
"""The view that a form goes to, and the names of its fields."""
TYPED = {"reason": ["Ring the bell twice"]}
STRANGE = (*map(quote_plus, TEXTS), "%ED%A0%80", "%FF", "%00", "%0D%0A")


@pytest.mark.slow
@pytest.mark.parametrize("morning_template", ["postgresql"], indirect=True)
def test_no_form_of_any_page_leads_to_an_accident(office: Office) -> None:
    random = Random(7)
    driven: set[Kind] = set()
    accidents, lost = {}, {}
    for name in morning.STAFF:
        client = office.client(name)
        found = _forms_of(office, client, name)
        for kind in sorted(found.keys() - driven):
            address, form = found[kind]
            if form.method == "POST" and not kind[0].startswith("auth.") and kind[0] not in PAGES:
                kept = _kept_when_signed_out(office, address, form)
                if kept is None or (kept["page"], kept["form"]) != (address, TYPED):
                    lost[address, form.action] = kept
            for body in _bodies(form, random):
                answer = _send(client, form, body)
                if answer >= 500:
                    accidents[form.action, body] = answer
        driven |= found.keys()
    assert len(driven) > 60
    assert accidents == {}
    assert lost == {}, "what was typed comes back on the page that the form was sent from"


def _kept_when_signed_out(office: Office, address: str, form: Form) -> Any:
    """What is kept of a form that is sent after its session had ended; None for nothing."""
    stranger = office.client()
    headers = {"Sec-Fetch-Site": "same-origin", "Referer": urljoin("http://localhost", address)}
    stranger.post(form.action, data=TYPED, headers=headers)
    with stranger.session_transaction() as cookie:
        return cookie.get(KEPT)


def _forms_of(office: Office, client: FlaskClient, name: str) -> dict[Kind, tuple[str, Form]]:
    """The page of one form of each kind, and the form: by the view it goes to and the names of its fields."""
    adapter = office.app.url_map.bind("localhost")
    found: dict[Kind, tuple[str, Form]] = {}
    for address, html in pages(office.app, client, "/", addresses(office, name)):
        for form in forms(html, address):
            action = urljoin(address, form.action)
            path = urlsplit(action).path
            if path.endswith(("/sign-out", "/sign-in")):
                continue
            view = adapter.match(path, method=form.method)[0]
            kind = (str(view), tuple(sorted({each for each, _ in form.fields})))
            found.setdefault(kind, (address, Form(action, form.method, form.fields)))
    return found


def _bodies(form: Form, random: Random) -> list[str]:
    """The form as it stands, but for one field that is strange, left out, or there twice."""
    found = []
    for place, (changed, value) in enumerate(form.fields):
        if changed == "csrf_token":
            continue
        others = [(each, quote_plus(old)) for i, (each, old) in enumerate(form.fields) if i != place]
        chosen = STRANGE if len(STRANGE) <= VALUES else random.sample(STRANGE, VALUES)
        for strange in chosen:
            found.append(_encoded([*others, (changed, strange)]))
        found += [_encoded(others), _encoded([*others, (changed, quote_plus(value)), (changed, "zz")])]
    return found


def _encoded(fields: list[tuple[str, str]]) -> str:
    # Each page's token is the one of the session, which a copied page may not carry.
    own = [f"{quote_plus(name)}={value}" for name, value in fields if name != "csrf_token"]
    return "&".join([*own, f"csrf_token={TOKEN}"])


def _send(client: FlaskClient, form: Form, body: str) -> int:
    if form.method == "GET":
        address, query = urlsplit(form.action).path, body
        return client.get(f"{address}?{query}").status_code
    kind = "application/x-www-form-urlencoded"
    return client.post(form.action, data=body.encode(), content_type=kind).status_code
