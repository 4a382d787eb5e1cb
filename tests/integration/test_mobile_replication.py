"""A tablet's token at the replication endpoint of the whole application, on both SQL engines."""

import base64
import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mobile_api import devices, enrolment
from mobile_api.tokens import access_tokens
from server.app import create_app
from server.config import Config
from server.services import Services, open_services
from sync.pipeline.publish import ensure_technician
from sync.stores.sql import reading
from sync.stores.sql.store import SqlStore
from tests.integration.mobile_tablet import Tablet
from tests.integration.usecases import world


@pytest.fixture
def services(config: Config) -> Iterator[Services]:
    """The services of a small district with two technicians."""
    opened = open_services(config)
    with opened.sessions.begin() as session:
        world.build(session, households=1)
    for technician in ("t01", "t02"):
        ensure_technician(opened.sessions, opened.store, technician, now=opened.clock())
    yield opened
    assert isinstance(opened.store, SqlStore)
    opened.store.close()
    opened.engine.dispose()


@pytest.fixture
def app(services: Services) -> Flask:
    """The whole application."""
    return create_app(services=services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of it."""
    return app.test_client()


def signed_in(services: Services, client: FlaskClient) -> tuple[str, dict[str, str]]:
    """A fresh tablet of the first technician: its id, and the header that opens its database."""
    now = services.clock()
    with services.sessions.begin() as session:
        code = enrolment.issue_code(
            session,
            services.config.secret_key,
            "t01",
            issued_by="test",
            now=now,
            life=timedelta(minutes=5),
            random=secrets.token_bytes(5),
        )
    answer = client.post("/api/devices/enrol", json=Tablet().enrol_body(code, now)).get_json()
    return answer["device"], {"Authorization": f"Bearer {answer['token']}"}


def bulk(client: FlaskClient, headers: dict[str, str], *ids: str) -> list[dict[str, Any]]:
    """Push documents of these ids as a replicator does; answers the rows that were refused."""
    docs = [
        {"_id": id_, "_rev": "1-" + "a" * 32, "_revisions": {"start": 1, "ids": ["a" * 32]}} for id_ in ids
    ]
    answer = client.post(
        "/couch/tech-t01/_bulk_docs", json={"docs": docs, "new_edits": False}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    rows: list[dict[str, Any]] = json.loads(answer.data)
    return rows


def test_a_token_opens_its_own_database_and_writes_its_own_events(
    services: Services, client: FlaskClient
) -> None:
    device, headers = signed_in(services, client)
    assert client.get("/couch/tech-t01/ref:settings", headers=headers).get_json()["kind"] == "ref"
    assert client.get("/couch/tech-t02/", headers=headers).status_code == 403
    assert client.get("/couch/tech-t01/").status_code == 401
    own, foreign = f"event:{device}:00000001", "event:zzzzzzzz:00000001"
    refused = bulk(client, headers, own, foreign, "order:W1")
    assert [(row["id"], row["error"]) for row in refused] == [
        (foreign, "forbidden"),
        ("order:W1", "forbidden"),
    ]
    assert services.store.get_document("tech-t01", own) is not None


def test_an_evening_of_photos_passes_and_pages_headers_hold_there_too(
    services: Services, client: FlaskClient
) -> None:
    device, headers = signed_in(services, client)
    photo = base64.b64encode(b"\xff" * 1_500_000).decode()
    docs = [
        {
            "_id": f"event:{device}:{number:08}",
            "_rev": "1-a",
            "_attachments": {"photo.jpg": {"content_type": "image/jpeg", "data": photo}},
        }
        for number in (1, 2)
    ]
    body = {"docs": docs, "new_edits": False}
    answer = client.post("/couch/tech-t01/_bulk_docs", json=body, headers=headers)
    assert (answer.status_code, answer.get_json()) == (201, [])
    path = f"/couch/tech-t01/event:{device}:00000002/photo.jpg"
    assert len(client.get(path, headers=headers).data) == 1_500_000
    for asked in (answer, client.get("/couch/tech-t02", headers=headers), client.get("/couch")):
        assert asked.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in asked.headers["Content-Security-Policy"]


def test_a_failure_of_the_program_is_reported_in_the_protocols_words(
    services: Services, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = signed_in(services, client)

    def fails(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(reading, "database", fails)
    answer = client.get("/couch/tech-t01", headers=headers)
    assert answer.status_code == 500
    assert answer.get_json() == {
        "error": "internal_server_error",
        "reason": "The server failed; the log says why.",
    }


def test_revoking_a_tablet_ends_its_open_feed(services: Services, app: Flask, client: FlaskClient) -> None:
    device, headers = signed_in(services, client)
    address = "/couch/tech-t01/_changes?feed=continuous&heartbeat=100&since=now"
    feed: TestResponse = client.get(address, headers=headers, buffered=False)
    chunks: Iterator[Any] = iter(feed.response)
    assert next(chunks) == b"\n", "parked, and its heart beats"
    with services.sessions.begin() as session:
        devices.revoke(session, device, "test", services.clock())
    access_tokens(app).forget(device)
    assert any(b"last_seq" in bytes(part) for part in chunks)
    assert client.get("/couch/tech-t01/", headers=headers).status_code == 401
    refused = client.get("/api/devices/me", headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "device_revoked")


def test_parked_feeds_leave_the_web_servers_threads_to_work(services: Services, app: Flask) -> None:
    assert app.extensions["curbstop"] is services
    assert isinstance(services.store, SqlStore)
    assert 0 < services.store.limits.parked_feeds < services.config.web_threads


def test_the_devices_api_is_described(client: FlaskClient) -> None:
    described = client.get("/api/openapi.json").get_json()["paths"]
    assert {"/api/devices/enrol", "/api/devices/session", "/api/devices/me"} <= described.keys()
