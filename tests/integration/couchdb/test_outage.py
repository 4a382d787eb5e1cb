"""With the CouchDB out of reach nothing is lost: the outbox waits, /readyz says so, work resumes alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from server.config import Config
from sync.stores.couch.store import CouchStore
from tests.contract.couch_servers import cleared, couchdb_url
from tests.integration.couchdb.cable import Cable
from tests.integration.couchdb.district import DATABASES, District, eventually
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers
from tests.integration.usecases.tablet import Tablet
from tests.replication.served import bare_server

pytestmark = [
    pytest.mark.xdist_group("couchdb"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the protocol: the embedded endpoint, served bare."""
    with bare_server(f"sqlite:///{tmp_path_factory.mktemp('remote') / 'sync.db'}", workers=1) as url:
        yield url


@pytest.fixture(params=["endpoint", "couchdb"])
def url(request: pytest.FixtureRequest) -> str:
    """Each far server in turn."""
    return couchdb_url() if request.param == "couchdb" else str(request.getfixturevalue("endpoint"))


@pytest.fixture
def remote(url: str) -> Iterator[CouchStore]:
    """A store that reaches the far server directly, as tablets do."""
    with cleared(url, DATABASES) as store:
        yield store


@pytest.fixture
def cable(url: str, remote: CouchStore) -> Iterator[Cable]:
    """The server's way to it, cleared first."""
    made = Cable(url)
    yield made
    made.cut()


@pytest.fixture
def district(config: Config, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> Iterator[District]:
    """The district at work, impatient to try again."""
    monkeypatch.setattr("server.loops.TROUBLE_SECONDS", 0.1)
    made = District(replace(config, couchdb_url=cable.url))
    yield made
    made.close()


def test_the_outbox_waits_and_work_resumes(district: District, cable: Cable, remote: CouchStore) -> None:
    first = district.order("reread", 1)
    eventually(lambda: not district.waiting())
    assert remote.get_document("tech-t01", f"order:{first.number}") is not None
    eventually(lambda: district.ready()[0] == 200)
    cable.cut()
    second = district.order("reread", 2)
    # A tablet reaches the far server all the same, and leaves its event there.
    tablet = Tablet()
    push(remote, [tablet.completed(first, answers.reread(1))])
    status, parts = district.ready()
    assert status == 503
    assert parts["documents"]["ok"] is False
    assert parts["documents"]["words"].startswith("Tablets cannot sync now; the outbox keeps everything.")
    assert "does not answer" in parts["documents"]["words"]
    assert "secret" not in str(parts)
    assert parts["database"] == {"ok": True}
    assert parts["outbox"]["waiting"] >= 1
    assert b"curbstop_outbox_waiting 0.0" not in district.web.get("/metrics").data
    assert district.events() == {}
    cable.mend()
    eventually(lambda: not district.waiting() and district.events())
    assert remote.get_document("tech-t01", f"order:{second.number}") is not None
    eventually(lambda: remote.get_document("tech-t01", f"ack:{tablet.written[0]['_id']}"))
    assert district.events().keys() == {tablet.written[0]["_id"]}
    assert district.ready()[0] == 200
    assert district.working


def test_a_server_started_while_the_couchdb_is_away_begins_when_it_is_back(
    config: Config, cable: Cable, remote: CouchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.loops.TROUBLE_SECONDS", 0.1)
    cable.cut()
    district = District(replace(config, couchdb_url=cable.url))
    try:
        order = district.order("reread", 1)
        assert district.ready()[0] == 503
        assert "tech-t01" not in remote.database_names()
        cable.mend()
        eventually(lambda: not district.waiting())
        assert remote.get_document("tech-t01", f"order:{order.number}") is not None
        assert remote.get_document("tech-t01", "ref:catalogue") is not None
        assert remote.members("tech-t01") == ["tech-t01"]
    finally:
        district.close()
