"""What CouchDB's replicator asks beyond PouchDB's daily calls: revisions, sections, files, row by row."""

import base64
import gzip
from typing import Any

from flask.testing import FlaskClient

from sync.protocol import multipart
from tests.replication.served import put_leaves

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


def test_databases(db_client: FlaskClient) -> None:
    assert db_client.put("/db").json == {
        "error": "file_exists",
        "reason": "The database could not be created, the file already exists.",
    }
    assert db_client.put("/db").status_code == 412
    assert db_client.put("/Bad").status_code == 400
    assert db_client.put("/a%2Fb").status_code == 201
    assert db_client.get("/_all_dbs").json == ["a/b", "db"]
    info = db_client.get("/db/").json
    assert info is not None
    assert info["instance_start_time"].isdigit()
    assert info["db_name"] == "db"
    assert db_client.delete("/a%2Fb").json == {"ok": True}
    assert db_client.get("/nowhere/").status_code == 404
    committed = db_client.post("/db/_ensure_full_commit", json={}).json
    assert committed == {"ok": True, "instance_start_time": info["instance_start_time"]}
    assert db_client.delete("/db").status_code == 200
    assert db_client.put("/db").status_code == 201
    again = db_client.get("/db").json or {}
    assert again["instance_start_time"] != info["instance_start_time"], "a replicator begins anew"
    assert db_client.open("/db/_changes", method="DELETE").status_code == 405
    assert db_client.get("/db/_nonsense").status_code == 404


def test_open_revisions_travel_as_sections_unless_json_is_asked_for(db_client: FlaskClient) -> None:
    put_leaves(
        db_client, WITH_FILES, {"_id": "d", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}}
    )
    url = '/db/d?revs=true&latest=true&open_revs=["2-b","2-c","9-z"]'
    as_json = db_client.get(url, headers={"Accept": "application/json"}).json
    assert as_json is not None
    assert [next(iter(row)) for row in as_json] == ["ok", "ok", "missing"]
    for accept in ("*/*", "multipart/mixed"):
        answer = db_client.get(url, headers={"Accept": accept})
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


def test_only_files_the_other_side_lacks_follow(db_client: FlaskClient) -> None:
    put_leaves(db_client, WITH_FILES)
    answer = db_client.get('/db/d?revs=true&open_revs=["2-b"]&atts_since=["1-a","7-x"]')
    (outer,) = multipart.parse(answer.data, multipart.boundary_of(answer.headers["Content-Type"]))
    inner = multipart.parse(outer.content, multipart.boundary_of(outer.headers["content-type"]))
    assert [part.filename() for part in inner[1:]] == ["new.txt"]
    assert b'"old.jpg":{"content_type":"image/jpeg","revpos":1' in inner[0].content
    assert b'"stub":true' in inner[0].content


def related(client: FlaskClient, document: bytes, *files: tuple[str, bytes]) -> Any:
    parts: list[multipart.Part] = [({"Content-Type": "application/json"}, iter((document,)))]
    for name, content in files:
        headers = {"Content-Disposition": multipart.disposition(name), "Content-Length": str(len(content))}
        parts.append((headers, iter((content,))))
    return client.put(
        "/db/m?new_edits=false",
        data=b"".join(multipart.joined(parts, "bnd")),
        content_type='multipart/related; boundary="bnd"',
    )


def test_a_document_is_written_with_its_files_as_sections(db_client: FlaskClient) -> None:
    packed = gzip.compress(b"text", mtime=0)
    document = (
        b'{"_id":"m","_rev":"1-a","_attachments":{"p.jpg":{"follows":true,"length":5,"content_type":"image/jpeg"},'
        b'"t.txt":{"follows":true,"encoding":"gzip","encoded_length":%d,"length":4,"content_type":"text/plain"}}}'
    ) % len(packed)
    answer = related(db_client, document, ("p.jpg", b"photo"), ("t.txt", packed))
    assert answer.status_code == 201
    assert answer.json == {"ok": True, "id": "m", "rev": "1-a"}
    assert db_client.get("/db/m/p.jpg").data == b"photo"
    assert db_client.get("/db/m/t.txt").data == b"text"
    zipped = db_client.get("/db/m/t.txt", headers={"Accept-Encoding": "gzip"})
    assert zipped.data == packed
    assert zipped.headers["Content-Encoding"] == "gzip"
    reply = b'{"_id":"m","_rev":"1-b","_attachments":{"p":{"follows":true,"length":6}}}'
    assert related(db_client, reply, ("p", b"short")).status_code == 400
    assert related(db_client, reply).status_code == 400


def test_files_are_served_as_harmless_downloads(db_client: FlaskClient) -> None:
    page = b"<script>alert(1)</script>"
    rev = db_client.put("/db/x/page.html", data=page, content_type="text/html").json
    assert rev is not None
    answer = db_client.get("/db/x/page.html")
    assert answer.data == page
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_ranges_and_tags(db_client: FlaskClient) -> None:
    first = db_client.put("/db/x/p.jpg", data=b"0123456789", content_type="image/jpeg").json
    assert first is not None
    part = db_client.get("/db/x/p.jpg", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert db_client.get("/db/x/p.jpg", headers={"Range": "bytes=90-"}).status_code == 416
    whole = db_client.get("/db/x/p.jpg")
    again = db_client.get("/db/x/p.jpg", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    document = db_client.get("/db/x")
    assert document.headers["ETag"] == f'"{first["rev"]}"'
    assert db_client.get("/db/x", headers={"If-None-Match": document.headers["ETag"]}).status_code == 304
    head = db_client.head("/db/x")
    assert (head.data, head.headers["ETag"]) == (b"", document.headers["ETag"])
    assert db_client.put("/db/x/p.jpg?rev=1-nonsense", data=b"x").status_code == 409
    assert db_client.put("/db/x/p.jpg", data=b"x").status_code == 409
    assert db_client.put("/db/x/_p", data=b"x").status_code == 400
    gone = db_client.delete(f"/db/x/p.jpg?rev={first['rev']}")
    assert gone.status_code == 200
    assert db_client.get("/db/x/p.jpg").status_code == 404


def test_conditional_writes_and_copies(db_client: FlaskClient) -> None:
    first = db_client.put("/db/a", json={"v": 1}).json
    assert first is not None
    assert db_client.put("/db/a", json={"v": 2}).status_code == 409
    changed = db_client.put("/db/a", json={"v": 2}, headers={"If-Match": f'"{first["rev"]}"'})
    assert changed.status_code == 201
    assert db_client.put("/db/a?rev=1-x", json={"v": 3}, headers={"If-Match": '"1-y"'}).status_code == 400
    copied = db_client.open("/db/a", method="COPY", headers={"Destination": "b"})
    assert copied.status_code == 201
    reply = db_client.get("/db/b").json
    assert reply is not None
    assert reply["v"] == 2
    assert db_client.delete("/db/a").status_code == 409
    assert changed.json is not None
    assert db_client.delete(f"/db/a?rev={changed.json['rev']}").status_code == 200
    gone = db_client.get("/db/a")
    assert (gone.status_code, gone.json) == (404, {"error": "not_found", "reason": "deleted"})
    assert db_client.delete("/db/a").status_code == 404
    assert db_client.delete("/db/never?rev=1-a").status_code == 404


def test_bulk_get_answers_in_request_order_row_by_row(db_client: FlaskClient) -> None:
    put_leaves(db_client, {"_id": "a", "_rev": "1-a"}, {"_id": "b", "_rev": "1-b", "v": 2})
    docs = [{"id": "b"}, {"id": "nope"}, {"id": "a", "rev": "bad"}, {"id": "a", "rev": "1-a"}, {"rev": "1-a"}]
    reply = db_client.post("/db/_bulk_get?revs=true&latest=true", json={"docs": docs}).json
    assert reply is not None
    assert list(reply) == ["results"]
    rows = reply["results"]
    assert [row["id"] for row in rows] == ["b", "nope", "a", "a", None]
    assert all(len(row["docs"]) == 1 and len(row["docs"][0]) == 1 for row in rows)
    assert rows[0]["docs"][0]["ok"]["_revisions"] == {"start": 1, "ids": ["b"]}
    assert rows[1]["docs"][0]["error"]["rev"] == "undefined"
    assert rows[2]["docs"][0]["error"]["error"] == "bad_request"
    assert db_client.post("/db/_bulk_get", json={"docs": 1}).status_code == 400


def test_latest_means_the_leaves_below_a_revision(db_client: FlaskClient) -> None:
    put_leaves(
        db_client,
        {"_id": "a", "_rev": "1-a"},
        {"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}},
        {"_id": "a", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}},
    )
    asked = {"docs": [{"id": "a", "rev": "1-a"}]}
    reply = db_client.post("/db/_bulk_get?latest=true", json=asked).json
    assert reply is not None
    assert [doc["ok"]["_rev"] for doc in reply["results"][0]["docs"]] == ["2-c", "2-b"]
    exact = db_client.post("/db/_bulk_get", json=asked).json
    assert exact is not None
    assert exact["results"][0]["docs"][0]["ok"]["_rev"] == "1-a"


def test_revisions_missing_and_their_possible_ancestors(db_client: FlaskClient) -> None:
    put_leaves(db_client, {"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}})
    asked = {"a": ["1-a", "2-b", "3-c"], "b": ["1-x"], "c": []}
    assert db_client.post("/db/_revs_diff", json=asked).json == {
        "a": {"missing": ["3-c"], "possible_ancestors": ["2-b"]},
        "b": {"missing": ["1-x"]},
    }
    assert db_client.post("/db/_revs_diff", json={"a": ["2-b"]}).json == {}
    assert db_client.post("/db/_missing_revs", json=asked).json == {
        "missing_revs": {"a": ["3-c"], "b": ["1-x"]}
    }
    assert db_client.post("/db/_revs_diff", json={"a": ["x"]}).status_code == 400
    assert db_client.post("/db/_revs_diff", json={"a": 1}).status_code == 400
