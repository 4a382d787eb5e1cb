"""Ready when tablets' facts get through, figures for whoever may read them, and 503 without a database."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from mobile_api.tables import Device
from server import heartbeat
from server.app import create_app
from server.config import Config
from server.db import open_engine
from server.health import SILENT_SECONDS
from server.migrate import upgrade
from server.services import Services, open_services
from server.stopping import StopRequest
from server.worker import work
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests import postgres
from tests.integration.test_mobile_replication import bulk, signed_in
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from workorders.usecases.field.events import ingest_event

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def _district(config: Config) -> Services:
    opened = open_services(config)
    with opened.sessions.begin() as session:
        world.build(session, households=2)
    ensure_technician(opened.sessions, opened.store, "t01", now=opened.clock())
    return opened


def _close(opened: Services) -> None:
    assert isinstance(opened.store, SqlStore)
    opened.store.close()
    opened.engine.dispose()


@pytest.fixture
def services(config: Config) -> Iterator[Services]:
    """A small district whose worker has just ended a round."""
    opened = _district(replace(config, metrics_token="prometheus-reads-with-this"))
    heartbeat.beat(opened.config.data_dir, opened.clock())
    yield opened
    _close(opened)


def _client(services: Services) -> FlaskClient:
    return create_app(services=services).test_client()


def _parts_not_ok(answer: TestResponse) -> list[str]:
    parts = (answer.json or {})["parts"]
    assert all(part["words"] for part in parts.values() if not part["ok"])
    return [name for name, part in parts.items() if not part["ok"]]


def test_a_silent_worker_is_not_ready(services: Services) -> None:
    client = _client(services)
    assert client.get("/readyz").status_code == 200
    heartbeat.beat(services.config.data_dir, services.clock() - timedelta(seconds=SILENT_SECONDS + 5))
    answer = client.get("/readyz")
    assert (answer.status_code, _parts_not_ok(answer)) == (503, ["worker"])
    (services.config.data_dir / heartbeat.NAME).unlink()
    assert client.get("/readyz").status_code == 503


def test_a_worker_that_works_shows_it(services: Services) -> None:
    (services.config.data_dir / heartbeat.NAME).unlink()
    stop = StopRequest()
    worker = threading.Thread(target=work, args=(services, stop))
    worker.start()
    try:
        end = threading.Event()
        for _ in range(600):
            if heartbeat.age(services.config.data_dir, services.clock()) is not None:
                break
            end.wait(0.1)
    finally:
        stop.set()
        worker.join()
    assert _client(services).get("/readyz").status_code == 200


def test_a_full_disk_is_not_ready(services: Services) -> None:
    answer = _client(replace(services, config=replace(services.config, min_free_mb=10**9))).get("/readyz")
    assert (answer.status_code, _parts_not_ok(answer)) == (503, ["disk"])


def test_ready_while_somebody_else_writes(services: Services) -> None:
    client = _client(services)
    with services.sessions.begin() as session:
        world.sent(session, "reread", 1)
        assert client.get("/readyz").status_code == 200


def _figures(client: FlaskClient) -> dict[str, float]:
    text = client.get("/metrics").text
    return {
        s.name: s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
        if not s.labels
    }


def test_figures_follow_the_work(services: Services) -> None:
    client = _client(services)
    device, token = signed_in(services, client)
    with services.sessions.begin() as session:
        world.sent(session, "reread", 1, now=services.clock() - timedelta(minutes=3))
    bulk(client, token, f"event:{device}:1")
    before = _figures(client)
    assert before["curbstop_outbox_waiting"] >= 1
    assert before["curbstop_outbox_oldest_seconds"] > 0
    assert before["curbstop_feed_behind"] >= 1
    assert before["curbstop_worker_silent_seconds"] < SILENT_SECONDS
    assert before["curbstop_disk_free_bytes"] > 0


def _labelled(client: FlaskClient, name: str) -> dict[str, float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    [family] = [one for one in families if one.name == name]
    return {"".join(sample.labels.values()): sample.value for sample in family.samples}


def test_tablets_that_are_not_heard_are_counted(services: Services) -> None:
    client = _client(services)
    device, _token = signed_in(services, client)
    assert _labelled(client, "curbstop_tablets_unseen") == {"1": 0, "24": 0, "72": 0}
    with services.sessions.begin() as session:
        session.get_one(Device, device).last_seen_at = services.clock() - timedelta(hours=30)
    assert _labelled(client, "curbstop_tablets_unseen") == {"1": 1, "24": 1, "72": 0}
    with services.sessions.begin() as session:
        session.get_one(Device, device).revoked_at = services.clock()
    assert _labelled(client, "curbstop_tablets_unseen") == {"1": 0, "24": 0, "72": 0}


def test_money_that_technicians_hold_is_summed_up(services: Services) -> None:
    later = world.NOW + timedelta(hours=6)
    client = _client(replace(services, clock=lambda: later))
    assert _labelled(client, "curbstop_cash_out_cents") == {"cash": 0, "check": 0}
    assert _figures(client)["curbstop_cash_out_oldest_seconds"] == 0
    with services.sessions.begin() as session:
        cut = world.sent(session, "disconnect_np", 1)
        paid = Tablet().payment(cut, 700)
        ingest_event(session, paid, database="tech-t01", revision="1-a", received_at=later)
    assert _labelled(client, "curbstop_cash_out_cents") == {"cash": 700, "check": 0}
    assert 0 < _figures(client)["curbstop_cash_out_oldest_seconds"] < 6 * 3600


@pytest.mark.parametrize(
    ("headers", "environ", "status"),
    [
        ({}, {}, 200),
        ({}, ELSEWHERE, 403),
        ({"X-Forwarded-For": "203.0.113.9"}, {}, 403),
        ({"Authorization": "Bearer prometheus-reads-with-this"}, ELSEWHERE, 200),
        ({"Authorization": "Bearer guessed"}, ELSEWHERE, 403),
        ({"Authorization": "Bearer guessed"}, {}, 403),
    ],
)
def test_figures_are_not_for_everybody(
    services: Services, headers: dict[str, str], environ: dict[str, str], status: int
) -> None:
    answer = _client(services).get("/metrics", headers=headers, environ_overrides=environ)
    assert answer.status_code == status


def test_whatever_needs_a_database_that_restarts_is_put_off(tmp_path: Path) -> None:
    cluster = postgres.start()
    try:
        engine = open_engine(cluster.url)
        upgrade(engine)
        engine.dispose()
        config = Config(data_dir=tmp_path, database_url=cluster.url, secret_key="x" * 40, log_level="ERROR")
        opened = _district(config.checked())
        client = _client(opened)
        device, token = signed_in(opened, client)
        push = {"docs": [{"_id": f"event:{device}:1", "_rev": "1-a"}], "new_edits": False}

        def answers() -> list[TestResponse]:
            return [
                client.get("/metrics"),
                client.get("/api/orders", auth=("nobody", "nothing")),
                client.get("/api/devices/me", headers=token),
                client.post("/couch/tech-t01/_bulk_docs", json=push, headers=token),
                client.get("/couch/tech-t01/_changes", headers=token),
            ]

        assert not [answer for answer in answers() if answer.status_code >= 500]
        cluster.halt()
        for _ in range(2):
            away = answers()
            assert [answer.status_code for answer in away] == [503] * len(away)
            assert all(answer.headers["Retry-After"] for answer in away)
        cluster.resume()
        assert not [answer.status_code for answer in answers() if answer.status_code >= 500]
        _close(opened)
    finally:
        cluster.stop()
