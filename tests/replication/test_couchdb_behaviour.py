"""What CouchDB 3.5 answers where a reader of its documentation would guess otherwise; tables of it."""

import gzip
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from sync.bare_auth import BareAuth, OneAdmin
from sync.routes import ReplicationEndpoint
from sync.stores.sql.store import SqlStore
from tests.replication.served import ADMIN, bare_server, put_leaves

JSON = {"Content-Type": "application/json"}


def _ids(client: FlaskClient, query: str, **headers: str) -> list[str]:
    answer = client.get(
        f"/db/_changes?{query}", headers={name.replace("_", "-"): v for name, v in headers.items()}
    )
    assert answer.status_code == 200, answer.data
    return [name for name in "abc" if f'"id":"{name}"' in answer.text]


@pytest.mark.parametrize("place", ["header", "parameter"])
def test_an_event_source_goes_on_after_the_last_event(db_client: FlaskClient, place: str) -> None:
    put_leaves(db_client, *({"_id": name, "_rev": "1-a"} for name in "abc"))
    seen = (db_client.get("/db/_changes?limit=1").json or {})["last_seq"]
    feed = "feed=eventsource&timeout=1"
    if place == "parameter":
        assert _ids(db_client, f"{feed}&last-event-id={seen}") == ["b", "c"]
        return
    assert _ids(db_client, f"{feed}&since=0", Last_Event_ID=seen) == ["b", "c"], (
        "before what the address says"
    )
    assert _ids(db_client, "since=0", Last_Event_ID=seen) == ["a", "b", "c"], "of an event source alone"


def test_a_live_feed_is_a_continuous_one(db_client: FlaskClient) -> None:
    put_leaves(db_client, {"_id": "a", "_rev": "1-a"})
    lines = db_client.get("/db/_changes?feed=live&timeout=1").text.splitlines()
    assert ['"id":"a"' in lines[0], '"last_seq"' in lines[-1]] == [True, True]


@pytest.mark.parametrize("forget", ["a write", "a compaction"])
def test_a_lowered_limit_shortens_histories(db_client: FlaskClient, forget: str) -> None:
    rev = ""
    for number in range(8):
        rev = (db_client.put(f"/db/a?rev={rev}" if rev else "/db/a", json={"v": number}).json or {})["rev"]
    assert db_client.put("/db/_revs_limit", json=3).status_code == 200
    if forget == "a write":
        assert db_client.put(f"/db/a?rev={rev}", json={"v": "last"}).status_code == 201
    else:
        assert db_client.post("/db/_compact", headers=JSON).status_code == 202
    reply = db_client.get("/db/a?revs=true").json or {}
    assert len(reply["_revisions"]["ids"]) == 3
    assert db_client.put("/db/a", json={"_rev": reply["_rev"]}).status_code == 201


SECTIONS = (
    b'--b\r\nContent-Type: application/json\r\n\r\n{"_attachments":{"p":{"follows":true,"length":5}}}'
    b'\r\n--b\r\nContent-Disposition: attachment; filename="p"\r\n\r\nphoto\r\n--b--'
)


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [("?rev={rev}", {}, 201), ("", {"If-Match": "{rev}"}, 201), ("", {}, 409), ("?rev=1-other", {}, 409)],
)
def test_sections_replace_the_revision_that_the_address_names(
    db_client: FlaskClient, query: str, headers: dict[str, str], status: int
) -> None:
    rev = (db_client.put("/db/a", json={"v": 1}).json or {})["rev"]
    answer = db_client.put(
        "/db/a" + query.format(rev=rev),
        data=SECTIONS,
        headers={name: value.format(rev=rev) for name, value in headers.items()},
        content_type='multipart/related; boundary="b"',
    )
    assert answer.status_code == status
    assert db_client.get("/db/a/p").status_code == (200 if status == 201 else 404)


RANGES: list[tuple[str, int, bytes]] = [
    ("bytes=2-4", 206, b"234"), ("bytes=0-0", 206, b"0"), ("bytes=8-", 206, b"89"), ("bytes=-3", 206, b"789"),
    ("bytes=7-99", 206, b"789"), ("bytes=0-99", 206, b"0123456789"), ("bytes=-99", 206, b"0123456789"),
    ("Bytes = 2-4", 206, b"234"), ("bytes=0-", 200, b"0123456789"), ("bytes=x", 200, b"0123456789"),
    ("bytes=", 200, b"0123456789"), ("bytes=-", 200, b"0123456789"), ("lines=1-2", 200, b"0123456789"),
    ("bytes=10-", 416, b""), ("bytes=90-95", 416, b""), ("bytes=5-2", 416, b""), ("bytes=-0", 416, b""),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status", "body"), RANGES)
def test_ranges_of_a_photo(db_client: FlaskClient, asked: str, status: int, body: bytes) -> None:
    assert db_client.put("/db/x/p.jpg", data=b"0123456789", content_type="image/jpeg").status_code == 201
    answer = db_client.get("/db/x/p.jpg", headers={"Range": asked})
    assert answer.status_code == status
    if status == 416:
        assert (answer.json or {})["error"] == "requested_range_not_satisfiable"
        assert answer.headers["Content-Range"] == "bytes */10"
        return
    assert answer.data == body
    assert ("Content-MD5" in answer.headers, "Content-Range" in answer.headers) == (
        status == 200,
        status == 206,
    )


def test_several_ranges_come_as_sections(db_client: FlaskClient) -> None:
    assert db_client.put("/db/x/p.jpg", data=b"0123456789", content_type="image/jpeg").status_code == 201
    answer = db_client.get("/db/x/p.jpg", headers={"Range": "bytes=0-1,8-9"})
    assert answer.status_code == 206
    assert answer.mimetype == "multipart/byteranges"
    for part in (b"Content-Range: bytes 0-1/10", b"\r\n\r\n01\r\n", b"bytes 8-9/10", b"\r\n\r\n89\r\n"):
        assert part in answer.data


@pytest.mark.parametrize("accept", ["gzip", "identity"])
def test_a_packed_file_has_no_ranges(db_client: FlaskClient, accept: str) -> None:
    assert db_client.put("/db/x/t", data=b"0123456789", content_type="text/plain").status_code == 201
    answer = db_client.get("/db/x/t", headers={"Range": "bytes=2-4", "Accept-Encoding": accept})
    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "none")
    whole = gzip.decompress(answer.data) if accept == "gzip" else answer.data
    assert whole == b"0123456789"


def test_a_range_of_an_older_file_is_the_whole_new_one(db_client: FlaskClient) -> None:
    assert db_client.put("/db/x/p.jpg", data=b"0123456789", content_type="image/jpeg").status_code == 201
    tag = db_client.get("/db/x/p.jpg").headers["ETag"]
    for named, status in ((tag, 206), ('"older"', 200)):
        asked = {"Range": "bytes=2-4", "If-Range": named}
        assert db_client.get("/db/x/p.jpg", headers=asked).status_code == status


@pytest.mark.parametrize(("revpos", "status"), [(1, 201), (None, 201), (2, 412), (7, 412)])
@pytest.mark.parametrize("way", ["PUT", "_bulk_docs"])
def test_a_stub_names_the_revision_that_brought_the_file(
    db_client: FlaskClient, revpos: int | None, status: int, way: str
) -> None:
    rev = (db_client.put("/db/a/p", data=b"photo", content_type="image/jpeg").json or {})["rev"]
    stub = {"stub": True} | ({} if revpos is None else {"revpos": revpos})
    doc = {"_id": "a", "_rev": rev, "_attachments": {"p": stub}}
    if way == "PUT":
        answer = db_client.put("/db/a", json=doc)
        assert answer.status_code == status
        return
    first, second = db_client.post("/db/_bulk_docs", json={"docs": [doc, {"_id": "behind"}]}).json or []
    assert first.get("error") == (None if status == 201 else "missing_stub")
    assert second["ok"] is True, "what waits behind it is stored"


@pytest.mark.parametrize(
    "path", ["a%FF", "a%FE", "a%C3", "a%ED%A0%80", "_local/a%FF", "a/b%FF", "a?rev=1-%FF"]
)
def test_an_address_that_is_no_text_names_nothing(db_client: FlaskClient, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = db_client.open(f"/db/{path}", method=method, json={} if method == "PUT" else None)
        assert (answer.status_code, (answer.json or {})["error"]) == (400, "bad_request")
    assert (db_client.get("/db/_all_docs").json or {})["rows"] == []


@pytest.mark.parametrize("path", ["/", "/_up", "/_session", "/db", "/db/a", "/nothing"])
def test_a_wrong_password_is_refused_at_any_call(store: SqlStore, path: str) -> None:
    store.ensure_database("db")
    auth = BareAuth(OneAdmin(*ADMIN), {})
    client = Client(ReplicationEndpoint(store, auth.authenticate, sessions=auth.admin))
    for given in (("admin", "wrong"), ("nobody", ADMIN[1])):
        answer = client.get(path, auth=given)
        assert (answer.status_code, (answer.json or {})["error"]) == (401, "unauthorized")
    assert client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert client.get(path, auth=ADMIN).status_code in {200, 404}
    assert client.get("/_up").status_code == 200


@pytest.mark.parametrize(
    ("stated", "reply"),
    [(None, "0-1"), ("0-1", "0-2"), ("0-7", "0-8"), ("1-a", None), ("0-x", None), ("0-", None), (5, None)],
)
@pytest.mark.parametrize("way", ["PUT", "_bulk_docs"])
def test_the_writer_numbers_a_checkpoint(
    db_client: FlaskClient, stated: object, reply: str | None, way: str
) -> None:
    db_client.put("/db/_local/c", json={})
    doc = {"v": 1} if stated is None else {"v": 1, "_rev": stated}
    if way == "PUT":
        answer = db_client.put("/db/_local/c", json=doc)
    else:
        answer = db_client.post("/db/_bulk_docs", json={"docs": [{"_id": "_local/c", **doc}]})
    assert answer.status_code == (201 if reply else 400)
    if reply:
        assert (db_client.get("/db/_local/c").json or {})["_rev"] == reply


def test_questions_over_documents_are_left_out(db_client: FlaskClient) -> None:
    for method, path in (("POST", "_find"), ("POST", "_explain"), ("POST", "_index"), ("GET", "_index")):
        answer = db_client.open(
            f"/db/{path}", method=method, json={"selector": {}} if method == "POST" else None
        )
        assert (answer.status_code, (answer.json or {})["error"]) == (501, "not_implemented")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The real server, which reads chunks and addresses by itself."""
    file = tmp_path_factory.mktemp("behaviour") / "sync.db"
    with bare_server(f"sqlite:///{file}", workers=1) as url, httpx.Client(base_url=url, timeout=30) as client:
        client.put("/db").raise_for_status()
        yield client


REPLICATED = SECTIONS.replace(b'{"_att', b'{"_rev":"1-a","_att')
BULK = b'{"docs":[{"v":1}]}'
FORM = b"name=admin&password=secret"
Body = tuple[str, str, str, bytes, str | None, int]
BODIES: list[Body] = [
    ("POST", "/db/_bulk_docs", "application/json", BULK, None, 201),
    ("POST", "/db/_bulk_docs", "application/json", gzip.compress(BULK), "gzip", 201),
    ("POST", "/db/_bulk_docs", "application/json", BULK, "deflate", 415),
    ("POST", "/_session", "application/x-www-form-urlencoded", FORM, None, 200),
    ("POST", "/_session", "application/x-www-form-urlencoded", gzip.compress(FORM), "gzip", 200),
    ("PUT", "/db/m?new_edits=false", 'multipart/related; boundary="b"', REPLICATED, None, 201),
    ("PUT", "/db/x/note", "text/plain", gzip.compress(b"note"), "gzip", 201),
]  # fmt: skip


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("sent", BODIES)
def test_bodies_packed_and_in_chunks(served: httpx.Client, sent: Body, chunked: bool) -> None:
    method, path, kind, body, encoding, status = sent
    rev = served.get("/db/x").json().get("_rev") if path.startswith("/db/x") else None
    content: Any = iter([body[:7], body[7:]]) if chunked else body
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    answer = served.request(
        method, path, content=content, headers=headers, params={"rev": rev} if rev else None
    )
    assert answer.status_code == status, answer.text


NAMES = [
    "a\u00f1o.jpg",
    "\U0001f6b0.jpg",
    "a+b.jpg",
    "100%.jpg",
    "why?.jpg",
    "#1.jpg",
    "in/folder.jpg",
    "a b.jpg",
    "%41.jpg",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_come_back_as_they_went(served: httpx.Client, name: str) -> None:
    path = "/db/named/" + "".join(f"%{byte:02X}" for byte in name.encode())
    rev = served.get("/db/named").json().get("_rev")
    written = served.put(
        path,
        content=name.encode(),
        params={"rev": rev} if rev else None,
        headers={"Content-Type": "image/jpeg"},
    )
    assert written.status_code == 201, written.text
    assert served.get(path).content == name.encode()
    assert name in served.get("/db/named").json()["_attachments"]
    assert served.put("/db/named/_bad.jpg", content=b"x").status_code == 400
