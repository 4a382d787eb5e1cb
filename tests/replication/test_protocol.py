"""What CouchDB's replicator and tools ask beyond PouchDB's daily calls, over HTTP, on both engines."""

import base64
import gzip
from typing import Any

import pytest
from flask.testing import FlaskClient

from sync import multipart
from sync.limits import Limits
from sync.store_sql import SqlStore
from tests.replication.served import Tokens, bearer, make_app

ROOT = bearer("root")


@pytest.fixture
def client(store: SqlStore, tokens: Tokens) -> FlaskClient:
    """A client of the endpoint with an empty database `db`."""
    made = make_app(store, tokens, prefix="/").test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = ROOT["Authorization"]
    assert made.put("/db").status_code == 201
    return made


def put_leaves(client: FlaskClient, *docs: dict[str, Any]) -> None:
    answer = client.post("/db/_bulk_docs", json={"docs": docs, "new_edits": False})
    assert (answer.status_code, answer.json) == (201, [])


WITH_FILES = {
    "_id": "d",
    "_rev": "2-b",
    "_revisions": {"start": 2, "ids": ["b", "a"]},
    "v": 1,
    "_attachments": {
        "old.jpg": {"content_type": "image/jpeg", "data": base64.b64encode(b"old").decode(), "revpos": 1},
        "new.txt": {"content_type": "text/plain", "data": base64.b64encode(b"new").decode(), "revpos": 2},
    },
}


def test_databases(client: FlaskClient) -> None:
    assert client.put("/db").json == {
        "error": "file_exists",
        "reason": "The database could not be created, the file already exists.",
    }
    assert client.put("/db").status_code == 412
    assert client.put("/Bad").status_code == 400
    assert client.put("/a%2Fb").status_code == 201
    assert client.get("/_all_dbs").json == ["a/b", "db"]
    info = client.get("/db/").json
    assert info is not None
    assert info["instance_start_time"] == "0"
    assert info["db_name"] == "db"
    assert client.delete("/a%2Fb").json == {"ok": True}
    assert client.get("/nowhere/").status_code == 404
    assert client.post("/db/_ensure_full_commit").json == {"ok": True, "instance_start_time": "0"}
    assert client.open("/db/_changes", method="DELETE").status_code == 405
    assert client.get("/db/_nonsense").status_code == 404


def test_open_revisions_travel_as_sections_unless_json_is_asked_for(client: FlaskClient) -> None:
    put_leaves(client, WITH_FILES, {"_id": "d", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}})
    url = '/db/d?revs=true&latest=true&open_revs=["2-b","2-c","9-z"]'
    as_json = client.get(url, headers={"Accept": "application/json"}).json
    assert as_json is not None
    assert [next(iter(row)) for row in as_json] == ["ok", "ok", "missing"]
    for accept in ("*/*", "multipart/mixed"):
        answer = client.get(url, headers={"Accept": accept})
        assert answer.mimetype == "multipart/mixed"
        parts = multipart.parse(answer.data, multipart.boundary_of(answer.headers["Content-Type"]))
        kinds = [part.headers["content-type"].partition(";")[0] for part in parts]
        assert kinds == ["multipart/related", "application/json", "application/json"]
        assert parts[2].headers["content-type"] == 'application/json; error="true"'
        assert parts[2].content == b'{"missing":"9-z"}'
        inner = multipart.parse(parts[0].content, multipart.boundary_of(parts[0].headers["content-type"]))
        files = {part.filename(): part for part in inner[1:]}
        assert files["old.jpg"].content == b"old"
        assert gzip.decompress(files["new.txt"].content) == b"new"
        assert files["new.txt"].headers["content-encoding"] == "gzip"


def test_only_files_the_other_side_lacks_follow(client: FlaskClient) -> None:
    put_leaves(client, WITH_FILES)
    answer = client.get('/db/d?revs=true&open_revs=["2-b"]&atts_since=["1-a","7-x"]')
    (outer,) = multipart.parse(answer.data, multipart.boundary_of(answer.headers["Content-Type"]))
    inner = multipart.parse(outer.content, multipart.boundary_of(outer.headers["content-type"]))
    assert [part.filename() for part in inner[1:]] == ["new.txt"]
    assert b'"old.jpg":{"content_type":"image/jpeg","revpos":1' in inner[0].content
    assert b'"stub":true' in inner[0].content


def related(client: FlaskClient, document: bytes, *files: tuple[str, bytes]) -> Any:
    parts = [multipart.section({"Content-Type": "application/json"}, document)]
    for name, content in files:
        headers = {"Content-Disposition": multipart.disposition(name), "Content-Length": str(len(content))}
        parts.append(multipart.section(headers, content))
    return client.put(
        "/db/m?new_edits=false",
        data=multipart.join(parts, "bnd"),
        content_type='multipart/related; boundary="bnd"',
    )


def test_a_document_is_written_with_its_files_as_sections(client: FlaskClient) -> None:
    packed = gzip.compress(b"text", mtime=0)
    document = (
        b'{"_id":"m","_rev":"1-a","_attachments":{"p.jpg":{"follows":true,"length":5,"content_type":"image/jpeg"},'
        b'"t.txt":{"follows":true,"encoding":"gzip","encoded_length":%d,"length":4,"content_type":"text/plain"}}}'
    ) % len(packed)
    answer = related(client, document, ("p.jpg", b"photo"), ("t.txt", packed))
    assert answer.status_code == 201
    assert answer.json == {"ok": True, "id": "m", "rev": "1-a"}
    assert client.get("/db/m/p.jpg").data == b"photo"
    assert client.get("/db/m/t.txt").data == b"text"
    zipped = client.get("/db/m/t.txt", headers={"Accept-Encoding": "gzip"})
    assert zipped.data == packed
    assert zipped.headers["Content-Encoding"] == "gzip"
    told = b'{"_id":"m","_rev":"1-b","_attachments":{"p":{"follows":true,"length":6}}}'
    assert related(client, told, ("p", b"short")).status_code == 400
    assert related(client, told).status_code == 400


def test_files_are_served_as_harmless_downloads(client: FlaskClient) -> None:
    page = b"<script>alert(1)</script>"
    rev = client.put("/db/x/page.html", data=page, content_type="text/html").json
    assert rev is not None
    answer = client.get("/db/x/page.html")
    assert answer.data == page
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_ranges_and_tags(client: FlaskClient) -> None:
    first = client.put("/db/x/p.jpg", data=b"0123456789", content_type="image/jpeg").json
    assert first is not None
    part = client.get("/db/x/p.jpg", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert client.get("/db/x/p.jpg", headers={"Range": "bytes=90-"}).status_code == 416
    whole = client.get("/db/x/p.jpg")
    again = client.get("/db/x/p.jpg", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    document = client.get("/db/x")
    assert document.headers["ETag"] == f'"{first["rev"]}"'
    assert client.get("/db/x", headers={"If-None-Match": document.headers["ETag"]}).status_code == 304
    head = client.head("/db/x")
    assert (head.data, head.headers["ETag"]) == (b"", document.headers["ETag"])
    assert client.put("/db/x/p.jpg?rev=1-nonsense", data=b"x").status_code == 409
    assert client.put("/db/x/p.jpg", data=b"x").status_code == 409
    assert client.put("/db/x/_p", data=b"x").status_code == 400
    gone = client.delete(f"/db/x/p.jpg?rev={first['rev']}")
    assert gone.status_code == 200
    assert client.get("/db/x/p.jpg").status_code == 404


def test_conditional_writes_and_copies(client: FlaskClient) -> None:
    first = client.put("/db/a", json={"v": 1}).json
    assert first is not None
    assert client.put("/db/a", json={"v": 2}).status_code == 409
    changed = client.put("/db/a", json={"v": 2}, headers={"If-Match": f'"{first["rev"]}"'})
    assert changed.status_code == 201
    assert client.put("/db/a?rev=1-x", json={"v": 3}, headers={"If-Match": '"1-y"'}).status_code == 400
    copied = client.open("/db/a", method="COPY", headers={"Destination": "b"})
    assert copied.status_code == 201
    told = client.get("/db/b").json
    assert told is not None
    assert told["v"] == 2
    assert client.delete("/db/a").status_code == 409
    assert changed.json is not None
    assert client.delete(f"/db/a?rev={changed.json['rev']}").status_code == 200
    gone = client.get("/db/a")
    assert (gone.status_code, gone.json) == (404, {"error": "not_found", "reason": "deleted"})
    assert client.delete("/db/a").status_code == 404
    assert client.delete("/db/never?rev=1-a").status_code == 404


def test_bulk_get_answers_in_request_order_row_by_row(client: FlaskClient) -> None:
    put_leaves(client, {"_id": "a", "_rev": "1-a"}, {"_id": "b", "_rev": "1-b", "v": 2})
    docs = [{"id": "b"}, {"id": "nope"}, {"id": "a", "rev": "bad"}, {"id": "a", "rev": "1-a"}, {"rev": "1-a"}]
    told = client.post("/db/_bulk_get?revs=true&latest=true", json={"docs": docs}).json
    assert told is not None
    assert list(told) == ["results"]
    rows = told["results"]
    assert [row["id"] for row in rows] == ["b", "nope", "a", "a", None]
    assert all(len(row["docs"]) == 1 and len(row["docs"][0]) == 1 for row in rows)
    assert rows[0]["docs"][0]["ok"]["_revisions"] == {"start": 1, "ids": ["b"]}
    assert rows[1]["docs"][0]["error"]["rev"] == "undefined"
    assert rows[2]["docs"][0]["error"]["error"] == "bad_request"
    assert client.post("/db/_bulk_get", json={"docs": 1}).status_code == 400


def test_latest_means_the_leaves_below_a_revision(client: FlaskClient) -> None:
    put_leaves(
        client,
        {"_id": "a", "_rev": "1-a"},
        {"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}},
        {"_id": "a", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}},
    )
    asked = {"docs": [{"id": "a", "rev": "1-a"}]}
    told = client.post("/db/_bulk_get?latest=true", json=asked).json
    assert told is not None
    assert [doc["ok"]["_rev"] for doc in told["results"][0]["docs"]] == ["2-c", "2-b"]
    exact = client.post("/db/_bulk_get", json=asked).json
    assert exact is not None
    assert exact["results"][0]["docs"][0]["ok"]["_rev"] == "1-a"


def test_revisions_missing_and_their_possible_ancestors(client: FlaskClient) -> None:
    put_leaves(client, {"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}})
    asked = {"a": ["1-a", "2-b", "3-c"], "b": ["1-x"], "c": []}
    assert client.post("/db/_revs_diff", json=asked).json == {
        "a": {"missing": ["3-c"], "possible_ancestors": ["2-b"]},
        "b": {"missing": ["1-x"]},
    }
    assert client.post("/db/_revs_diff", json={"a": ["2-b"]}).json == {}
    assert client.post("/db/_missing_revs", json=asked).json == {"missing_revs": {"a": ["3-c"], "b": ["1-x"]}}
    assert client.post("/db/_revs_diff", json={"a": ["x"]}).status_code == 400
    assert client.post("/db/_revs_diff", json={"a": 1}).status_code == 400


def test_the_feeds_many_parameters(client: FlaskClient) -> None:
    put_leaves(client, {"_id": "a", "_rev": "1-a", "v": 1}, {"_id": "b", "_rev": "1-b", "v": 2})
    put_leaves(client, {"_id": "a", "_rev": "1-z", "v": 3}, {"_id": "c", "_rev": "1-c", "_deleted": True})

    def asked(query: str, **body: Any) -> dict[str, Any]:
        answer = (
            client.post(f"/db/_changes?{query}", json=body) if body else client.get(f"/db/_changes?{query}")
        )
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json or {}
        return told

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
        assert client.get(f"/db/_changes?{bad}").status_code == 400, bad
    assert client.get("/db/_changes?filter=nope/f").status_code == 404


def test_a_sequence_of_an_earlier_life_starts_over(client: FlaskClient) -> None:
    put_leaves(client, {"_id": "a", "_rev": "1-a"})
    last = (client.get("/db/_changes").json or {})["last_seq"]
    assert client.delete("/db").status_code == 200
    assert client.put("/db").status_code == 201
    put_leaves(client, {"_id": "b", "_rev": "1-b"})
    told = client.get(f"/db/_changes?since={last}").json
    assert told is not None
    assert [row["id"] for row in told["results"]] == ["b"]


def test_javascript_is_stored_and_refused_in_plain_words(client: FlaskClient) -> None:
    ddoc = {"views": {"v": {"map": "function (d) { emit(1) }"}}, "filters": {"f": "function () { return 1 }"}}
    assert client.put("/db/_design/d", json=ddoc).status_code == 201
    assert (client.get("/db/_design/d").json or {})["views"] == ddoc["views"]
    for url in ("/db/_design/d/_view/v", "/db/_changes?filter=d/f", "/db/_changes?filter=_view&view=d/v"):
        answer = client.get(url)
        assert answer.status_code == 501
        assert "JavaScript is not run" in (answer.json or {})["reason"]
    assert client.get("/db/_changes?filter=d/other").status_code == 404
    found = client.get("/db/_changes?filter=_design").json
    assert found is not None
    assert [row["id"] for row in found["results"]] == ["_design/d"]


def test_listing_and_finding(client: FlaskClient) -> None:
    put_leaves(client, *({"_id": name, "_rev": "1-a", "n": number} for number, name in enumerate("abcde")))
    put_leaves(client, {"_id": "gone", "_rev": "1-a", "_deleted": True})

    def ids(query: str) -> list[str]:
        return [row["id"] for row in (client.get(f"/db/_all_docs?{query}").json or {})["rows"]]

    assert ids("") == list("abcde")
    assert ids('startkey="b"&endkey="d"') == ["b", "c", "d"]
    assert ids('startkey="b"&endkey="d"&inclusive_end=false') == ["b", "c"]
    assert ids('startkey="d"&endkey="b"&descending=true') == ["d", "c", "b"]
    assert ids("limit=2&skip=1") == ["b", "c"]
    assert ids('key="c"') == ["c"]
    keyed = client.post("/db/_all_docs?include_docs=true", json={"keys": ["e", "x", "gone", 7]}).json
    assert keyed is not None
    assert keyed["total_rows"] == 5
    assert keyed["rows"][0]["doc"]["n"] == 4
    assert keyed["rows"][1] == {"key": "x", "error": "not_found"}
    assert keyed["rows"][2]["value"]["deleted"] is True
    assert keyed["rows"][3] == {"key": 7, "error": "not_found"}
    assert client.post('/db/_all_docs?startkey="a"', json={"keys": ["a"]}).status_code == 400

    def found(**asked: Any) -> list[dict[str, Any]]:
        answer = client.post("/db/_find", json={"selector": {}, **asked})
        assert answer.status_code == 200, answer.data
        rows: list[dict[str, Any]] = (answer.json or {})["docs"]
        return rows

    assert [doc["_id"] for doc in found(selector={"n": {"$gte": 3}})] == ["d", "e"]
    assert found(fields=["n"], limit=1, skip=2) == [{"n": 2}]
    assert [doc["n"] for doc in found(sort=[{"n": "desc"}], limit=2)] == [4, 3]
    page = client.post("/db/_find", json={"selector": {}, "limit": 2}).json
    assert page is not None
    assert [doc["_id"] for doc in found(bookmark=page["bookmark"])] == ["c", "d", "e"]
    for bad in ({}, {"selector": 1}, {"selector": {}, "limit": -1}, {"selector": {}, "sort": [1]}):
        assert client.post("/db/_find", json=bad).status_code == 400


def test_settings_of_a_database(client: FlaskClient, store: SqlStore) -> None:
    assert client.get("/db/_revs_limit").json == 1000
    assert client.put("/db/_revs_limit", json=2).json == {"ok": True}
    for _ in range(4):
        store.put_document("db", "a", {"n": _})
    told = client.get("/db/a?revs=true").json
    assert told is not None
    assert len(told["_revisions"]["ids"]) == 2
    assert client.put("/db/_revs_limit", json=0).status_code == 400
    security = {"admins": {"names": [], "roles": []}, "members": {"names": ["x"], "roles": []}}
    assert client.put("/db/_security", json=security).json == {"ok": True}
    assert client.get("/db/_security").json == security
    assert client.post("/db/_compact").status_code == 202
    assert client.get(f"/db/a?rev={told['_rev']}").status_code == 200
    older = f"{told['_revisions']['start'] - 1}-{told['_revisions']['ids'][1]}"
    assert client.get(f"/db/a?rev={older}").status_code == 404, "compaction forgets old bodies"
    purged = client.post("/db/_purge", json={"a": [told["_rev"]], "nope": ["1-x"]})
    assert (purged.status_code, purged.json) == (
        201,
        {"purge_seq": None, "purged": {"a": [told["_rev"]], "nope": []}},
    )
    assert client.get("/db/a").status_code == 404


def test_local_documents_over_http(client: FlaskClient) -> None:
    assert client.put("/db/_local/a%2Fb", json={"v": 1}).json == {
        "ok": True,
        "id": "_local/a/b",
        "rev": "0-1",
    }
    rows = client.post("/db/_bulk_docs", json={"docs": [{"_id": "_local/c", "v": 2}, {"_id": "d"}]}).json
    assert rows is not None
    assert [(row["id"], row["rev"][:3]) for row in rows] == [
        ("_local/c", "0-1"),
        ("d", "1-" + rows[1]["rev"][2]),
    ]
    assert client.get("/db/_local/c").json == {"_id": "_local/c", "_rev": "0-1", "v": 2}
    assert client.get("/db/_local/c/file").status_code == 400
    assert [row["id"] for row in (client.get("/db/_changes").json or {})["results"]] == ["d"]
    assert client.delete("/db/_local/c").status_code == 200
    assert client.get("/db/_local/c").status_code == 404


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
        (b"{}", "text/plain", 415),
        (b'{"_x":1}', "application/json", 400),
    ],
)
def test_bad_bodies_are_refused(client: FlaskClient, raw: bytes, kind: str, status: int) -> None:
    assert client.put("/db/x", data=raw, content_type=kind).status_code == status
    assert client.get("/db/x").status_code == 404


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
    assert bulk([{"_id": "w", "_rev": "1-a", "_attachments": wrong}]).status_code == 412
    assert client.get("/db/w").status_code == 404
