"""Letting a tablet in with a one-time code over HTTP, on both SQL engines."""

from datetime import timedelta

import jwt
import pytest
from sqlalchemy import Engine

from mobile_api import enrolment
from mobile_api.keys import signing_key
from mobile_api.tables import Device, DeviceTechnician, EnrolmentCode
from server.config import Config
from tests.conftest import NOW
from tests.integration.mobile_district import District
from tests.integration.mobile_tablet import Tablet
from workorders.tables import ReceiptBlock


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


def test_ten_typing_errors_shut_nobody_out_who_shares_the_address(district: District) -> None:
    for _ in range(10):
        assert district.post("enrol", Tablet().enrol_body("ZZZZ-ZZZZ", NOW))["status"] == 403
    assert district.post("enrol", Tablet().enrol_body(district.code(), NOW))["status"] == 201


def test_guessing_codes_is_stopped_for_a_while(district: District) -> None:
    tablet = Tablet()
    with district.sessions.begin() as session:
        for _ in range(enrolment.ATTEMPTS - 1):
            enrolment.record_attempt(session, "127.0.0.1", NOW)
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
