"""What a dispatcher does about tablets: a code for a technician, and one taken out of use."""

import re

from sqlalchemy import func, select

from mobile_api.codes import code_hash
from mobile_api.tables import Device, EnrolmentCode
from tests.integration.office.conftest import Office


def test_the_page_lists_every_tablet_with_its_people(shared_office: Office) -> None:
    text = shared_office.client("dana").get("/dispatch/tablets").text
    assert "Tess Demo" in text
    assert text.count("In use") == 2


def test_a_code_is_shown_once_and_kept_as_a_hash(office: Office) -> None:
    answer = office.post("dana", "/dispatch/tablets/code", technician="t01")
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    code = re.search(r'letters">([A-Z0-9-]{9})<', answer.text)
    assert code is not None
    with office.services.read_sessions() as session:
        row = session.get_one(EnrolmentCode, code_hash(office.services.config.secret_key, code[1]))
        assert (row.technician_id, row.issued_by) == ("t01", "dana")
    assert code[1] not in office.client("dana").get("/dispatch/tablets").text


def test_an_unknown_technician_gets_no_code(office: Office) -> None:
    answer = office.post("dana", "/dispatch/tablets/code", technician="t99")
    assert answer.status_code == 404
    assert "There is no technician t99." in answer.text
    with office.services.read_sessions() as session:
        assert session.scalar(select(func.count()).select_from(EnrolmentCode)) == 0


def test_revoking_needs_the_tick_and_says_by_whom(office: Office) -> None:
    with office.services.read_sessions() as session:
        device = session.scalars(select(Device.id).order_by(Device.id)).first()
    refused = office.post("dana", f"/dispatch/tablets/{device}/revoke")
    assert refused.status_code == 422
    with office.services.read_sessions() as session:
        assert session.get_one(Device, device).revoked_at is None
    client = office.client("dana")
    done = client.post(
        f"/dispatch/tablets/{device}/revoke",
        data={"sure": "yes", "csrf_token": "the-token-of-this-session"},
        follow_redirects=True,
    )
    assert "is revoked" in done.text
    assert "by Dana Dispatcher" in done.text
    with office.services.read_sessions() as session:
        assert session.get_one(Device, device).revoked_by == "dana"


def test_only_those_who_dispatch_reach_it(shared_office: Office) -> None:
    assert shared_office.client("carla").get("/dispatch/tablets").status_code == 403
    assert shared_office.post("casey", "/dispatch/tablets/code", technician="t01").status_code == 403
