"""One's own sign-in: another password, one-time codes, recovery codes, and nobody shut out by a stranger."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.app import create_app
from server.auth.attempts import BROWSER_LIMITS, CODE_LIMITS, LIMITS, WINDOW
from server.auth.second_factor import end_second_factor
from server.tables import RecoveryCode, SecondFactor
from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK, PASSWORD
from tests.integration.office.signing_in import Browser
from workorders.queries.admin_changes import changes_of

BETTER = "seven herons near the weir"
STEP = timedelta(seconds=30)


def at(office: Office, moment: object) -> None:
    """Move the clock of the running application."""
    office.app.extensions["curbstop"] = replace(office.app.extensions["curbstop"], clock=lambda: moment)


def kinds(office: Office, name: str) -> list[str]:
    with office.services.read_sessions() as session:
        return [one.kind for one in changes_of(session, f"person:{name}")]


def test_a_person_changes_their_own_password_and_stays_signed_in(office: Office) -> None:
    here, there = Browser(office), Browser(office)
    here.sign_in("carla")
    there.sign_in("carla")
    answer = here.send("/me", "/me/password", present=PASSWORD, password=BETTER, again=BETTER)
    assert answer.headers["Location"] == "/me"
    assert here.is_in()
    assert not there.is_in()
    assert there.sign_in("carla").status_code == 401
    assert there.sign_in("carla", BETTER).status_code == 302
    assert here.client.get("/me").text.count("You, here") == 1
    assert kinds(office, "carla")[0] == "password"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"present": "wrong password", "password": BETTER, "again": BETTER}, "your present password"),
        ({"present": PASSWORD, "password": BETTER, "again": "another"}, "the same as above"),
        ({"present": PASSWORD, "password": "short", "again": "short"}, "use 15 to 200 characters"),
        ({"present": PASSWORD, "password": "carla-carla-2026", "again": "carla-carla-2026"}, "own name"),
        ({"present": PASSWORD, "password": "passwordpassword", "again": "passwordpassword"}, "soon guessed"),
    ],
)
def test_a_password_that_cannot_be_is_refused_at_its_field(
    office: Office, form: dict[str, str], why: str
) -> None:
    here = Browser(office)
    here.sign_in("carla")
    answer = here.send("/me", "/me/password", **form)
    assert answer.status_code == 422
    assert why in answer.text
    assert here.is_in()
    assert Browser(office).sign_in("carla").status_code == 302


def test_guesses_of_the_present_password_are_counted_for_that_session_alone(office: Office) -> None:
    thief, owner = Browser(office), Browser(office)
    thief.sign_in("carla")
    owner.sign_in("carla")
    wrong = {"present": "wrong password", "password": BETTER, "again": BETTER}
    for _ in range(BROWSER_LIMITS["browser"]):
        assert thief.send("/me", "/me/password", **wrong).status_code == 422
    assert thief.send("/me", "/me/password", **wrong).status_code == 429
    right = {"present": PASSWORD, "password": BETTER, "again": BETTER}
    assert owner.send("/me", "/me/password", **right).status_code == 302
    assert not thief.is_in()


def test_a_stranger_locks_nobody_out_of_a_browser_they_know(office: Office) -> None:
    owner = Browser(office, "10.0.0.1")
    owner.sign_in("carla")
    owner.send("/csr/", "/sign-out")
    for number in range(LIMITS["name"] // LIMITS["pair"]):
        stranger = Browser(office, f"192.0.2.{number}")
        for _ in range(LIMITS["pair"]):
            assert stranger.sign_in("carla", "wrong password").status_code == 401
    assert Browser(office, "198.51.100.1").sign_in("carla").status_code == 429
    assert owner.sign_in("carla").status_code == 302
    # The cookie is worth as many guesses as a session's own count, and only for the one who signed in there.
    owner.send("/csr/", "/sign-out")
    answers = [owner.sign_in("carla", "wrong password").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    assert owner.sign_in("dana").status_code == 302


def test_one_time_codes_are_asked_for_once_they_are_set_up(office: Office) -> None:
    here, there = Browser(office), Browser(office)
    here.sign_in("carla")
    there.sign_in("carla")
    app, _codes = here.enrol(CLOCK)
    assert here.is_in()
    assert not there.is_in()
    assert kinds(office, "carla")[0] == "second_factor_on"
    fresh = Browser(office)
    answer = fresh.send(
        "/sign-in?next=/csr/worklists", "/sign-in?next=/csr/worklists", name="carla", password=PASSWORD
    )
    assert answer.headers["Location"] == "/sign-in/code?next=/csr/worklists"
    assert not fresh.is_in()
    at(office, CLOCK + STEP)
    wrong = fresh.give("000000" if app.at(CLOCK + STEP) != "000000" else "000001")
    assert (wrong.status_code, "not right" in wrong.text) == (401, True)
    code = app.at(CLOCK + STEP)
    answer = fresh.send(
        "/sign-in/code?next=/csr/worklists",
        "/sign-in/code?next=/csr/worklists",
        code=f"{code[:3]} {code[3:]}",
    )
    assert answer.headers["Location"] == "/csr/worklists"
    assert fresh.is_in()


def test_a_code_is_taken_once_and_none_that_is_older(office: Office) -> None:
    here = Browser(office)
    here.sign_in("carla")
    app, _codes = here.enrol(CLOCK)
    first, second = Browser(office), Browser(office)
    first.sign_in("carla")
    second.sign_in("carla")
    assert first.give(app.at(CLOCK)).status_code == 401, "the code that set it up"
    at(office, CLOCK + STEP)
    assert first.give(app.at(CLOCK + STEP)).status_code == 302
    assert second.give(app.at(CLOCK + STEP)).status_code == 401
    at(office, CLOCK + 2 * STEP)
    assert second.give(app.at(CLOCK + STEP)).status_code == 401, "within the drift, but used"
    assert second.give(app.at(CLOCK - STEP)).status_code == 401
    assert second.give(app.at(CLOCK + 3 * STEP)).status_code == 302, "a clock that is half a minute ahead"


def test_a_recovery_code_signs_in_once_and_new_ones_replace_them(office: Office) -> None:
    here = Browser(office)
    here.sign_in("carla")
    _app, codes = here.enrol(CLOCK)
    lost = Browser(office)
    lost.sign_in("carla")
    assert lost.give(codes[0].upper().replace("-", " ")).status_code == 302
    assert kinds(office, "carla")[0] == "recovery_code_used"
    assert "9 recovery codes are left" in lost.client.get("/me").text
    again = Browser(office)
    again.sign_in("carla")
    assert again.give(codes[0]).status_code == 401
    assert lost.send("/me", "/me/recovery-codes", present="wrong password").status_code == 422
    answer = lost.send("/me", "/me/recovery-codes", present=PASSWORD)
    assert answer.status_code == 201
    assert codes[1] not in answer.text
    assert again.give(codes[1]).status_code == 401
    with office.services.read_sessions() as session:
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
        sealed = session.scalars(select(SecondFactor.sealed_secret)).one()
    assert len(kept) == 10
    assert not any(code.replace("-", "") in "".join(kept) + sealed for code in codes)


def test_guessing_codes_is_stopped_and_shuts_no_colleague_out(office: Office) -> None:
    owner = Browser(office, "10.0.0.1")
    owner.sign_in("carla")
    app, codes = owner.enrol(CLOCK)
    owner.send("/csr/", "/sign-out")
    at(office, CLOCK + STEP)
    right = app.at(CLOCK + STEP)
    wrong = "123456" if right != "123456" else "123457"
    for number in range(CODE_LIMITS["code_name"] // CODE_LIMITS["code_pair"]):
        thief = Browser(office, f"192.0.2.{number}")
        thief.sign_in("carla")
        for _ in range(CODE_LIMITS["code_pair"]):
            assert thief.give(wrong).status_code == 401
        assert thief.give(right).status_code == 429
    elsewhere = Browser(office, "198.51.100.1")
    elsewhere.sign_in("carla")
    assert elsewhere.give(right).status_code == 429
    assert elsewhere.give(codes[3]).status_code == 302, "a recovery code opens whatever others tried"
    owner.sign_in("carla")
    assert owner.give(right).status_code == 302, "and so does a browser that is known"
    other = Browser(office, "192.0.2.0")
    assert other.sign_in("dana").status_code == 302


def test_the_code_is_owed_for_ten_minutes(office: Office) -> None:
    here = Browser(office)
    here.sign_in("carla")
    app, _codes = here.enrol(CLOCK)
    slow = Browser(office)
    slow.sign_in("carla")
    token_page = slow.client.get("/sign-in/code").text
    assert 'autocomplete="one-time-code"' in token_page
    late = CLOCK + timedelta(minutes=10)
    at(office, late)
    assert slow.client.get("/sign-in/code").headers["Location"] == "/sign-in"
    answer = slow.send("/sign-in", "/sign-in/code", code=app.at(late))
    assert answer.headers["Location"] == "/sign-in"
    assert not slow.is_in()


def test_nobody_skips_the_password(office: Office) -> None:
    assert Browser(office).client.get("/sign-in/code").headers["Location"] == "/sign-in"
    here = Browser(office)
    here.sign_in("carla")
    assert here.send("/me", "/me/second-factor", present="wrong password").status_code == 422
    assert here.send("/me", "/me/second-factor/first-code", code="123456").status_code == 404
    here.send("/me", "/me/second-factor", present=PASSWORD)
    assert here.send("/me", "/me/second-factor/first-code", code="12").status_code == 422
    assert Browser(office).sign_in("carla").headers["Location"] == "/csr/", "not before its first code"


def test_codes_are_turned_off_by_the_person_or_by_an_administrator(office: Office) -> None:
    here = Browser(office)
    here.sign_in("carla")
    here.enrol(CLOCK)
    assert here.send("/me", "/me/second-factor/end", present="wrong password").status_code == 422
    assert here.send("/me", "/me/second-factor/end", present=PASSWORD).status_code == 302
    assert Browser(office).sign_in("carla").headers["Location"] == "/csr/"
    here.enrol(CLOCK)
    assert office.post("ada", "/admin/people/carla/second-factor/end").status_code == 302
    assert not here.is_in()
    assert Browser(office).sign_in("carla").headers["Location"] == "/csr/"
    assert kinds(office, "carla")[0] == "second_factor_off"
    assert office.post("ada", "/admin/people/ada/second-factor/end").status_code == 409
    assert office.post("sam", "/admin/people/carla/second-factor/end").status_code == 403


def test_a_role_may_have_to_sign_in_with_codes(office: Office) -> None:
    services = replace(
        office.services, config=replace(office.services.config, second_factor_roles=("supervisor", "admin"))
    )
    strict = Office(create_app(services=services), services, office.numbers)
    sam = Browser(strict)
    sam.sign_in("sam")
    assert sam.client.get("/csr/").headers["Location"] == "/me"
    assert "The other pages open after that" in sam.client.get("/me").text
    orders: Any = sam.client.get("/api/orders")
    assert orders.json["code"] == "second_factor_required"
    sam.enrol(CLOCK)
    assert sam.is_in()
    answer = sam.send("/me", "/me/second-factor/end", present=PASSWORD)
    assert answer.status_code == 403
    carla = Browser(strict)
    carla.sign_in("carla")
    assert carla.is_in()


def test_a_password_alone_opens_no_api_of_who_signs_in_with_codes(office: Office) -> None:
    here = Browser(office)
    here.sign_in("carla")
    assert office.client().get("/api/orders", auth=("carla", PASSWORD)).status_code == 200
    here.enrol(CLOCK)
    refused: Any = office.client().get("/api/orders", auth=("carla", PASSWORD))
    assert (refused.status_code, refused.json["code"]) == (403, "token_needed")
    with office.services.sessions.begin() as session:
        end_second_factor(session, "carla", now=CLOCK, actor="curbstop")
    assert office.client().get("/api/orders", auth=("carla", PASSWORD)).status_code == 200


def test_counts_end_with_their_window(office: Office) -> None:
    owner = Browser(office)
    owner.sign_in("carla")
    owner.send("/csr/", "/sign-out")
    for _ in range(6):
        owner.sign_in("carla", "wrong password")
    assert owner.sign_in("carla").status_code == 429
    at(office, CLOCK + WINDOW + timedelta(seconds=1))
    assert owner.sign_in("carla").status_code == 302


def test_people_end_their_own_sessions_and_nobody_elses(office: Office) -> None:
    here, there, dana = Browser(office), Browser(office), Browser(office)
    for browser, name in ((here, "carla"), (there, "carla"), (dana, "dana")):
        browser.sign_in(name)
    page = here.client.get("/me").text
    numbers = [part.split("/")[0] for part in page.split('action="/me/sessions/')[1:]]
    assert len(numbers) == 1
    assert dana.send("/me", f"/me/sessions/{numbers[0]}/end").status_code == 404
    assert here.send("/me", f"/me/sessions/{numbers[0]}/end").status_code == 302
    assert not there.is_in()
    assert here.is_in()
