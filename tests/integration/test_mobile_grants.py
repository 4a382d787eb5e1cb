"""A tablet that the records lost is enrolled again under its own id, with what it holds."""

import secrets
from typing import Any

import jwt
import pytest
from sqlalchemy import Engine, delete

from mobile_api.tables import Device, DeviceTechnician, EnrolmentCode, UsedAssertion
from server.config import Config
from tests.conftest import NOW
from tests.integration.mobile_district import District
from tests.integration.mobile_tablet import Tablet
from workorders.tables import ReceiptBlock


@pytest.fixture
def district(engine: Engine, config: Config) -> District:
    """A district with two technicians and no tablet."""
    return District(engine, config)


def lost(district: District) -> tuple[Tablet, dict[str, Any]]:
    """A tablet whose enrolment is rolled back; with what it was answered."""
    tablet = Tablet()
    answered = district.post("enrol", tablet.enrol_body(district.code(), NOW))
    tablet.device, tablet.technician = answered["device"], "t01"
    with district.sessions.begin() as session:
        for table in (UsedAssertion, DeviceTechnician, EnrolmentCode, Device):
            session.execute(delete(table))
        session.execute(delete(ReceiptBlock))
    return tablet, answered


def again(district: District, tablet: Tablet, grant: str | None, **changes: object) -> dict[str, Any]:
    """The tablet asks in again with a new code and a new key."""
    code, fresh = district.code(random=secrets.token_bytes(5)), Tablet()
    plain = code.replace("-", "")
    vouched = tablet.sign("curbstop:join", NOW, iss=tablet.device, sub="t01", code=plain)
    body = fresh.enrol_body(code, NOW, device=tablet.device, vouched=vouched, grant=grant)
    answer = district.post("enrol", body | changes)
    fresh.device, fresh.technician = tablet.device, "t01"
    return answer | {"key": fresh}


def test_an_unknown_tablet_reads_that_it_keeps_what_it_holds(district: District) -> None:
    tablet, _ = lost(district)
    answer = district.post("session", tablet.session_body(NOW))
    assert (answer["status"], answer["code"]) == (401, "device_unknown")
    assert "is kept" in answer["words"]


def test_it_is_enrolled_again_under_its_id_and_its_receipts_are_its_own(district: District) -> None:
    tablet, answered = lost(district)
    answer = again(district, tablet, answered["grant"])
    assert (answer["status"], answer["device"]) == (201, answered["device"])
    assert answer["receipts"]["prefix"] != answered["receipts"]["prefix"]
    blocks = {block.prefix: (block.device_id, block.technician_id) for block in district.rows(ReceiptBlock)}
    assert blocks == {
        answered["receipts"]["prefix"]: (answered["device"], "t01"),
        answer["receipts"]["prefix"]: (answered["device"], "t01"),
    }
    signed_in = district.post("session", answer["key"].session_body(NOW, counter=812))
    assert (signed_in["status"], signed_in["counter"]) == (200, 812)


def test_without_a_grant_of_ours_nothing_is_believed(district: District) -> None:
    tablet, answered = lost(district)
    claims = jwt.decode(answered["grant"], options={"verify_signature": False})
    forged = jwt.encode(claims, Tablet().key, "ES256")
    other = jwt.decode(answered["grant"], options={"verify_signature": False})["device"]
    assert again(district, tablet, None)["code"] == "device_unknown"
    assert again(district, tablet, forged)["code"] == "assertion_invalid"
    thief = Tablet()
    thief.device = other
    assert again(district, thief, answered["grant"])["code"] == "assertion_invalid"
    assert district.rows(Device) == []


def test_a_grant_does_not_bring_a_revoked_tablet_back(district: District) -> None:
    tablet, answered = lost(district)
    with district.sessions.begin() as session:
        session.add(Device(id=answered["device"], name="x", enrolled_at=NOW, revoked_at=NOW, last_counter=0))
    assert again(district, tablet, answered["grant"])["code"] == "device_revoked"


def test_a_grant_opens_nothing_by_itself(district: District) -> None:
    _, answered = lost(district)
    assert district.me(answered["grant"])["code"] == "token_invalid"
