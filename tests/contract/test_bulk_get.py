"""`_bulk_get` without revisions means every leaf, at the embedded endpoint as at a CouchDB."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.couch_servers import couchdb_url
from tests.replication.served import bare_server

pytestmark = pytest.mark.xdist_group("own_endpoint")

LEAVES: list[dict[str, Any]] = [
    {"_id": "split", "_rev": "1-a", "v": 1},
    {"_id": "split", "_rev": "1-b", "v": 2},
    {"_id": "split", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}, "_deleted": True},
    {"_id": "live", "_rev": "1-a"},
    {"_id": "live", "_rev": "1-c"},
    {"_id": "live", "_rev": "1-b"},
    {"_id": "gone", "_rev": "1-x", "_deleted": True},
]
ASKED: list[dict[str, Any]] = [
    {"id": "split"},
    {"id": "live"},
    {"id": "gone"},
    {"id": "missing"},
    {"id": "live", "rev": None},
    {"id": "live", "rev": "1-b"},
]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded endpoint, served bare."""
    with bare_server(f"sqlite:///{tmp_path_factory.mktemp('bulk') / 'sync.db'}", workers=1) as url:
        yield url


@pytest.fixture(params=["endpoint", "couchdb"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with conflicts on each server in turn."""
    url = couchdb_url() if request.param == "couchdb" else str(request.getfixturevalue("endpoint"))
    made = f"{url}/tech-{uuid.uuid4().hex[:12]}"
    httpx.put(made).raise_for_status()
    assert httpx.post(f"{made}/_bulk_docs", json={"docs": LEAVES, "new_edits": False}).json() == []
    yield made
    httpx.delete(made)


@pytest.mark.parametrize("query", ["", "?latest=true&revs=true"])
def test_every_leaf_is_given_when_no_revision_is_named(database: str, query: str) -> None:
    answer = httpx.post(
        f"{database}/_bulk_get{query}", json={"docs": ASKED}, headers={"Accept": "application/json"}
    )
    results = answer.json()["results"]
    assert [row["id"] for row in results] == [row["id"] for row in ASKED]
    answered = [
        [one["ok"]["_rev"] if "ok" in one else one["error"] for one in row["docs"]] for row in results
    ]
    missing = {"id": "missing", "rev": "undefined", "error": "not_found", "reason": "missing"}
    broken = {"id": "live", "rev": None, "error": "bad_request", "reason": "Invalid rev format"}
    assert answered == [["1-b", "2-c"], ["1-c", "1-b", "1-a"], ["1-x"], [missing], [broken], ["1-b"]]
    assert results[0]["docs"][1]["ok"]["_deleted"] is True
    histories = [one["ok"].get("_revisions") for one in results[0]["docs"]]
    expected = [{"start": 1, "ids": ["b"]}, {"start": 2, "ids": ["c", "a"]}]
    assert histories == (expected if query else [None, None])
