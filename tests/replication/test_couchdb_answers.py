"""The same requests to the endpoint and to a CouchDB 3.5: both give the answers of one table.

Without `CURBSTOP_TEST_COUCHDB_URL` only the endpoint is asked.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.couch_servers import couchdb_url
from tests.replication.served import bare_server

LEAVES: list[dict[str, Any]] = [
    {"_id": "a", "_rev": "1-a", "n": 1},
    {"_id": "b", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "x"]}, "n": 2},
    {"_id": "b", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "x"]}, "n": 3},
    {"_id": "c", "_rev": "2-d", "_deleted": True},
    {
        "_id": "d",
        "_rev": "1-d",
        "_attachments": {"old": {"content_type": "image/jpeg", "data": "b2xk", "revpos": 1}},
    },
    {
        "_id": "d",
        "_rev": "2-e",
        "_revisions": {"start": 2, "ids": ["e", "d"]},
        "_attachments": {
            "old": {"content_type": "image/jpeg", "stub": True, "revpos": 1},
            "new": {"content_type": "image/jpeg", "data": "bmV3", "revpos": 2},
        },
    },
]
"""What each database holds before it is asked, with revisions that are the same everywhere."""

Asked = tuple[str, str, Any]
"""Method, address below the database, body (bytes have no content type)."""
B = {"id": "b", "key": "b", "value": {"rev": "2-c"}}
DOC_A = {"_id": "a", "_rev": "1-a", "n": 1}
JSON = {"Accept": "application/json"}

REFUSED: list[tuple[Asked, int, str]] = [
    (("POST", "", b'{"_id":"x"}'), 415, "bad_content_type"),
    (("POST", "/_changes", b"{}"), 415, "bad_content_type"),
    (("POST", "/_changes", None), 415, "bad_content_type"),
    (("POST", "/_compact", None), 415, "bad_content_type"),
    (("POST", "/_ensure_full_commit", None), 415, "bad_content_type"),
    (("POST", "", {"_id": ""}), 400, "illegal_docid"),
    (("POST", "", {"_id": None}), 400, "illegal_docid"),
    (("POST", "", []), 400, "bad_request"),
    (("PUT", "/x", "text"), 400, "bad_request"),
    (("PUT", "/_x", {}), 400, "illegal_docid"),
    (("PUT", "/x", {"_deleted": "yes"}), 400, "doc_validation"),
    (("PUT", "/x", {"_attachments": 5}), 400, "doc_validation"),
    (("PUT", "/x", {"_unknown": 5}), 400, "doc_validation"),
    (("PUT", "/_local/x", {"_unknown": 5}), 400, "doc_validation"),
    (("POST", "/_bulk_docs", {"docs": [{"_id": "x", "_rev": "1-a", "_revisions": 5}], "new_edits": False}),
     400, "doc_validation"),
    (("PUT", "/a", {"n": 2}), 409, "conflict"),
    (("PUT", "/a", {"_id": "other"}), 409, "conflict"),
    (("DELETE", "/c?rev=2-d", None), 404, "not_found"),
    (("DELETE", "/c", None), 404, "not_found"),
    (("DELETE", "/none/p?rev=1-a", None), 409, "not_found"),
    (("PUT", "/none/p?rev=1-a", b"x"), 409, "not_found"),
    (("POST", "/_all_docs", {"keys": ["b"], "key": "a"}), 400, "query_parse_error"),
    (("POST", "/_all_docs", {"keys": ["b", "b"], "key": "b"}), 400, "query_parse_error"),
    (("COPY", "/a", None), 400, "bad_request"),
    (("GET", "/_changes?filter=plain", None), 400, "bad_request"),
    (("GET", "/_changes?filter=none/such", None), 404, "not_found"),
    (("POST", "/_all_docs", {"limit": -1}), 400, "query_parse_error"),
    (("GET", "/_all_docs?limit=x", None), 400, "query_parse_error"),
    (("POST", "/_purge", {"a": ["bad"]}), 400, "bad_request"),
    (("POST", "x/_bulk_docs", {}), 404, "not_found"),
    (("POST", "x/_changes", b"{}"), 404, "not_found"),
    (("DELETE", "/_all_docs", None), 405, "method_not_allowed"),
    (("GET", "/_bulk_docs", None), 405, "method_not_allowed"),
]  # fmt: skip
"""A request, the status and the error's code."""

ANSWERED: list[tuple[Asked, Any]] = [
    (("PUT", "/a?rev=1-a", {"_deleted": True}), 200),
    (("PUT", "/x", {"_deleted": True}), 200),
    (("PUT", "/x", {"_id": "other"}), 201),
    (("PUT", "/_local/none", {"_deleted": True}), 200),
    (("POST", "/_all_docs", {"keys": ["b"], "key": "b"}), {"rows": [B]}),
    (("POST", "/_all_docs", {"keys": ["a"], "include_docs": True}), {"rows": [
        {"id": "a", "key": "a", "value": {"rev": "1-a"}, "doc": DOC_A}]}),
    (("POST", "/_all_docs", {"key": "b", "conflicts": True, "include_docs": True}), {"rows": [
        {**B, "doc": {"_id": "b", "_rev": "2-c", "n": 3, "_conflicts": ["2-b"]}}]}),
    (("POST", "/_all_docs", {"startkey": "b", "endkey": {}}), {"rows": []}),
    (("GET", "/_all_docs?startkey={}&limit=1", None), {"rows": [
        {"id": "a", "key": "a", "value": {"rev": "1-a"}}]}),
    (("POST", "/_bulk_get?attachments=true", {"docs": [{"id": "_x"}]}), {"results": [{"id": "_x", "docs": [
        {"error": {"id": "_x", "rev": "undefined", "error": "illegal_docid"}}]}]}),
    # A digest beside data is the old one's as often as not.
    (("POST", "/_bulk_docs", {"new_edits": False, "docs": [
        {"_id": "x", "_rev": "1-a", "_attachments": {"p": {"data": "aGk=", "digest": "md5-x", "revpos": 1}}},
        {"_id": "y", "_rev": "1-a"}]}), []),
]  # fmt: skip
"""A request and what its answer holds, or its status."""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint alone, on SQLite."""
    with bare_server(f"sqlite:///{tmp_path_factory.mktemp('answers') / 'sync.db'}", workers=1) as url:
        yield url


@pytest.fixture(params=["endpoint", "couchdb"])
def database(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of a database that holds the leaves; of one after the other."""
    url = request.getfixturevalue("endpoint") if request.param == "endpoint" else couchdb_url()
    with httpx.Client(base_url=f"{url}/tech-answers-{uuid.uuid4().hex[:8]}", timeout=30) as client:
        assert client.put("", params={"q": 1}).status_code == 201
        for leaf in LEAVES:
            stored = client.post("/_bulk_docs", json={"docs": [leaf], "new_edits": False})
            assert stored.json() == []
        yield client
        client.delete("")


def ask(client: httpx.Client, asked: Asked, **headers: str) -> httpx.Response:
    """Send a request; an address that begins with no slash goes on from the database's own name."""
    method, path, body = asked
    url = str(client.base_url).rstrip("/") + path
    content = body if body is None or isinstance(body, bytes) else json.dumps(body)
    if not isinstance(body, bytes | None):
        headers["Content-Type"] = "application/json"
    return client.request(method, url, content=content, headers=headers)


def holds(found: Any, wanted: Any) -> bool:
    """Whether everything wanted is found, in objects besides other fields."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and holds(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(holds, found, wanted))
    return bool(found == wanted)


@pytest.mark.parametrize(("asked", "status", "error"), REFUSED, ids=str)
def test_refusals(database: httpx.Client, asked: Asked, status: int, error: str) -> None:
    answer = ask(database, asked)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(("asked", "wanted"), ANSWERED, ids=str)
def test_answers(database: httpx.Client, asked: Asked, wanted: Any) -> None:
    answer = ask(database, asked)
    if isinstance(wanted, int):
        assert answer.status_code == wanted
        return
    if isinstance(wanted, dict) and "results" in wanted:
        # CouchDB names no revision for an id that none can have, or null.
        wanted["results"][0]["docs"][0]["error"].pop("rev", None)
    assert holds(answer.json(), wanted), answer.text


@pytest.mark.parametrize(
    ("query", "tagged"),
    [
        *(("", True), ("revs=true", True), ("conflicts=true", False)),
        *(("meta=true", False), ("revs_info=true", False), ("local_seq=true", False)),
    ],
)
def test_only_what_a_revision_says_by_itself_may_be_kept(
    database: httpx.Client, query: str, tagged: bool
) -> None:
    answer = database.get(f"/b?{query}", headers={"If-None-Match": '"2-c"'})
    assert (answer.status_code, "ETag" in answer.headers) == ((304, True) if tagged else (200, False))
    assert database.get("/a?conflicts=true").headers["ETag"] == '"1-a"', "there are none"


@pytest.mark.parametrize(
    ("style", "n", "revs"),
    [
        ("all_docs", 3, ["2-c"]),
        ("all_docs", 2, ["2-b"]),
        ("all_docs", {"$gt": 1}, ["2-c", "2-b"]),
        ("main_only", 3, ["2-c"]),
        ("main_only", 2, []),
    ],
)
def test_a_selector_is_asked_of_each_leaf(
    database: httpx.Client, style: str, n: object, revs: list[str]
) -> None:
    asked = ("POST", f"/_changes?filter=_selector&style={style}", {"selector": {"n": n}})
    rows = ask(database, asked).json()["results"]
    assert [leaf["rev"] for row in rows for leaf in row["changes"]] == revs


def test_a_feed_read_backwards_says_what_is_left(database: httpx.Client) -> None:
    whole = database.get("/_changes?descending=true").json()
    part = database.get("/_changes?descending=true&limit=1").json()
    assert [whole["pending"], part["pending"]] == [0, 3]
    assert [whole["last_seq"], part["last_seq"]] == [whole["results"][-1]["seq"], part["results"][0]["seq"]]


def test_files_that_are_known_are_not_sent_again(database: httpx.Client) -> None:
    def sent(document: dict[str, Any]) -> dict[str, Any]:
        return {name: file.get("data", "stub") for name, file in document["_attachments"].items()}

    known = 'atts_since=["1-d"]'
    for query in (known, f"{known}&attachments=true"):
        assert sent(database.get(f"/d?{query}", headers=JSON).json()) == {"old": "stub", "new": "bmV3"}
    assert sent(database.get("/d?attachments=true", headers=JSON).json()) == {"old": "b2xk", "new": "bmV3"}
    assert sent(database.get('/d?atts_since=["7-z"]', headers=JSON).json()) == {"old": "b2xk", "new": "bmV3"}
    (leaf,) = database.get(f"/d?open_revs=all&{known}", headers=JSON).json()
    assert sent(leaf["ok"]) == {"old": "stub", "new": "bmV3"}
    rows = [{"id": "d", "rev": "2-e", "atts_since": ["1-d"]}, {"id": "d", "rev": "2-e"}]
    answer = ask(database, ("POST", "/_bulk_get?attachments=true", {"docs": rows})).json()
    first, second = (row["docs"][0]["ok"] for row in answer["results"])
    assert [sent(first)["old"], sent(second)["old"]] == ["stub", "b2xk"]


@pytest.mark.parametrize("way", ["POST", "_bulk_docs"])
def test_a_checkpoint_is_no_document_whichever_way_it_comes(database: httpx.Client, way: str) -> None:
    body = {"_id": "_local/p", "v": 1}
    if way == "POST":
        assert ask(database, ("POST", "", body)).json() == {"ok": True, "id": "_local/p", "rev": "0-1"}
    else:
        assert ask(database, ("POST", "/_bulk_docs", {"docs": [body]})).status_code == 201
    assert database.get("/_local/p").json() == {"_id": "_local/p", "_rev": "0-1", "v": 1}
    assert len(database.get("/_changes").json()["results"]) == 4
    assert database.put("/_local/in%2Ffolder", json={}).json()["id"] == "_local/in/folder"
    assert database.get("/_local/in%2Ffolder").status_code == 200


def test_a_lowered_limit_shortens_what_is_read_at_once(database: httpx.Client) -> None:
    rev = database.put("/x", json={}).json()["rev"]
    for number in range(4):
        rev = database.put(f"/x?rev={rev}", json={"n": number}).json()["rev"]
    assert database.put("/_revs_limit", content=b"2").status_code == 200
    single = database.get("/x?revs=true").json()
    (leaf,) = database.get("/x?open_revs=all&revs=true", headers=JSON).json()
    found = ask(database, ("POST", "/_bulk_get?revs=true", {"docs": [{"id": "x"}]})).json()
    for document in (single, leaf["ok"], found["results"][0]["docs"][0]["ok"]):
        assert (document["_revisions"]["start"], len(document["_revisions"]["ids"])) == (5, 2)


def test_a_database_that_was_made_again_is_another(database: httpx.Client) -> None:
    def born() -> list[str]:
        committed = database.post("/_ensure_full_commit", headers={"Content-Type": "application/json"})
        return [database.get("").json()["instance_start_time"], committed.json()["instance_start_time"]]

    before = born()
    assert before == [before[0]] * 2
    assert before[0].isdigit()
    database.put("/x", json={}).raise_for_status()
    assert born() == before
