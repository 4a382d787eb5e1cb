"""Who may call what: every route says so, and the guard holds each role to it."""

import pytest

from server.auth.guard import GUARDED_ELSEWHERE, guarded_elsewhere
from server.auth.roles import ROLES, allow, rule_of
from tests.integration.office.conftest import Office
from tests.integration.office.morning import STAFF

FIRST_OF = {"csr": "carla", "dispatcher": "dana", "cashier": "casey", "supervisor": "sam", "admin": "ada"}


def test_every_route_names_who_may_call_it(shared_office: Office) -> None:
    app = shared_office.app
    unmarked = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule_of(app.view_functions[rule.endpoint]) is None and not guarded_elsewhere(rule.rule)
    ]
    assert unmarked == []


def test_no_exception_from_the_guard_outlives_its_route(shared_office: Office) -> None:
    rules = [rule.rule for rule in shared_office.app.url_map.iter_rules()]
    for prefix in GUARDED_ELSEWHERE:
        assert any(rule.startswith(prefix) for rule in rules), prefix


def test_a_marked_route_is_not_hidden_behind_an_exception(shared_office: Office) -> None:
    app = shared_office.app
    for rule in app.url_map.iter_rules():
        if rule_of(app.view_functions[rule.endpoint]) is not None:
            assert not guarded_elsewhere(rule.rule), rule.rule


def test_each_role_reaches_exactly_what_is_marked_for_it(shared_office: Office) -> None:
    """Every reading route without parameters, for every role and for nobody."""
    app = shared_office.app
    rules = [
        (rule.rule, marked)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
        if (marked := rule_of(app.view_functions[rule.endpoint])) is not None and marked.public is None
    ]
    assert len(rules) >= 12
    nobody = shared_office.client()
    for path, _ in rules:
        assert nobody.get(path).status_code in {302, 401}, path
    for role, name in FIRST_OF.items():
        client = shared_office.client(name)
        for path, marked in rules:
            refused = client.get(path).status_code == 403
            assert refused is not marked.admits(frozenset({role})), (role, path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("casey", "/dispatch/assign"),
        ("carla", "/dispatch/cancel"),
        ("casey", "/csr/orders/new"),
        ("dana", "/csr/accounts/A1/payments"),
        ("dana", "/office/cases/1"),
        ("casey", "/office/cases/1"),
        ("carla", "/api/orders/W000001/assign"),
        ("dana", "/api/payments"),
        ("carla", "/api/exceptions/1/decide"),
    ],
)
def test_acting_beyond_a_role_is_refused(shared_office: Office, name: str, path: str) -> None:
    answer = shared_office.post(name, path)
    assert answer.status_code == 403
    assert "Your role may not do this" in answer.text


def test_navigation_offers_only_pages_that_open(shared_office: Office) -> None:
    for name in STAFF:
        client = shared_office.client(name)
        text = client.get("/csr/").text
        offered = [
            part.split('"')[0] for part in text.split('<nav aria-label="Pages">')[1].split('href="')[1:]
        ]
        for address in [one for one in offered if one.endswith("/") and one != "/"]:
            assert client.get(address).status_code == 200, (name, address)


def test_a_role_that_does_not_exist_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match="not roles"):
        allow("janitor")
    with pytest.raises(ValueError, match="not roles"):
        allow()
    assert "admin" in ROLES


def test_an_unknown_address_is_said_in_our_words_and_keeps_the_way_out(shared_office: Office) -> None:
    signed_in = shared_office.client("dana").get("/no-such-page")
    assert signed_in.status_code == 404
    assert "There is nothing at this address." in signed_in.text
    assert 'href="/dispatch/"' in signed_in.text
    assert 'href="/dispatch/"' not in shared_office.client().get("/no-such-page").text
