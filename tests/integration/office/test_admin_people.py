"""People as administrators keep them: added, given roles, locked out, signed out, each change kept."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.auth import users
from server.auth.guard import SESSION_LIFE
from server.auth.passwords import RANDOM_BYTES, readable_password
from server.auth.sessions import open_sessions
from server.auth.users import authenticate, user_by_name
from server.tables import SignInSession, User
from tests.integration.office.conftest import Office, csrf_of
from tests.integration.office.morning import CLOCK, PASSWORD
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_of
from workorders.tables import AdminChange
from workorders.usecases.lost_races import in_transaction

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(office: Office, name: str) -> FlaskClient:
    """A browser in which somebody has really signed in."""
    client = office.client()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    token = csrf_of(client, "/sign-in")
    answer = client.post("/sign-in", data={"name": name, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 302
    return client


def kinds(office: Office, name: str) -> list[str]:
    """The changes of a person, the newest first."""
    with office.services.read_sessions() as session:
        return [one.kind for one in changes_of(session, f"person:{name}")]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/people",
        "/admin/people/carla/roles",
        "/admin/people/carla/access",
        "/admin/people/carla/password",
        "/admin/people/carla/sessions/end",
        "/admin/people/carla/sessions/1/end",
    ],
)
@pytest.mark.parametrize("name", ["carla", "dana", "casey", "sam"])
def test_only_administrators_change_people(shared_office: Office, name: str, path: str) -> None:
    assert shared_office.post(name, path).status_code == 403
    assert shared_office.client(name).get("/admin/people/carla").status_code == 403


def test_a_person_is_added_with_a_password_that_is_shown_once(office: Office) -> None:
    form = {"name": "Nina", "full_name": "Nina New", "roles": ["csr", "cashier"]}
    answer = office.post("ada", "/admin/people", **form)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    found = re.search(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b", answer.text)
    assert found is not None
    password = found[0]
    assert authenticate(office.services.sessions, "nina", password, "10.0.0.9", CLOCK).roles == {
        "csr",
        "cashier",
    }
    assert password not in office.client("ada").get("/admin/people/nina").text
    with office.services.read_sessions() as session:
        (line,) = session.scalars(select(AdminChange).where(AdminChange.subject == "person:nina"))
        assert (line.kind, line.actor, line.at) == ("added", "ada", CLOCK)
        assert line.changes["roles"] == [None, ["cashier", "csr"]]
        assert password not in str(line.changes)
    again = office.post("ada", "/admin/people", **form)
    assert again.status_code == 422
    assert "there is already a user nina" in again.text
    assert 'value="Nina New"' in again.text, "what was typed stays"
    nobody = office.post("ada", "/admin/people", name="x y", full_name="", roles=["csr"])
    assert nobody.status_code == 422


def test_roles_hold_from_the_next_request_and_are_kept_with_who_and_what(office: Office) -> None:
    carla = office.client("carla")
    assert carla.get("/office/").status_code == 403
    assert office.post("ada", "/admin/people/carla/roles", roles=["csr", "supervisor"]).status_code == 302
    assert carla.get("/office/").status_code == 200
    assert office.post("ada", "/admin/people/carla/roles", roles=["csr", "supervisor"]).status_code == 302
    assert kinds(office, "carla") == ["roles", "added"], "the same roles again are no change"
    page = office.client("ada").get("/admin/people/carla").text
    assert "Customer service → Customer service, Supervisor" in page
    assert "Ada Admin" in page
    assert office.post("ada", "/admin/people/carla/roles").status_code == 422
    assert office.post("ada", "/admin/people/carla/roles", roles=["king"]).status_code == 422
    assert office.post("ada", "/admin/people/ghost/roles", roles=["csr"]).status_code == 404


def test_nobody_takes_away_their_own_access(office: Office) -> None:
    with office.services.sessions.begin() as session:
        users.set_roles(session, "sam", ["supervisor", "admin"], now=CLOCK, actor="ada")
    for path, form in (("roles", {"roles": ["csr"]}), ("access", {"active": "no"})):
        answer = office.post("ada", f"/admin/people/ada/{path}", **form)
        assert answer.status_code == 409
        assert "Nobody takes away their own access" in answer.text
    assert office.post("sam", "/admin/people/ada/access", active="no").status_code == 302
    assert office.client("ada").get("/admin/").status_code == 302


def test_the_last_administrator_stays(office: Office) -> None:
    with office.services.sessions() as session:
        with pytest.raises(Problem, match="only administrator"):
            users.set_active(session, "ada", False, now=CLOCK, actor="curbstop")
        with pytest.raises(Problem, match="only administrator"):
            users.set_roles(session, "ada", ["csr"], now=CLOCK, actor="curbstop")
        users.set_roles(session, "sam", ["admin"], now=CLOCK, actor="ada")
        users.set_active(session, "sam", False, now=CLOCK, actor="ada")
        with pytest.raises(Problem, match="only administrator"):
            users.set_active(session, "ada", False, now=CLOCK, actor="curbstop")
        users.set_active(session, "sam", True, now=CLOCK, actor="ada")
        users.set_active(session, "ada", False, now=CLOCK, actor="sam")
        assert not user_by_name(session, "ada").active


def test_two_administrators_cannot_lock_each_other_out_at_once(office: Office) -> None:
    with office.services.sessions.begin() as session:
        users.set_roles(session, "sam", ["admin"], now=CLOCK, actor="ada")
    together = Barrier(2)

    def lock(name: str, by: str) -> str:
        together.wait(timeout=30)
        try:
            in_transaction(
                office.services.sessions,
                lambda session: users.set_active(session, name, False, now=CLOCK, actor=by),
            )
        except Problem as problem:
            return problem.code
        return "locked"

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(lock, "ada", "sam"), pool.submit(lock, "sam", "ada")]
        assert sorted(one.result() for one in both) == ["last_admin", "locked"]


def test_locking_out_ends_sessions_and_letting_in_again_does_not_bring_them_back(office: Office) -> None:
    carla = signed_in(office, "carla")
    assert office.post("ada", "/admin/people/carla/access", active="no").status_code == 302
    assert carla.get("/csr/").status_code == 302
    assert "Locked out" in office.client("ada").get("/admin/").text
    assert office.post("ada", "/admin/people/carla/access", active="yes").status_code == 302
    assert carla.get("/csr/").status_code == 302
    assert signed_in(office, "carla").get("/csr/").status_code == 200
    assert kinds(office, "carla") == ["unlocked", "locked", "added"]


def test_a_new_password_ends_sessions_and_the_old_one(office: Office) -> None:
    carla = signed_in(office, "carla")
    answer = office.post("ada", "/admin/people/carla/password")
    assert answer.status_code == 201
    assert carla.get("/csr/").status_code == 302
    with pytest.raises(Problem, match="Name or password"):
        authenticate(office.services.sessions, "carla", PASSWORD, "10.0.0.9", CLOCK)
    assert kinds(office, "carla")[0] == "password"


def test_one_session_is_revoked_and_the_other_goes_on(office: Office) -> None:
    first, second = signed_in(office, "carla"), signed_in(office, "carla")
    page = office.client("ada").get("/admin/people/carla").text
    assert page.count("Firefox on Windows") == 2
    with office.services.read_sessions() as session:
        numbers = session.scalars(select(SignInSession.number).order_by(SignInSession.number)).all()
        ids = session.scalars(select(SignInSession.session_id)).all()
    assert not any(one in page for one in ids), "the cookie's id is shown to nobody"
    assert office.post("ada", f"/admin/people/dana/sessions/{numbers[0]}/end").status_code == 404
    assert office.post("ada", f"/admin/people/carla/sessions/{numbers[0]}/end").status_code == 302
    assert first.get("/csr/").status_code == 302
    assert second.get("/csr/").status_code == 200
    assert office.post("ada", f"/admin/people/carla/sessions/{numbers[0]}/end").status_code == 404
    assert office.post("ada", "/admin/people/carla/sessions/end").status_code == 302
    assert second.get("/csr/").status_code == 302
    assert kinds(office, "carla")[:2] == ["sessions_ended", "session_ended"]
    assert "Nobody is signed in as carla" in office.client("ada").get("/admin/people/carla").text


def test_sessions_are_listed_while_they_last(office: Office) -> None:
    client = signed_in(office, "carla")
    kept = office.client("carla")
    assert kept.get("/csr/").status_code == 200, "a session that was never noted still opens the pages"

    def listed(at: timedelta) -> int:
        with office.services.read_sessions() as session:
            carla = session.scalars(select(User).where(User.name == "carla")).one()
            return len(open_sessions(session, carla, now=CLOCK + at, life=SESSION_LIFE))

    assert listed(timedelta()) == 1
    assert listed(SESSION_LIFE) == 0
    assert client.post("/sign-out", data={"csrf_token": csrf_of(client, "/csr/")}).status_code == 302
    assert listed(timedelta()) == 0


def test_the_audit_is_not_to_be_edited(office: Office) -> None:
    for statement in ("UPDATE admin_change SET actor = 'nobody'", "DELETE FROM admin_change"):
        with office.services.engine.begin() as connection, pytest.raises(DBAPIError, match="append_only"):
            connection.execute(text(statement))


def test_a_readable_password_uses_all_its_bits() -> None:
    assert readable_password(bytes(RANDOM_BYTES)) == "0000-0000-0000-0000"
    assert readable_password(b"\xff" * RANDOM_BYTES) == "zzzz-zzzz-zzzz-zzzz"
    one = readable_password((1).to_bytes(RANDOM_BYTES))
    assert one != readable_password((1 << 79).to_bytes(RANDOM_BYTES)) != readable_password(bytes(10))
    with pytest.raises(ValueError, match="random bytes"):
        readable_password(b"short")
