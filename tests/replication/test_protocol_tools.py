"""Feeds' parameters, listings, selectors, settings and limits, over HTTP, on both engines."""

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sync.protocol.attachments import md5_digest
from sync.protocol.limits import Limits
from sync.stores.sql.store import SqlStore
from tests.replication.served import Tokens, bearer, make_app, put_leaves

ROOT = bearer("root")


def test_the_feeds_many_parameters(db_client: FlaskClient) -> None:
    put_leaves(db_client, {"_id": "a", "_rev": "1-a", "v": 1}, {"_id": "b", "_rev": "1-b", "v": 2})
    put_leaves(db_client, {"_id": "a", "_rev": "1-z", "v": 3}, {"_id": "c", "_rev": "1-c", "_deleted": True})

    def asked(query: str, **body: Any) -> dict[str, Any]:
        answer = (
            db_client.post(f"/db/_changes?{query}", json=body)
            if body
            else db_client.get(f"/db/_changes?{query}")
        )
        assert answer.status_code == 200
        reply: dict[str, Any] = answer.json or {}
        return reply

    def ids(query: str, **body: Any) -> list[str]:
        return [row["id"] for row in asked(query, **body)["results"]]

    assert ids("") == ["b", "a", "c"]
    assert ids("descending=true") == ["c", "a", "b"]
    assert ids("descending=true&limit=1") == ["c"]
    assert ids("since=now") == []
    nothing = asked("limit=0")
    assert (nothing["results"], nothing["pending"]) == ([], 3)
    first = asked("limit=1")
    assert first["pending"] == 2
    assert ids(f"since={first['last_seq']}") == ["a", "c"]
    row = asked("style=all_docs&include_docs=true&conflicts=true")["results"][1]
    assert [leaf["rev"] for leaf in row["changes"]] == ["1-z", "1-a"]
    assert row["doc"] == {"_id": "a", "_rev": "1-z", "_conflicts": ["1-a"], "v": 3}
    assert asked("")["results"][2]["deleted"] is True
    assert ids("filter=_doc_ids", doc_ids=["c", "b", "x"]) == ["b", "c"]
    assert ids('filter=_doc_ids&doc_ids=["a"]') == ["a"]
    assert ids("filter=_selector", selector={"v": {"$gt": 2}}) == ["a"]
    assert ids("filter=_selector&limit=1", selector={"v": {"$gt": 0}}) == ["b"]
    assert [row["seq"] is None for row in asked("seq_interval=2")["results"]] == [False, True, False]
    for bad in ("since=abc", "limit=-1", "feed=x", "filter=_doc_ids", "filter=_nope", "heartbeat=x"):
        assert db_client.get(f"/db/_changes?{bad}").status_code == 400, bad
    assert db_client.get("/db/_changes?filter=nope/f").status_code == 404


def test_a_sequence_of_an_earlier_life_starts_over(db_client: FlaskClient) -> None:
    put_leaves(db_client, {"_id": "a", "_rev": "1-a"})
    last = (db_client.get("/db/_changes").json or {})["last_seq"]
    assert db_client.delete("/db").status_code == 200
    assert db_client.put("/db").status_code == 201
    put_leaves(db_client, {"_id": "b", "_rev": "1-b"})
    reply = db_client.get(f"/db/_changes?since={last}").json
    assert reply is not None
    assert [row["id"] for row in reply["results"]] == ["b"]


def test_javascript_is_stored_and_refused_in_plain_words(db_client: FlaskClient) -> None:
    ddoc = {"views": {"v": {"map": "function (d) { emit(1) }"}}, "filters": {"f": "function () { return 1 }"}}
    assert db_client.put("/db/_design/d", json=ddoc).status_code == 201
    assert (db_client.get("/db/_design/d").json or {})["views"] == ddoc["views"]
    for url in ("/db/_design/d/_view/v", "/db/_changes?filter=d/f", "/db/_changes?filter=_view&view=d/v"):
        answer = db_client.get(url)
        assert answer.status_code == 501
        assert "JavaScript is not run" in (answer.json or {})["reason"]
    assert db_client.get("/db/_changes?filter=d/other").status_code == 404
    found = db_client.get("/db/_changes?filter=_design").json
    assert found is not None
    assert [row["id"] for row in found["results"]] == ["_design/d"]


def test_listing(db_client: FlaskClient) -> None:
    put_leaves(db_client, *({"_id": name, "_rev": "1-a", "n": number} for number, name in enumerate("abcde")))
    put_leaves(db_client, {"_id": "gone", "_rev": "1-a", "_deleted": True})

    def ids(query: str) -> list[str]:
        return [row["id"] for row in (db_client.get(f"/db/_all_docs?{query}").json or {})["rows"]]

    assert ids("") == list("abcde")
    assert ids('startkey="b"&endkey="d"') == ["b", "c", "d"]
    assert ids('startkey="b"&endkey="d"&inclusive_end=false') == ["b", "c"]
    assert ids('startkey="d"&endkey="b"&descending=true') == ["d", "c", "b"]
    assert ids("limit=2&skip=1") == ["b", "c"]
    assert ids('key="c"') == ["c"]
    keyed = db_client.post("/db/_all_docs?include_docs=true", json={"keys": ["e", "x", "gone", 7]}).json
    assert keyed is not None
    assert keyed["total_rows"] == 5
    assert keyed["rows"][0]["doc"]["n"] == 4
    assert keyed["rows"][1] == {"key": "x", "error": "not_found"}
    assert keyed["rows"][2]["value"]["deleted"] is True
    assert keyed["rows"][3] == {"key": 7, "error": "not_found"}
    assert db_client.post('/db/_all_docs?startkey="a"', json={"keys": ["a"]}).status_code == 400


def test_settings_of_a_database(db_client: FlaskClient, store: SqlStore) -> None:
    assert db_client.get("/db/_revs_limit").json == 1000
    assert db_client.put("/db/_revs_limit", json=2).json == {"ok": True}
    for _ in range(4):
        store.put_document("db", "a", {"n": _})
    reply = db_client.get("/db/a?revs=true").json
    assert reply is not None
    assert len(reply["_revisions"]["ids"]) == 2
    assert db_client.put("/db/_revs_limit", json=0).status_code == 400
    security = {"admins": {"names": [], "roles": []}, "members": {"names": ["x"], "roles": []}}
    assert db_client.put("/db/_security", json=security).json == {"ok": True}
    assert db_client.get("/db/_security").json == security
    assert db_client.post("/db/_compact", json={}).status_code == 202
    assert db_client.get(f"/db/a?rev={reply['_rev']}").status_code == 200
    older = f"{reply['_revisions']['start'] - 1}-{reply['_revisions']['ids'][1]}"
    assert db_client.get(f"/db/a?rev={older}").status_code == 404, "compaction forgets old bodies"
    purged = db_client.post("/db/_purge", json={"a": [reply["_rev"]], "nope": ["1-x"]})
    assert (purged.status_code, purged.json) == (
        201,
        {"purge_seq": None, "purged": {"a": [reply["_rev"]], "nope": []}},
    )
    assert db_client.get("/db/a").status_code == 404


def test_local_documents_over_http(db_client: FlaskClient) -> None:
    assert db_client.put("/db/_local/a%2Fb", json={"v": 1}).json == {
        "ok": True,
        "id": "_local/a/b",
        "rev": "0-1",
    }
    rows = db_client.post("/db/_bulk_docs", json={"docs": [{"_id": "_local/c", "v": 2}, {"_id": "d"}]}).json
    assert rows is not None
    assert [(row["id"], row["rev"][:3]) for row in rows] == [
        ("_local/c", "0-1"),
        ("d", "1-" + rows[1]["rev"][2]),
    ]
    assert db_client.get("/db/_local/c").json == {"_id": "_local/c", "_rev": "0-1", "v": 2}
    assert db_client.get("/db/_local/c/file").status_code == 400
    assert [row["id"] for row in (db_client.get("/db/_changes").json or {})["results"]] == ["d"]
    assert db_client.delete("/db/_local/c").status_code == 200
    assert db_client.get("/db/_local/c").status_code == 404


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"a":1,"a":2}', "application/json", 400),
        (b'{"a":NaN}', "application/json", 400),
        (b'{"a":"\\ud800"}', "application/json", 400),
        (b'{"a":18446744073709551616}', "application/json", 400),
        (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"_x":1}', "application/json", 400),
    ],
)
def test_bad_bodies_are_refused(db_client: FlaskClient, raw: bytes, kind: str, status: int) -> None:
    assert db_client.put("/db/x", data=raw, content_type=kind).status_code == status
    assert db_client.get("/db/x").status_code == 404


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_only_a_post_must_say_that_it_is_json(db_client: FlaskClient, kind: str) -> None:
    assert db_client.put("/db/tutorial", data=b'{"title":"x"}', content_type=kind).status_code == 201
    assert db_client.get("/db/tutorial").json["title"] == "x"  # type: ignore[index]  # checked just before
    posted = db_client.post("/db", data=b"{}", content_type="text/plain")
    assert posted.status_code == 415


def test_a_malformed_row_is_refused_by_itself(db_client: FlaskClient) -> None:
    db_client.put("/db/after", json={"n": 1})
    reply = db_client.post("/db/_bulk_get", json={"docs": ["doc1", {}, 7, None, {"id": "after"}]})
    assert reply.status_code == 200
    assert reply.json is not None
    rows = reply.json["results"]
    assert [next(iter(row["docs"][0])) for row in rows] == ["error", "error", "error", "error", "ok"]


@pytest.mark.parametrize("way", ["GET", "POST"])
def test_keys_take_limit_and_skip_wherever_they_stand(db_client: FlaskClient, way: str) -> None:
    for name in "abc":
        db_client.put(f"/db/{name}", json={})
    keys = ["a", "none", "c", "a"]
    if way == "POST":
        reply = db_client.post("/db/_all_docs", json={"keys": keys, "limit": 2, "skip": 1})
    else:
        reply = db_client.get("/db/_all_docs", query_string={"keys": json.dumps(keys), "limit": 2, "skip": 1})
    assert reply.json is not None
    assert [row["key"] for row in reply.json["rows"]] == ["none", "c"]


@pytest.mark.parametrize("accept", ["*/*", "multipart/related, application/json"])
def test_files_go_as_sections_to_whoever_takes_them(db_client: FlaskClient, accept: str) -> None:
    db_client.put("/db/f", json={"_attachments": {"a.bin": {"data": "eA=="}}})
    reply = db_client.get("/db/f?attachments=true", headers={"Accept": accept})
    assert reply.content_type.startswith("multipart/related")
    asked = db_client.get("/db/f?attachments=true", headers={"Accept": "application/json"})
    assert asked.json is not None
    assert asked.json["_attachments"]["a.bin"]["data"] == "eA=="


def test_the_encoding_of_inline_data_is_reported_when_asked(db_client: FlaskClient) -> None:
    entry = {"content_type": "text/plain", "data": "dGV4dA=="}
    db_client.put("/db/t", json={"_attachments": {"t.txt": entry}})
    path = "/db/t?attachments=true&att_encoding_info=true"
    reply = db_client.get(path, headers={"Accept": "application/json"}).json
    assert reply is not None
    assert reply["_attachments"]["t.txt"]["encoding"] == "gzip"
    assert reply["_attachments"]["t.txt"]["data"] == "dGV4dA=="


def test_limits_hold(store: SqlStore, tokens: Tokens) -> None:
    store.limits = Limits(
        request_bytes=20_000, decompressed_bytes=30_000, decompression_ratio=20, document_bytes=2_000,
        documents_per_request=5, leaves_per_document=3, attachment_bytes=1_000, attachments_per_document=2,
    )  # fmt: skip
    client = make_app(store, tokens, prefix="/").test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = ROOT["Authorization"]
    client.put("/db")

    def bulk(docs: list[dict[str, Any]]) -> Any:
        return client.post("/db/_bulk_docs", json={"docs": docs, "new_edits": False})

    assert bulk([{"_id": "a", "_rev": "1-a"}] * 6).status_code == 413
    assert bulk([{"_id": "a", "_rev": "1-a", "x": "y" * 3_000}]).status_code == 413
    assert (
        client.put(
            "/db/a", data=b'{"x":"' + b"y" * 30_000 + b'"}', content_type="application/json"
        ).status_code
        == 413
    )
    bomb = gzip.compress(b'{"x":"' + b"y" * 25_000 + b'"}')
    sent = {"data": bomb, "content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}
    assert client.put("/db/a", **sent).status_code == 413
    small = {**sent, "data": gzip.compress(b'{"x":1}')}
    assert client.put("/db/zipped", **small).status_code == 201
    assert client.put("/db/f/x.jpg", data=b"x" * 1_001, content_type="image/jpeg").status_code == 413
    many = {str(n): {"data": ""} for n in range(3)}
    assert bulk([{"_id": "a", "_rev": "1-a", "_attachments": many}]).status_code == 413
    assert bulk([{"_id": "c", "_rev": f"1-{n}"} for n in "abc"]).json == []
    (row,) = bulk([{"_id": "c", "_rev": "1-d"}]).json
    assert row["error"] == "document_too_large"
    wrong = {"p": {"content_type": "image/jpeg", "data": "eA==", "digest": "md5-AAAAAAAAAAAAAAAAAAAAAA=="}}
    assert bulk([{"_id": "w", "_rev": "1-a", "_attachments": wrong}]).json == []
    kept = (client.get("/db/w").json or {})["_attachments"]["p"]
    assert kept["digest"] == md5_digest(b"x"), "as the bytes are, whatever was said of them"
