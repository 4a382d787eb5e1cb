"""One tablet's flood: everybody else's acknowledgements come with the next round."""

import threading
import time
from collections.abc import Iterator

import pytest

from server.config import Config
from server.services import Services, open_services
from server.stopping import StopRequest
from server.worker import TURN, ingest_round, prepare, publish_round, work
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER

FLOOD = 2_000
SOON_SECONDS = 2.0


@pytest.fixture
def services(config: Config) -> Iterator[Services]:
    made = open_services(config, clock=lambda: LATER)
    with made.sessions.begin() as session:
        world.build(session)
    prepare(made)
    yield made
    assert isinstance(made.store, SqlStore)
    made.store.close()
    made.engine.dispose()


def flooded(services: Services, flood: int) -> str:
    """Push a flood from one tablet, then a completion from another; return the id of its acknowledgement."""
    with services.sessions.begin() as session:
        many = world.sent(session, "reread", 1, technician="t01")
        one = world.sent(session, "reread", 2, technician="t02")
    flooding = Tablet("t01")
    for _ in range(flood):
        flooding.event("en_route", many)
    push(services.store, flooding.written)
    waiting = Tablet("t02").completed(one, answers.reread(2))
    push(services.store, [waiting])
    return f"ack:{waiting['_id']}"


def test_the_other_technician_waits_for_one_round(services: Services) -> None:
    ack = flooded(services, 4 * TURN)
    assert ingest_round(services) <= TURN + 1
    publish_round(services)
    assert services.store.get_document("tech-t02", ack) is not None


def test_an_acknowledgement_comes_within_two_seconds_of_a_flood(
    services: Services, pytestconfig: pytest.Config
) -> None:
    if not pytestconfig.option.long:
        pytest.skip("measures seconds: needs --long and a machine that does nothing else")
    over = StopRequest()
    worker = threading.Thread(target=work, args=(services, over))
    worker.start()
    try:
        ack = flooded(services, FLOOD)
        pushed = time.monotonic()
        while services.store.get_document("tech-t02", ack) is None:
            assert time.monotonic() - pushed < 60, "no acknowledgement at all"
            time.sleep(0.02)
        assert time.monotonic() - pushed <= SOON_SECONDS
    finally:
        over.set()
        worker.join()
