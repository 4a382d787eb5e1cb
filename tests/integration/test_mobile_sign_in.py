"""Sign-in, tokens and revocation of a tablet over HTTP, on both SQL engines."""

import base64
from datetime import datetime, timedelta

import jwt
import pytest
from sqlalchemy import Engine

from mobile_api import devices
from mobile_api.keys import P256_ORDER, signing_key
from mobile_api.tables import Device
from mobile_api.tokens import access_tokens
from server.config import Config
from tests.conftest import NOW
from tests.integration.mobile_district import District
from tests.integration.mobile_tablet import Tablet
from workorders.problems import Problem
from workorders.tables import FieldEvent, Technician


@pytest.fixture
def district(engine: Engine, config: Config) -> District:
    """A district with two technicians and no tablet."""
    return District(engine, config)


def test_signing_in_gives_a_token_that_opens(district: District) -> None:
    tablet = district.enrol()
    district.now += timedelta(hours=3)
    answer = district.post("session", tablet.session_body(district.now, counter=7))
    assert (answer["status"], answer["counter"]) == (200, 7)
    me = district.me(answer["token"])
    assert (me["status"], me["device"], me["technician"]) == (200, tablet.device, "t01")


def test_a_proof_is_good_once(district: District) -> None:
    tablet = district.enrol()
    body = tablet.session_body(NOW)
    assert district.post("session", body)["status"] == 200
    replayed = district.post("session", body)
    assert (replayed["status"], replayed["code"]) == (401, "assertion_invalid")
    district.now += timedelta(seconds=299)
    assert district.post("session", body)["code"] == "assertion_invalid"
    district.now += timedelta(minutes=10)
    assert district.post("session", body)["code"] == "clock_skew"


def test_a_wrong_clock_is_answered_the_right_time(district: District) -> None:
    tablet = district.enrol()
    for off in (-301, 301):
        answer = district.post("session", tablet.session_body(NOW + timedelta(seconds=off)))
        assert (answer["status"], answer["code"], answer["details"]["seconds"]) == (401, "clock_skew", off)
        corrected = datetime.fromisoformat(answer["details"]["server_time"])
        assert district.post("session", tablet.session_body(corrected))["status"] == 200


def test_only_the_enrolled_key_signs_in(district: District) -> None:
    tablet, thief = district.enrol(), Tablet()
    thief.device, thief.technician = tablet.device, "t01"
    assert district.post("session", thief.session_body(NOW))["code"] == "assertion_invalid"
    assert district.post("session", tablet.session_body(NOW, sub="t02"))["code"] == "device_unknown"
    unknown = district.post("session", tablet.session_body(NOW, iss="aaaaaaaa"))
    assert unknown["code"] == "device_unknown"
    wrong_use = {"assertion": tablet.sign("curbstop:join", NOW, iss=tablet.device, sub="t01")}
    assert district.post("session", tablet.session_body(NOW) | wrong_use)["code"] == "assertion_invalid"
    assert district.post("session", tablet.session_body(NOW) | {"assertion": "x" * 30})["status"] == 401


def test_an_expired_token_is_its_own_problem(district: District) -> None:
    tablet = district.enrol()
    token = district.post("session", tablet.session_body(NOW))["token"]
    assert district.me(token)["status"] == 200
    district.now += timedelta(minutes=15)
    expired = district.me(token)
    assert (expired["status"], expired["code"]) == (401, "token_expired")
    assert district.me(token[:-4] + "AAAA")["code"] == "token_invalid"
    assert district.client.get("/api/devices/me").get_json()["code"] == "sign_in_required"


def test_a_token_of_another_installation_is_invalid(district: District) -> None:
    claims = {"iss": "curbstop", "sub": "t01", "_couchdb.roles": [], "device": "aaaaaaaa", "exp": 2e9}
    forged = jwt.encode(claims, signing_key("another secret"), "ES256")
    assert district.me(forged)["code"] == "token_invalid"
    unsigned = jwt.encode(claims, "", algorithm="none")
    assert district.me(unsigned)["code"] == "token_invalid"


def _spelled_otherwise(token: str) -> list[str]:
    """The same token with the other of its two signatures, and with a loose bit set."""
    text, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    turned = base64.urlsafe_b64encode(raw[:32] + other).rstrip(b"=").decode()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = signature[:-1] + letters[letters.index(signature[-1]) | 1]
    return [f"{text}.{turned}", f"{text}.{loose}"]


def test_a_token_has_one_spelling(district: District) -> None:
    tablet = district.enrol()
    for hour in range(8):  # every other signature is born in its upper form
        district.now = NOW + timedelta(hours=hour)
        token = district.post("session", tablet.session_body(district.now))["token"]
        assert district.me(token)["status"] == 200
        assert [district.me(t)["code"] for t in _spelled_otherwise(token)] == ["token_invalid"] * 2


def test_a_proof_spelled_otherwise_is_the_same_proof(district: District) -> None:
    tablet = district.enrol()
    body = tablet.session_body(NOW)
    assert district.post("session", body)["status"] == 200
    for again in _spelled_otherwise(str(body["assertion"])):
        assert district.post("session", body | {"assertion": again})["code"] == "assertion_invalid"


def test_revocation_ends_tokens_and_sign_in(district: District) -> None:
    tablet = district.enrol()
    token = district.post("session", tablet.session_body(NOW))["token"]
    assert district.me(token)["status"] == 200
    with district.sessions.begin() as session:
        devices.revoke(session, str(tablet.device), "test", NOW)
    district.now += timedelta(seconds=1)
    revoked = district.me(token)
    assert (revoked["status"], revoked["code"]) == (403, "device_revoked")
    assert district.post("session", tablet.session_body(district.now))["code"] == "device_revoked"
    with pytest.raises(Problem, match="no tablet"), district.sessions.begin() as session:
        devices.revoke(session, "zzzzzzzz", "test", NOW)


def test_the_process_that_revokes_knows_at_once(district: District) -> None:
    tablet = district.enrol()
    token = district.post("session", tablet.session_body(NOW))["token"]
    assert district.me(token)["status"] == 200
    access_tokens(district.app).forget(str(tablet.device))
    assert district.me(token)["code"] == "device_revoked"


def test_an_inactive_technician_gets_neither_code_nor_token(district: District) -> None:
    tablet = district.enrol()
    with district.sessions.begin() as session:
        session.get_one(Technician, "t01").active = False
    assert district.post("session", tablet.session_body(NOW))["code"] == "not_allowed"
    with pytest.raises(Problem, match="no technician t01"):
        district.code()


def test_a_second_technician_joins_a_tablet_with_a_key_and_block_of_their_own(district: District) -> None:
    first, second = district.enrol(), Tablet()
    code = district.code("t02", b"other")
    plain = code.replace("-", "")
    vouched = first.sign("curbstop:join", NOW, iss=first.device, sub="t01", code=plain)
    body = second.enrol_body(code, NOW, device=first.device, vouched=vouched)
    unproven = district.post("enrol", body | {"vouched": second.sign("curbstop:join", NOW, sub="t01")})
    assert unproven["code"] == "assertion_invalid"
    answer = district.post("enrol", body)
    assert (answer["device"], answer["database"]) == (first.device, "tech-t02")
    assert answer["receipts"]["prefix"] == "AB"
    second.device, second.technician = first.device, "t02"
    assert district.post("session", second.session_body(NOW))["technician"]["id"] == "t02"
    assert district.post("session", first.session_body(NOW))["technician"]["id"] == "t01"
    with district.sessions() as session:
        [row] = devices.tablets(session)
    assert row.technicians == {"t01": "Demo One", "t02": "Demo Two"}


def test_the_counter_never_falls_below_what_has_arrived(district: District) -> None:
    tablet = district.enrol()
    with district.sessions.begin() as session:
        session.add(
            FieldEvent(
                id=f"event:{tablet.device}:00000041",
                kind="started",
                technician_id="t01",
                device_id=str(tablet.device),
                counter=41,
                occurred_at=NOW,
                received_at=NOW,
                status="posted",
                ack_code="ack.noted",
                digest="0" * 64,
                body={},
            )
        )
    assert district.post("session", tablet.session_body(NOW, counter=3))["counter"] == 41
    assert district.post("session", tablet.session_body(NOW, counter=3))["counter"] == 41


def test_last_heard_is_written_after_a_while(district: District) -> None:
    tablet = district.enrol()
    token = district.post("session", tablet.session_body(NOW))["token"]
    district.me(token)
    district.now += timedelta(seconds=21)
    district.me(token)
    [device] = district.rows(Device)
    assert device.last_seen_at == district.now


def test_a_claimed_counter_takes_no_numbers_away_from_colleagues(district: District) -> None:
    tablet = district.enrol()
    assert district.post("session", tablet.session_body(NOW, counter=40))["counter"] == 40
    assert district.post("session", tablet.session_body(NOW, counter=99_999_999))["counter"] == 40
    with district.sessions.begin() as session:
        for counter in (41, 9_000, 99_999_998):
            session.add(_event(tablet, counter))
    assert district.post("session", tablet.session_body(NOW, counter=3))["counter"] == 9_000


def _event(tablet: Tablet, counter: int) -> FieldEvent:
    return FieldEvent(
        id=f"event:{tablet.device}:{counter:08d}",
        kind="started",
        technician_id="t01",
        device_id=tablet.device,
        counter=counter,
        occurred_at=NOW,
        received_at=NOW,
        status="posted",
        ack_code="ack.noted",
        digest="",
        body={},
    )
