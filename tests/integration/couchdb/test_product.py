"""With a CouchDB behind it: an order goes out, a real PouchDB replicates with it, its event is posted."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mobile_api.keys import couchdb_jwt_settings
from server.config import Config
from server.worker import evidence_files
from tests.contract.couch_servers import cleared, configured, couchdb_url
from tests.integration.couchdb.district import DATABASES, District, eventually
from tests.integration.usecases import answers
from tests.integration.usecases.tablet import Tablet
from workorders.tables import Evidence

URL = couchdb_url()
SCRIPT = Path(__file__).with_name("tablet.mjs")
PHOTO_BYTES = 100_000

pytestmark = [
    pytest.mark.node,
    pytest.mark.xdist_group("couchdb"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


@pytest.fixture
def district(config: Config) -> Iterator[District]:
    """The district at work, with nothing of an earlier one in the CouchDB."""
    with cleared(URL, DATABASES), configured(URL, couchdb_jwt_settings(config.secret_key)):
        made = District(replace(config, couchdb_url=URL))
        yield made
        made.close()


def tablet(**given: Any) -> dict[str, Any]:
    """What the tablet saw and did."""
    ran = subprocess.run(
        ["node", str(SCRIPT), json.dumps(given)], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    reply: dict[str, Any] = json.loads(ran.stdout)
    return reply


def test_a_day_through_the_couchdb(district: District) -> None:
    session = district.enrol()
    assert "@" not in session["couch_url"], "no credentials for tablets"
    assert httpx.URL(session["couch_url"]).port == httpx.URL(URL).port
    token = {"Authorization": f"Bearer {session['token']}"}
    reply = httpx.get(f"{session['couch_url']}_session", headers=token).json()
    assert reply["userCtx"]["name"] == "t01", "it believes this installation's tokens"
    order = district.order("reread", 2)
    eventually(lambda: not district.waiting())
    event = Tablet().completed(order, answers.reread(2))
    event |= {"_id": f"event:{session['device']}:00000001", "device": session["device"]}
    seen = tablet(
        server=session["couch_url"],
        database=session["database"],
        other="tech-t02",
        token=session["token"],
        order=f"order:{order.number}",
        event=event,
        photo=PHOTO_BYTES,
    )
    assert seen["state"] == "dispatched"
    assert seen["denied"] == ["event:zzzzzzzz:00000001", f"order:{order.number}"]
    assert seen["refused"] == {
        "deletion": 403,
        "design": 403,
        "guard": 403,
        "otherDatabase": 403,
        "otherWrite": 403,
        "nobody": 401,
        "forged": 400,
    }
    assert seen["ack"]["event"] == event["_id"]
    assert seen["ack"]["status"] in {"posted", "review"}
    assert seen["again"] == 0
    assert district.events().keys() == {event["_id"]}
    assert district.ready()[0] == 200
    eventually(lambda: _kept(district, event["_id"]))


def _kept(district: District, event: str) -> bool:
    """Whether the photo lies in evidence storage, whole."""
    with district.services.read_sessions() as session:
        digest = session.scalar(select(Evidence.sha256).where(Evidence.event_id == event))
    data = None if digest is None else evidence_files(district.services.config).get(digest)
    return data == bytes([7]) * PHOTO_BYTES
