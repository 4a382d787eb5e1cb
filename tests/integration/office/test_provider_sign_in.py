"""Signing in by an identity provider, against one that runs here and lies where a test lets it."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.app import create_app
from server.auth.users import set_roles
from server.tables import SignInSession, StaffIdentity, User
from tests.integration.office.conftest import Office, csrf_of
from tests.integration.office.identity_provider import (
    CLIENT,
    SECRET,
    IdentityProvider,
    Person,
    ec,
    rsa,
    served,
    signing_input,
    unsigned,
)
from tests.integration.office.morning import CLOCK, PASSWORD
from tests.integration.office.signing_in import Browser
from workorders.tables import AdminChange


@dataclass
class Site:
    """The office with a provider; `settings` replaces some before the application is made."""

    office: Office
    provider: IdentityProvider
    later: timedelta = timedelta()

    def open(self, **settings: Any) -> "Site":
        """The application anew under these settings too."""
        config = replace(
            self.office.services.config,
            oidc_issuer=self.provider.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_title="Utility account",
            **settings,
        ).checked()
        shared = replace(self.office.services, config=config, clock=lambda: CLOCK + self.later)
        self.office = Office(create_app(services=shared), shared, self.office.numbers)
        return self

    def browser(self) -> FlaskClient:
        """Somebody's browser."""
        return self.office.client()

    def come(self, client: FlaskClient, onward: str = "", **answer: str) -> TestResponse:
        """There and back; `answer` replaces what the provider's answer says."""
        there = client.get(f"/sign-in/provider{onward}")
        assert there.status_code == 302, there.text
        return client.get("/sign-in/back", query_string=self.provider.signed_in(there.location) | answer)

    def audit(self, name: str) -> list[str]:
        """What was noted about a person."""
        query = (
            select(AdminChange.kind).where(AdminChange.subject == f"person:{name}").order_by(AdminChange.id)
        )
        with self.office.services.read_sessions() as db:
            return list(db.scalars(query))

    def roles(self, name: str) -> list[str]:
        """What a person may do now."""
        with self.office.services.read_sessions() as db:
            return list(db.scalars(select(User.roles).where(User.name == name)).one())


@pytest.fixture
def site(office: Office) -> Iterator[Site]:
    """The office of the morning with a provider that knows carla."""
    with served(CLOCK.timestamp) as provider:
        yield Site(office, provider)


@pytest.fixture
def shared_site(shared_office: Office) -> Iterator[Site]:
    """The same for sign-ins that are refused, so that nothing is written."""
    with served(CLOCK.timestamp) as provider:
        yield Site(shared_office, provider)


def test_there_and_back_with_a_session_like_any_other(site: Site) -> None:
    client = site.open().browser()
    assert "Sign in with Utility account" in client.get("/sign-in").text
    answer = site.come(client, "?next=/csr/worklists")
    assert (answer.status_code, answer.location) == (302, "/csr/worklists")
    assert client.get("/csr/").status_code == 200
    own = client.get("/me").text
    assert "You sign in with Utility account" in own
    assert 'name="password"' not in own
    with site.office.services.read_sessions() as db:
        carla = db.scalars(select(User).where(User.name == "carla")).one()
        assert carla.last_sign_in_at == CLOCK
        assert db.scalars(select(SignInSession.user_id)).all() == [carla.id]
        assert db.get(StaffIdentity, (site.provider.issuer, "sub-carla")) is not None
    assert site.audit("carla")[-1] == "identity_linked"

    admin = site.office.client("ada")
    revoked = admin.post(
        "/admin/people/carla/sessions/end", data={"csrf_token": csrf_of(admin, "/admin/people/carla")}
    )
    assert revoked.status_code == 302
    assert client.get("/csr/").status_code == 302


def test_nobody_is_sent_elsewhere(site: Site) -> None:
    site.open()
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        assert site.come(site.browser(), f"?next={elsewhere}").location == "/csr/"


def test_keys_of_both_kinds_and_keys_that_change(site: Site) -> None:
    site.open()
    assert site.come(site.browser()).status_code == 302
    site.provider.key, site.provider.algorithm = ec("second"), "ES256"
    refused = site.come(site.browser())
    assert refused.status_code == 401, "keys are not read anew at every unknown id"
    site.later = timedelta(seconds=31)
    assert site.come(site.browser()).status_code == 302
    assert site.provider.asked["/keys"] == 2
    assert site.provider.asked["/.well-known/openid-configuration"] == 1


OTHER = rsa("first")


def _changed(**claims: Any) -> Callable[[IdentityProvider], None]:
    def apply(provider: IdentityProvider) -> None:
        provider.claims_changed = lambda said: said.update(claims)

    return apply


def _without(name: str) -> Callable[[IdentityProvider], None]:
    def apply(provider: IdentityProvider) -> None:
        provider.claims_changed = lambda said: said.pop(name)

    return apply


def _made(make: Callable[[IdentityProvider, dict[str, Any]], str]) -> Callable[[IdentityProvider], None]:
    def apply(provider: IdentityProvider) -> None:
        provider.token_made = lambda claims: make(provider, claims)

    return apply


def _by_shared_secret(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    # The public key, which everybody has, taken for a secret.
    head = signing_input({"alg": "HS256", "kid": provider.key.kid}, claims)
    made = hmac.digest(provider.key.as_pem(private=False), head.encode(), "sha256")
    return f"{head}.{urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _by_another_key(_provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, OTHER, algorithms=["RS256"])


def _cut_short(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": provider.key.kid}
    return jwt.encode(header, claims, provider.key, algorithms=["RS256"]).rpartition(".")[0]


AT = int(CLOCK.timestamp())
LIES = {
    "issuer": _changed(iss="https://elsewhere.example"),
    "audience": _changed(aud="another program"),
    "several audiences without the one meant": _changed(aud=[CLIENT, "another program"]),
    "meant for another": _changed(azp="another program"),
    "nonce": _changed(nonce="of another sign-in"),
    "no nonce": _without("nonce"),
    "no subject": _without("sub"),
    "no expiry": _without("exp"),
    "expired": _changed(exp=AT - 61),
    "from the future": _changed(iat=AT + 61),
    "not yet": _changed(nbf=AT + 61),
    "access token of another": _changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": _made(lambda _provider, claims: unsigned(claims)),
    "a public key as secret": _made(_by_shared_secret),
    "another key": _made(_by_another_key),
    "no signature": _made(_cut_short),
    "no token": _made(lambda _provider, _claims: "x"),
}


def test_a_token_that_cannot_be_believed_signs_nobody_in(shared_site: Site) -> None:
    site = shared_site.open()
    for lie, tell in LIES.items():
        site.provider.claims_changed, site.provider.token_made = lambda _claims: None, None
        tell(site.provider)
        client = site.browser()
        answer = site.come(client)
        assert answer.status_code == 401, lie
        assert "could not be verified" in answer.text, lie
        assert client.get("/csr/").status_code == 302, lie
    with site.office.services.read_sessions() as db:
        assert db.scalars(select(StaffIdentity)).all() == []


def test_clocks_may_be_a_minute_apart(site: Site) -> None:
    site.open()
    for claims in ({"exp": AT - 59}, {"iat": AT + 59}, {"nbf": AT + 59}):
        _changed(**claims)(site.provider)
        assert site.come(site.browser()).status_code == 302, claims


def test_a_sign_in_belongs_to_the_browser_that_began_it_and_is_used_once(site: Site) -> None:
    site.open()
    begun, other = site.browser(), site.browser()
    query = site.provider.signed_in(begun.get("/sign-in/provider").location)
    assert other.get("/sign-in/back", query_string=query).status_code == 403
    assert site.come(begun, state="guessed").status_code == 403
    assert site.come(begun, iss="https://elsewhere.example").status_code == 401
    assert site.come(begun, code="of another").status_code == 503
    assert begun.get("/csr/").status_code == 302

    assert site.come(begun).status_code == 302
    assert begun.get("/sign-in/back", query_string=query).status_code == 403

    slow = site.browser()
    query = site.provider.signed_in(slow.get("/sign-in/provider").location)
    site.later = timedelta(minutes=10)
    assert slow.get("/sign-in/back", query_string=query).status_code == 403


def test_who_is_refused_there_or_unknown_here_reads_why(site: Site) -> None:
    site.open(password_people=("ada",))
    refused = site.come(site.browser(), error="access_denied")
    assert "Utility account did not sign you in" in refused.text
    for claims, words in (
        ({"preferred_username": "stranger"}, "knows you as stranger"),
        ({"preferred_username": "carla@elsewhere.example"}, "knows you as carla@elsewhere.example"),
        ({"preferred_username": "ada"}, "knows you as ada"),
        ({"preferred_username": "<b>x</b>"}, "knows you as &lt;b&gt;x&lt;/b&gt;"),
        ({"preferred_username": ["carla"]}, "knows you as –"),
        ({}, "knows you as –"),
    ):
        site.provider.person = Person("sub-other", dict(claims))
        answer = site.come(site.browser())
        assert (answer.status_code, words in answer.text) == (403, True), claims


def test_a_person_stays_the_same_whatever_they_are_called_there(site: Site) -> None:
    site.open(oidc_domains=("utility.example",))
    site.provider.person.claims["preferred_username"] = "Carla@Utility.example"
    assert site.come(site.browser()).status_code == 302
    site.provider.person.claims["preferred_username"] = "dana"
    client = site.browser()
    assert site.come(client).status_code == 302
    assert "Carla" in client.get("/me").text

    site.provider.person = Person("sub-new", {"preferred_username": "carla"})
    taken = site.come(site.browser())
    assert "another account of the sign-in service" in taken.text
    ada = site.office.client("ada")
    token = csrf_of(ada, "/admin/people/carla")
    assert ada.post("/admin/people/carla/identity/forget", data={"csrf_token": token}).status_code == 302
    assert client.get("/csr/").status_code == 302, "what the link opened ends with it"
    assert site.come(site.browser()).status_code == 302
    assert site.audit("carla")[-2:] == ["identity_forgotten", "identity_linked"]


def test_groups_give_the_roles_at_every_sign_in(site: Site) -> None:
    groups = (("cashier", "Cash office"), ("admin", "CN=Admins,OU=Utility"))
    site.open(oidc_roles=groups)
    site.provider.person.claims["groups"] = ["Cash office", "Chess club"]
    assert site.come(site.browser()).status_code == 302
    assert site.roles("carla") == ["cashier"]
    assert site.audit("carla")[-2:] == ["identity_linked", "roles"]

    site.provider.person.claims["groups"] = "CN=Admins,OU=Utility"
    assert site.come(site.browser()).status_code == 302
    assert site.roles("carla") == ["admin"]

    site.provider.person.claims["groups"] = ["Chess club"]
    answer = site.come(site.browser())
    assert (answer.status_code, "None of your groups" in answer.text) == (403, True)
    assert site.roles("carla") == ["admin"]


def test_whoever_has_a_role_is_added_only_when_the_settings_say_so(site: Site) -> None:
    site.provider.person = Person("sub-nina", {"preferred_username": "nina", "name": "Nina Nuñez"})
    site.provider.user_info = {"sub": "sub-nina", "groups": ["Cash office"]}
    site.open(oidc_roles=(("cashier", "Cash office"),))
    assert site.come(site.browser()).status_code == 403
    site.open(oidc_roles=(("cashier", "Cash office"),), oidc_add_people=True)
    site.provider.user_info["sub"] = "somebody else"
    assert site.come(site.browser()).status_code == 401
    site.provider.user_info["sub"] = "sub-nina"
    client = site.browser()
    assert site.come(client).status_code == 302
    assert "Nina Nuñez" in client.get("/office/cash/drawers").text
    assert site.audit("nina") == ["added", "identity_linked"]


def test_a_locked_out_person_stays_out(site: Site) -> None:
    site.open()
    assert site.come(site.browser()).status_code == 302
    site.office.post("ada", "/admin/people/carla/access", active="no")
    answer = site.come(site.browser())
    assert (answer.status_code, "You are locked out" in answer.text) == (403, True)


def test_a_second_factor_is_the_providers_and_must_be_said(site: Site) -> None:
    site.open(second_factor_roles=("csr",))
    answer = site.come(site.browser())
    assert (answer.status_code, "second factor" in answer.text) == (403, True)
    site.provider.person.claims["amr"] = ["pwd", "mfa"]
    client = site.browser()
    assert site.come(client).status_code == 302
    assert client.get("/csr/").status_code == 200


def test_a_role_given_since_asks_for_the_second_factor_after_all(site: Site) -> None:
    site.open(second_factor_roles=("cashier",))
    client = site.browser()
    assert site.come(client).status_code == 302
    assert client.get("/csr/").status_code == 200
    with site.office.services.sessions.begin() as session:
        set_roles(session, "carla", ["csr", "cashier"], now=CLOCK, actor="ada")
    assert client.get("/csr/").location == "/me"
    assert "Sign out, and sign in with" in client.get("/me").text


def test_whoever_is_kept_for_the_day_it_fails_is_not_the_providers_also_when_it_knew_them(site: Site) -> None:
    site.open()
    assert site.come(site.browser()).status_code == 302
    site.open(password_people=("carla",))
    assert site.come(site.browser()).status_code == 403


def test_passwords_open_for_named_people_alone(site: Site) -> None:
    site.open(password_people=("ada",))
    carla, ada = Browser(site.office), Browser(site.office)
    refused = carla.sign_in("carla")
    assert (refused.status_code, "not with a password" in refused.text) == (403, True)
    assert carla.sign_in("nobody.at.all").status_code == 403
    api = site.office.client()
    basic = {"Authorization": "Basic Y2FybGE6eA==", "Accept": "application/json"}
    assert "password_off" in api.get("/api/search?q=abbott", headers=basic).text

    site.provider.up = False
    away = ada.client.get("/sign-in/provider")
    assert (away.status_code, "does not answer" in away.text) == (503, True)
    assert ada.sign_in("ada", PASSWORD).status_code == 302
    assert ada.is_in()


def test_a_provider_that_is_another_or_sends_us_elsewhere_is_not_used(site: Site) -> None:
    for described in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"token_endpoint": "https://[x"},
        {"userinfo_endpoint": "http://elsewhere.example/who"},
    ):
        site.provider.described = described
        assert site.open().browser().get("/sign-in/provider").status_code == 503
    site.provider.described = {"token_endpoint_auth_methods_supported": None}
    assert site.open().come(site.browser()).status_code == 302
    site.provider.described = {}
    assert site.browser().get("/sign-in/provider").status_code == 302


def test_what_the_browser_is_sent_with_tells_no_secret(site: Site) -> None:
    client = site.open().browser()
    query = parse_qs(urlsplit(client.get("/sign-in/provider").location).query)
    assert query["redirect_uri"] == ["http://localhost/sign-in/back"]
    assert query.keys() == {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    }


def test_without_a_provider_there_is_no_way_to_one(office: Office) -> None:
    assert office.client().get("/sign-in/provider").status_code == 404
    assert "/sign-in/provider" not in office.client().get("/sign-in").text
