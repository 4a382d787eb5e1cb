"""Signing in and out: right and wrong passwords, guessing, forged forms, ended sessions."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.auth import users
from server.auth.attempts import LIMITS, WINDOW
from server.auth.passwords import password_matches
from server.auth.remembered import LIFE, MOST, RememberedCredentials
from server.auth.users import authenticate
from server.tables import SignInAttempt, User
from tests.integration.office.conftest import Office, csrf_of
from tests.integration.office.morning import CLOCK, PASSWORD
from workorders.problems import Problem


@pytest.mark.parametrize(
    ("name", "home"), [("dana", "/dispatch/"), ("carla", "/csr/"), ("casey", "/office/"), ("sam", "/office/")]
)
def test_people_start_where_they_work(shared_office: Office, name: str, home: str) -> None:
    client = shared_office.client()
    token = csrf_of(client, "/sign-in")
    answer = client.post(
        "/sign-in", data={"name": f" {name.upper()} ", "password": PASSWORD, "csrf_token": token}
    )
    assert answer.headers["Location"] == home
    assert client.get("/").headers["Location"] == home
    assert client.get("/sign-in").headers["Location"] == home


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/csr/?q=a", "/csr/?q=a"),
        ("//evil.example/", "/csr/"),
        ("/\\evil.example/", "/csr/"),
        ("https://evil.example/", "/csr/"),
        ("", "/csr/"),
    ],
)
def test_signing_in_leads_on_within_the_site_only(shared_office: Office, wanted: str, leads: str) -> None:
    client = shared_office.client()
    token = csrf_of(client, "/sign-in")
    answer = client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"name": "carla", "password": PASSWORD, "csrf_token": token},
    )
    assert answer.headers["Location"] == leads


def test_a_page_asked_for_without_a_session_comes_after_signing_in(shared_office: Office) -> None:
    answer = shared_office.client().get("/csr/orders/W000001")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/csr/orders/W000001"


def test_the_sign_in_page_names_nobody(shared_office: Office) -> None:
    text = shared_office.client().get("/sign-in").text
    for name in ("carla", "dana", PASSWORD):
        assert name not in text


def test_wrong_names_and_wrong_passwords_look_the_same(office: Office) -> None:
    client = office.client()
    answers = []
    for name, password in (("carla", "wrong password"), ("nobody", "wrong password")):
        token = csrf_of(client, "/sign-in")
        answer = client.post("/sign-in", data={"name": name, "password": password, "csrf_token": token})
        assert answer.status_code == 401
        answers.append(answer.text.split("Name or password")[1][:60])
    assert answers[0] == answers[1]
    assert client.get("/csr/").status_code == 302


def test_guessing_is_stopped_and_ends_with_its_window(office: Office) -> None:
    sessions = office.services.sessions
    for _ in range(LIMITS["pair"]):
        with pytest.raises(Problem, match="Name or password"):
            authenticate(sessions, "carla", "wrong password", "10.0.0.9", CLOCK)
    with pytest.raises(Problem, match="Too many attempts"):
        authenticate(sessions, "carla", PASSWORD, "10.0.0.9", CLOCK)
    # A colleague at another address is not locked out by it.
    assert authenticate(sessions, "carla", PASSWORD, "10.0.0.8", CLOCK).name == "carla"
    later = CLOCK + WINDOW + timedelta(seconds=1)
    assert authenticate(sessions, "carla", PASSWORD, "10.0.0.9", later).name == "carla"
    with sessions() as session:
        assert session.scalars(select(SignInAttempt.key).where(SignInAttempt.kind == "pair")).all() == []


def test_a_form_needs_the_token_of_its_session(shared_office: Office) -> None:
    client = shared_office.client("carla")
    for headers in ({}, {"X-CSRF-Token": "guess"}):
        answer = client.post("/csr/orders/W000001/cancel", data={"reason": "x"}, headers=headers)
        assert answer.status_code == 403
        assert "expired" in answer.text
    foreign = client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert client.get("/csr/").status_code == 200


def test_a_session_ends_with_sign_out_password_or_time(office: Office) -> None:
    client = office.client()
    token = csrf_of(client, "/sign-in")
    client.post("/sign-in", data={"name": "carla", "password": PASSWORD, "csrf_token": token})
    assert client.get("/csr/").status_code == 200
    client.post("/sign-out", data={"csrf_token": csrf_of(client, "/csr/")})
    assert client.get("/csr/").status_code == 302
    client = office.client("carla")
    with office.services.sessions.begin() as session:
        users.set_password(session, "carla", "another long password", now=CLOCK, actor="ada")
    assert client.get("/csr/").status_code == 302
    client = office.client("dana")
    with client.session_transaction() as cookie:
        cookie["staff"]["at"] -= 12 * 3600
        cookie.modified = True
    assert client.get("/dispatch/").status_code == 302


def test_somebody_shut_out_stays_out(office: Office) -> None:
    client = office.client("dana")
    with office.services.sessions.begin() as session:
        users.set_active(session, "dana", False, now=CLOCK, actor="ada")
    assert client.get("/dispatch/").status_code == 302
    with pytest.raises(Problem, match="Name or password"):
        authenticate(office.services.sessions, "dana", PASSWORD, "10.0.0.9", CLOCK)


@pytest.mark.parametrize(
    ("name", "password", "roles", "field"),
    [
        ("Upper", "a long enough password", ["csr"], "name"),
        ("x", "a long enough password", ["csr"], "name"),
        ("carla", "a long enough password", ["csr"], "name"),
        ("newcomer", "short", ["csr"], "password"),
        ("newcomer", " " * 12, ["csr"], "password"),
        ("newcomer", "a long enough password", [], "roles"),
        ("newcomer", "a long enough password", ["king"], "roles"),
    ],
)
def test_a_user_that_cannot_be_is_refused_by_field(
    shared_office: Office, name: str, password: str, roles: list[str], field: str
) -> None:
    with shared_office.services.sessions() as session:
        with pytest.raises(Problem) as refused:
            users.add_user(session, name, "Somebody", password, roles, now=CLOCK)
        assert refused.value.details["field"] == field


def test_signing_out_ends_every_copy_of_the_session_and_no_other(office: Office) -> None:
    """A cookie that somebody kept opens nothing after its owner has signed out."""
    first, second = office.client(), office.client()
    for client in (first, second):
        token = csrf_of(client, "/sign-in")
        client.post("/sign-in", data={"name": "carla", "password": PASSWORD, "csrf_token": token})
    kept = first.get_cookie("curbstop")
    assert kept is not None
    token = csrf_of(first, "/csr/")
    assert first.post("/sign-out", data={"csrf_token": token}).headers["Location"] == "/sign-in"
    thief = office.client()
    thief.set_cookie("curbstop", kept.value)
    assert thief.get("/csr/").status_code == 302
    assert second.get("/csr/").status_code == 200


def test_no_page_behind_the_sign_in_is_kept_by_a_browser(shared_office: Office) -> None:
    sam = shared_office.client("sam")
    for path in (
        "/csr/",
        "/csr/accounts/A1",
        "/dispatch/",
        "/dispatch/map.json",
        "/office/",
        "/api/search?q=A1",
    ):
        answer = sam.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), path
    with sam.get("/static/css/base.css") as published:
        assert "no-store" not in published.headers.get("Cache-Control", "")


def test_passwords_are_kept_as_argon2(shared_office: Office) -> None:
    with shared_office.services.read_sessions() as session:
        hashes = session.scalars(select(User.password_hash)).all()
    assert hashes
    assert all(kept.startswith("$argon2id$") for kept in hashes)
    assert len(set(hashes)) == len(hashes)


def basic(name: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_programs_sign_in_with_basic_on_this_machine_or_over_https(shared_office: Office) -> None:
    client = shared_office.client()
    headers = basic("carla", PASSWORD)
    assert client.get("/api/search?q=A1", headers=headers).status_code == 200
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/api/search?q=A1", headers=headers, environ_base=far).status_code == 401
    secure = client.get("/api/search?q=A1", headers=headers, environ_base=far, base_url="https://localhost")
    assert secure.status_code == 200
    foreign = client.get("/api/search?q=A1", headers=headers | {"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    # Only the API takes it: a page must not act on what a browser sends by itself.
    assert client.get("/csr/", headers=headers).status_code == 302


def test_basic_with_a_wrong_password_says_so(office: Office) -> None:
    client = office.client()
    answer: Any = client.get("/api/search?q=A1", headers=basic("carla", "wrong password"))
    assert answer.status_code == 401
    assert answer.json["code"] == "sign_in_failed"
    bearer: Any = client.get("/api/search?q=A1", headers={"Authorization": "Bearer x"})
    assert bearer.json["code"] == "api_token_invalid"
    digest: Any = client.get("/api/search?q=A1", headers={"Authorization": 'Digest username="x"'})
    assert digest.json["code"] == "sign_in_required"


def test_a_programs_password_is_hashed_once_in_some_minutes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def counted(stored: str | None, password: str) -> bool:
        hashed.append(password)
        return password_matches(stored, password)

    monkeypatch.setattr(users, "password_matches", counted)
    client = office.client()

    def asked(password: str) -> int:
        return client.get("/api/search?q=A1", headers=basic("carla", password)).status_code

    assert [asked(PASSWORD) for _ in range(3)] == [200, 200, 200]
    assert len(hashed) == 1
    assert [asked("guessed wrongly") for _ in range(2)] == [401, 401]
    assert len(hashed) == 3, "a wrong password is never remembered"
    with office.services.sessions.begin() as session:
        users.set_password(session, "carla", "another good one", now=CLOCK, actor="ada")
    assert asked(PASSWORD) == 401, "a changed password counts at once"
    assert asked("another good one") == 200
    with office.services.sessions.begin() as session:
        users.set_active(session, "carla", False, now=CLOCK, actor="ada")
    assert asked("another good one") == 401, "and so does shutting somebody out"


def test_what_was_verified_is_known_for_minutes_only_and_not_without_bound() -> None:
    known = RememberedCredentials()
    known.remember("carla", "secret", "$hash", CLOCK)
    assert known.knows("carla", "secret", "$hash", CLOCK + LIFE - timedelta(seconds=1))
    assert not known.knows("carla", "secret", "$hash", CLOCK + LIFE)
    assert not known.knows("carlas", "ecret", "$hash", CLOCK), "where one part ends matters"
    known.remember("carla", "secret", "$hash", CLOCK)
    for number in range(MOST):
        known.remember(f"program{number}", "secret", "$hash", CLOCK)
    assert not known.knows("carla", "secret", "$hash", CLOCK)
