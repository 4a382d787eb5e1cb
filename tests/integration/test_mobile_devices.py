"""Enrolment, sign-in, tokens and revocation over HTTP, on both SQL engines."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from mobile_api import devices, devices_blueprint, enrolment
from mobile_api.keys import signing_key
from mobile_api.tables import Device, DeviceTechnician, EnrolmentCode
from mobile_api.tokens import access_tokens
from server.config import Config
from server.db import session_factory
from server.errors import register_errors
from tests.conftest import NOW
from tests.integration.mobile_tablet import Tablet
from workorders.problems import Problem
from workorders.tables import FieldEvent, ReceiptBlock, Technician


class District:
    """The devices API on a fresh database, with a clock the test moves."""

    def __init__(self, engine: Engine, config: Config) -> None:
        self.now = NOW
        self.config = config
        self.sessions: sessionmaker[Session] = session_factory(engine)
        self.app = Flask("tests")
        self.app.extensions["curbstop"] = SimpleNamespace(
            config=config,
            sessions=self.sessions,
            read_sessions=session_factory(engine, read_only=True),
            clock=lambda: self.now,
        )
        self.app.config |= {"API_TITLE": "t", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
        register_errors(self.app)
        Api(self.app).register_blueprint(devices_blueprint)
        self.client: FlaskClient = self.app.test_client()
        with self.sessions.begin() as session:
            session.add_all([Technician(id="t01", name="Demo One"), Technician(id="t02", name="Demo Two")])

    def code(self, technician: str = "t01", random: bytes = b"\x01\x02\x03\x04\x05") -> str:
        """A fresh enrolment code."""
        with self.sessions.begin() as session:
            return enrolment.issue_code(
                session,
                self.config.secret_key,
                technician,
                issued_by="test",
                now=self.now,
                life=timedelta(minutes=30),
                random=random,
            )

    def enrol(self, technician: str = "t01", random: bytes = b"\x01\x02\x03\x04\x05") -> Tablet:
        """An enrolled tablet."""
        tablet = Tablet()
        answer = self.post("enrol", tablet.enrol_body(self.code(technician, random), self.now))
        assert answer["status"] == 201
        tablet.device, tablet.technician = answer["device"], technician
        return tablet

    def post(self, path: str, body: object) -> dict[str, Any]:
        """The JSON answer of a POST with its status."""
        answer = self.client.post(f"/api/devices/{path}", json=body)
        return dict(answer.get_json()) | {"status": answer.status_code}

    def me(self, token: str) -> dict[str, Any]:
        """The JSON answer of /me with its status."""
        answer = self.client.get("/api/devices/me", headers={"Authorization": f"Bearer {token}"})
        return dict(answer.get_json()) | {"status": answer.status_code}

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with self.sessions() as session:
            return list(session.scalars(select(table)))


@pytest.fixture
def district(engine: Engine, config: Config) -> District:
    """A district with two technicians and no tablet."""
    return District(engine, config)


def test_a_code_lets_one_tablet_in_with_database_receipts_and_token(district: District) -> None:
    tablet = Tablet()
    answer = district.post("enrol", tablet.enrol_body(district.code(), NOW, name="Truck 12"))
    assert answer["status"] == 201
    assert answer["database"] == "tech-t01"
    assert answer["couch_url"] == "/couch/"
    assert answer["receipts"] == {"prefix": "AA", "first": 1, "last": 999_999}
    assert answer["counter"] == 0
    [device] = district.rows(Device)
    assert (device.id, device.name) == (answer["device"], "Truck 12")
    assert set("abcdefghijklmnopqrstuvwxyz234567") >= set(device.id)
    assert len(device.id) == 8
    claims = jwt.decode(
        answer["token"],
        signing_key(district.config.secret_key).public_key(),
        algorithms=["ES256"],
        options={"verify_exp": False},
    )
    assert claims["sub"] == "t01"
    assert claims["_couchdb.roles"] == ["tech-t01", f"device:{device.id}"]
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert "d" not in district.rows(DeviceTechnician)[0].public_jwk


def test_a_code_is_kept_as_a_hash_only(district: District) -> None:
    code = district.code()
    [row] = district.rows(EnrolmentCode)
    assert code.replace("-", "") not in row.hash
    assert len(row.hash) == 64


def test_a_lost_answer_may_be_asked_for_again_by_the_same_key_only(district: District) -> None:
    code, tablet = district.code(), Tablet()
    first = district.post("enrol", tablet.enrol_body(code, NOW))
    again = district.post("enrol", tablet.enrol_body(code, NOW))
    assert (again["status"], again["device"]) == (201, first["device"])
    other = district.post("enrol", Tablet().enrol_body(code, NOW))
    assert (other["status"], other["code"]) == (403, "enrolment_code_invalid")
    assert len(district.rows(Device)) == len(district.rows(ReceiptBlock)) == 1


def test_a_code_ends_with_its_time(district: District) -> None:
    code = district.code()
    district.now += timedelta(minutes=30)
    answer = district.post("enrol", Tablet().enrol_body(code, district.now))
    assert answer["code"] == "enrolment_code_invalid"
    assert district.rows(Device) == []


def test_guessing_codes_is_stopped_for_a_while(district: District) -> None:
    tablet = Tablet()
    for _ in range(enrolment.ATTEMPTS):
        assert district.post("enrol", tablet.enrol_body("ZZZZ-ZZZZ", NOW))["status"] == 403
    right = tablet.enrol_body(district.code(), NOW)
    refused = district.post("enrol", right)
    assert (refused["status"], refused["details"]) == (429, {"seconds": 900})
    district.now += enrolment.ATTEMPT_SPAN + timedelta(seconds=1)
    late = tablet.enrol_body(district.code(random=b"abcde"), district.now)
    assert district.post("enrol", late)["status"] == 201


BAD_KEYS: dict[str, object] = {
    "nothing": {},
    "rsa": {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
    "other curve": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"},
    "short": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    "not a point": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
    "numbers": {"kty": "EC", "crv": "P-256", "x": 1, "y": 2},
}


def test_a_malformed_key_is_refused_by_name_and_uses_nothing_up(district: District) -> None:
    code, tablet = district.code(), Tablet()
    for name, key in BAD_KEYS.items():
        answer = district.post("enrol", tablet.enrol_body(code, NOW) | {"public_jwk": key})
        assert (answer["status"], answer["code"]) == (422, "bad_input"), name
        assert answer["details"]["field"] == "public_jwk", name
    assert district.rows(Device) == []
    assert district.post("enrol", tablet.enrol_body(code, NOW))["status"] == 201


def test_a_private_key_is_refused(district: District) -> None:
    tablet = Tablet()
    body = tablet.enrol_body(district.code(), NOW) | {"public_jwk": tablet.jwk | {"d": "A" * 43}}
    assert "never leave" in district.post("enrol", body)["words"]


BAD_BODIES: dict[str, dict[str, object]] = {
    "code": {"code": None},
    "public_jwk": {"public_jwk": "text"},
    "extra": {"extra": 1},
    "proof": {"proof": "x"},
}


def test_a_bad_body_names_its_field(district: District) -> None:
    code = district.code()
    for field, change in BAD_BODIES.items():
        answer = district.post("enrol", Tablet().enrol_body(code, NOW) | change)
        assert (answer["status"], answer["code"], answer["details"]["field"]) == (422, "bad_input", field)


def test_a_body_that_is_no_json_is_a_problem(district: District) -> None:
    answer = district.client.post("/api/devices/session", data="{", content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_input")


def test_a_proof_of_another_key_or_code_does_not_enrol(district: District) -> None:
    code, tablet, thief = district.code(), Tablet(), Tablet()
    stolen = thief.enrol_body(code, NOW) | {"public_jwk": tablet.jwk}
    assert district.post("enrol", stolen)["code"] == "assertion_invalid"
    moved = tablet.enrol_body("0000-0000", NOW) | {"code": code}
    assert district.post("enrol", moved)["code"] == "assertion_invalid"
    assert district.rows(Device) == []


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


def test_a_wrong_clock_is_told_the_right_time(district: District) -> None:
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
    assert district.post("session", tablet.session_body(NOW, sub="t02"))["code"] == "assertion_invalid"
    unknown = district.post("session", tablet.session_body(NOW, iss="aaaaaaaa"))
    assert unknown["code"] == "assertion_invalid"
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
                words="",
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
