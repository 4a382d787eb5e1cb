"""Every route × every role × another technician's database: nothing is read, written, counted or guessed."""

import itertools
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sync.routes.table import ATTACHMENT, DATABASE, DOCUMENT, SERVER, Operation, Right
from sync.stores.contract import Attachment
from sync.stores.sql.store import SqlStore
from tests.replication.served import Tokens, bearer, make_app

ROLES = (None, "unknown", "person", "tablet")
"""Callers who must not see technician 2; None sends no token."""

BODIES: dict[str, Any] = {
    "_bulk_docs": {"docs": [{"_id": "event:d2:9", "v": 1}]},
    "_bulk_get": {"docs": [{"id": "order:1"}]},
    "_revs_diff": {"order:1": ["1-x"]},
    "_missing_revs": {"order:1": ["1-x"]},
    "_find": {"selector": {}},
    "_purge": {"order:1": ["1-x"]},
    "_revs_limit": 5,
}


def resources(database: str) -> list[tuple[str, str, Operation]]:
    """Return (path, method, endpoint) of everything below a database."""
    found = []
    for action, methods in DATABASE.items():
        tail = {"": "", "_local": "/_local/x", "_design_function": "/_design/d/_view/v"}.get(
            action, f"/{action}"
        )
        found += [(f"/couch/{database}{tail}", method, endpoint) for method, endpoint in methods.items()]
    for tail in ("order:1", "nothing", "_design/d", "event:d2:1"):
        found += [(f"/couch/{database}/{tail}", method, endpoint) for method, endpoint in DOCUMENT.items()]
    for tail in ("order:1/p.jpg", "nothing/p.jpg"):
        found += [(f"/couch/{database}/{tail}", method, endpoint) for method, endpoint in ATTACHMENT.items()]
    heads = [(path, "HEAD", endpoint) for path, method, endpoint in found if method == "GET"]
    unknown = (f"/couch/{database}/_nonsense", "GET", Operation(Right.MEMBER, lambda _call: None))  # type: ignore[arg-type,return-value]  # never called
    return [*found, *heads, unknown]


@pytest.fixture
def client(store: SqlStore, tokens: Tokens) -> FlaskClient:
    """A client of the endpoint with two technicians' databases that hold the same."""
    for number in "12":
        name = f"tech-{number}"
        store.ensure_database(name, members=[name])
        photo = Attachment(b"photo", "image/jpeg", "")
        store.put_document(name, "order:1", {"secret": number}, attachments={"p.jpg": photo})
        store.put_document(name, f"event:d{number}:1", {"v": 1})
    return make_app(store, tokens).test_client()


def send(client: FlaskClient, method: str, path: str, role: str | None, **more: Any) -> TestResponse:
    """Send a request with a body that the resource would take."""
    action = path.rpartition("/")[2]
    body = orjson.dumps(BODIES.get(action, {"v": 2})) if method in {"POST", "PUT"} else b""
    headers = {**bearer(role), **more.pop("headers", {})}
    return client.open(
        path, method=method, data=body, content_type="application/json", headers=headers, **more
    )


def test_another_technicians_database_is_a_wall(client: FlaskClient, store: SqlStore) -> None:
    before = portrait(store)
    for role in ROLES:
        theirs, absent = resources("tech-2"), resources("tech-3")
        for (path, method, _), (elsewhere, _, _) in zip(theirs, absent, strict=True):
            answer, nothing = send(client, method, path, role), send(client, method, elsewhere, role)
            message = (answer.status_code, answer.data, headers_of(answer))
            assert message == (nothing.status_code, nothing.data, headers_of(nothing)), (role, method, path)
            known_bulk_get = path.endswith("_bulk_get") and role == "unknown"
            expected = {None: {401}, "unknown": {200} if known_bulk_get else {401}}.get(role, {403})
            assert answer.status_code in expected, (role, method, path, answer.data)
            assert b"secret" not in answer.data
            assert "ETag" not in answer.headers
    assert portrait(store) == before


def headers_of(answer: TestResponse) -> list[tuple[str, str]]:
    """Return the headers that could reveal something."""
    return sorted((name, value) for name, value in answer.headers if name != "Date")


def portrait(store: SqlStore) -> dict[str, Any]:
    """Return everything the databases hold."""
    return {
        name: (store.info(name), store.changes(name, since="0", limit=100), store.get_local(name, "x"))
        for name in store.database_names()
    }


def test_conditional_and_ranged_requests_meet_the_same_wall(client: FlaskClient, store: SqlStore) -> None:
    document = store.get_document("tech-2", "order:1")
    assert document is not None
    tag = f'"{document["_rev"]}"'
    extras = [
        {"If-None-Match": tag},
        {"If-Match": tag},
        {"Range": "bytes=0-1"},
        {"Accept": "multipart/mixed"},
    ]
    queries = ["", "?rev=1-x", "?open_revs=all", "?attachments=true", "?revs=true&latest=true"]
    for headers, query, method in itertools.product(extras, queries, ("GET", "HEAD", "PUT", "DELETE")):
        for tail in ("order:1", "order:1/p.jpg"):
            answer = send(client, method, f"/couch/tech-2/{tail}{query}", "tablet", headers=headers)
            assert answer.status_code == 403
            assert "ETag" not in answer.headers


def test_a_technician_is_no_administrator_at_home(client: FlaskClient, store: SqlStore) -> None:
    for role in ("person", "tablet"):
        for path, method, endpoint in resources("tech-1"):
            if endpoint.right is Right.ADMIN:
                answer = send(client, method, path, role)
                assert answer.status_code == 403, (role, method, path)
    assert store.database_names() == ["tech-1", "tech-2"]


def test_server_resources_name_a_right_each(client: FlaskClient) -> None:
    for action, methods in SERVER.items():
        for method, endpoint in methods.items():
            if endpoint.right is not Right.ANYONE:
                assert send(client, method, f"/couch/{action}", None).status_code == 401
            if endpoint.right is Right.ADMIN:
                assert send(client, method, f"/couch/{action}", "tablet").status_code == 403
    assert send(client, "GET", "/couch/_nonsense", None).status_code == 401
    assert send(client, "GET", "/couch/_all_dbs", "root").json == ["tech-1", "tech-2"]


FOREIGN = ["order:1", "order:9", "ack:event:d1:1", "_design/d", "event:d2:5", "event:d1:x", "event:d1"]


def test_a_tablet_cannot_write_foreign_documents_by_any_way(client: FlaskClient, store: SqlStore) -> None:
    before = portrait(store)
    tails = ("", "?rev=1-x", "?new_edits=false", "?batch=ok")
    for doc_id, method, tail in itertools.product(FOREIGN, ("PUT", "DELETE"), tails):
        path = f"/couch/tech-1/{doc_id}"
        for file in ("", "/f.txt"):
            answer = send(client, method, path + file + tail, "tablet")
            assert answer.status_code == 403, (method, path, file, tail)
    for doc_id in FOREIGN:
        to = {"Destination": doc_id}
        assert send(client, "COPY", "/couch/tech-1/event:d1:1", "tablet", headers=to).status_code == 403
        posted = client.post("/couch/tech-1", json={"_id": doc_id}, headers=bearer("tablet"))
        assert posted.status_code == 403
        for new_edits in (True, False):
            docs = [{"_id": doc_id, "_rev": "1-x"}, {"_id": doc_id, "_rev": "1-x", "_deleted": True}]
            message = {"docs": docs, "new_edits": new_edits}
            rows = client.post("/couch/tech-1/_bulk_docs", json=message, headers=bearer("tablet"))
            assert rows.status_code == 201
            assert rows.json is not None
            assert [row["error"] for row in rows.json] == ["forbidden", "forbidden"]
    assert portrait(store) == before


def test_a_tablet_writes_its_events_and_cannot_delete_them(client: FlaskClient, store: SqlStore) -> None:
    message = {
        "new_edits": False,
        "docs": [
            {"_id": "event:d1:7", "_rev": "1-a", "v": 1},
            {"_id": "order:1", "_rev": "1-a"},
            {"_id": "event:d1:1", "_rev": "9-z", "_deleted": True},
        ],
    }
    answer = client.post("/couch/tech-1/_bulk_docs", json=message, headers=bearer("tablet"))
    assert answer.status_code == 201
    assert answer.json is not None
    assert [(row["id"], row["error"]) for row in answer.json] == [
        ("order:1", "forbidden"),
        ("event:d1:1", "forbidden"),
    ]
    again = client.post("/couch/tech-1/_bulk_docs", json=message, headers=bearer("tablet"))
    assert again.json == answer.json
    assert store.get_document("tech-1", "event:d1:7") == {"_id": "event:d1:7", "_rev": "1-a", "v": 1}
    assert store.get_document("tech-1", "event:d1:1") is not None


def test_checkpoints_live_in_a_namespace_per_tablet(client: FlaskClient, tokens: Tokens) -> None:
    tokens.technician("second", "1", "d1b")
    path = "/couch/tech-1/_local/same"
    for number, role in enumerate(("tablet", "second", "person", "root")):
        assert client.get(path, headers=bearer(role)).status_code == 404
        assert client.put(path, json={"seq": number}, headers=bearer(role)).status_code == 201
    for number, role in enumerate(("tablet", "second", "person", "root")):
        message = client.get(path, headers=bearer(role)).json
        assert message == {"_id": "_local/same", "_rev": "0-1", "seq": number}
        listed = client.get("/couch/tech-1/_local_docs", headers=bearer(role)).json
        assert listed is not None
        assert len(listed["rows"]) == 1


def test_a_token_that_ended_is_refused_row_by_row_in_bulk_get(client: FlaskClient) -> None:
    message = {"docs": [{"id": "order:1", "rev": "1-x"}, {"id": "order:2"}]}
    answer = client.post("/couch/tech-1/_bulk_get?revs=true", json=message, headers=bearer("ended"))
    assert answer.status_code == 200
    assert answer.json is not None
    rows = [row["docs"][0]["error"] for row in answer.json["results"]]
    assert [(row["id"], row["error"]) for row in rows] == [
        ("order:1", "unauthorized"),
        ("order:2", "unauthorized"),
    ]
    assert client.post("/couch/tech-1/_bulk_get", json=message).status_code == 401
    assert client.get("/couch/tech-1/_changes", headers=bearer("ended")).status_code == 401


def test_only_the_tablets_page_may_call_from_a_browser(client: FlaskClient) -> None:
    for origin, allowed in (("https://tablet.example", True), ("https://evil.example", False)):
        asked = client.open("/couch/tech-1/_changes", method="OPTIONS", headers={"Origin": origin})
        assert asked.status_code == 204
        answer = client.get("/couch/tech-1", headers={**bearer("tablet"), "Origin": origin})
        for response in (asked, answer):
            assert (response.headers.get("Access-Control-Allow-Origin") == origin) is allowed
            assert ("Access-Control-Allow-Credentials" in response.headers) is allowed
            assert "Origin" in response.headers["Vary"]
