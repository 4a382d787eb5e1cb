"""A cluster's copies catch up while somebody waits for them; a copy that is away is not passed over."""

import json
import re
from collections import Counter
from urllib.parse import unquote

import pytest
from werkzeug.wrappers import Request, Response

from sync.stores.contract import StoreUnavailable
from sync.stores.couch.calls import CouchCalls
from sync.stores.couch.cluster import await_copies
from tests.contract.couch_servers import serving

DATABASE = "tech-t01"
SUFFIX = ".1763000000"
COPY = re.compile(r"/_node/(?P<node>[^/]+)/shards/(?P<part>[^/]+)/tech-t01\.1763000000/(?P<asked>_\w+)")


class Cluster:
    """Plays a CouchDB of three nodes; one copy holds a document only when it was asked often enough."""

    def __init__(self, *, late: int = 0, away: str = "", nodes: int = 3) -> None:
        self.late = late
        self.away = away
        self.nodes = [f"couch{number}@127.0.0.1" for number in range(1, nodes + 1)]
        self.seen: Counter[str] = Counter()

    def answer(self, request: Request) -> Response:
        path = unquote(request.path)
        copy = COPY.fullmatch(path)
        self.seen[path if copy is None else f"{copy['node']} {copy['asked']}"] += 1
        if copy and copy["node"] == self.away:
            return Response('{"error":"nodedown"}', 412)
        return Response(json.dumps(self.of_copy(copy) if copy else self.of_all(path)))

    def of_all(self, path: str) -> object:
        if path == f"/{DATABASE}/_shards":
            return {"shards": {"00000000-ffffffff": self.nodes}}
        if path == f"/_node/_local/_dbs/{DATABASE}":
            return {"shard_suffix": list(SUFFIX.encode())}
        assert path == f"/{DATABASE}/_sync_shards"
        return {"ok": True}

    def of_copy(self, copy: re.Match[str]) -> object:
        if copy["asked"] == "_security":
            return {"members": {"roles": [DATABASE]}}
        leaves = {"a": ["1-a"], "b": ["2-b", "1-c"]}
        if copy["node"] == self.nodes[-1]:
            if self.seen[f"{copy['node']} _changes"] <= self.late:
                leaves["b"] = ["1-c"]
            # In which order a copy names leaves says nothing.
            leaves["b"].reverse()
        rows = [{"id": i, "changes": [{"rev": rev} for rev in revs]} for i, revs in leaves.items()]
        return {"results": rows, "last_seq": len(rows)}


def settled(cluster: Cluster, patience: float = 60.0) -> None:
    with serving(Request.application(cluster.answer)) as address:
        calls = CouchCalls(f"http://admin:secret@{address}")
        try:
            await_copies(calls, DATABASE, patience=patience)
        finally:
            calls.close()


def test_a_copy_that_lags_is_waited_for() -> None:
    cluster = Cluster(late=2)
    settled(cluster)
    assert cluster.seen["couch3@127.0.0.1 _changes"] == 3
    assert cluster.seen[f"/{DATABASE}/_sync_shards"] == 1


def test_copies_that_agree_are_asked_once() -> None:
    cluster = Cluster()
    settled(cluster)
    assert {cluster.seen[f"{node} _changes"] for node in cluster.nodes} == {1}


def test_waiting_has_an_end() -> None:
    with pytest.raises(StoreUnavailable, match=r"copies of tech-t01 on .* do not agree yet"):
        settled(Cluster(late=1_000), patience=0.0)


def test_a_node_that_is_away_is_named() -> None:
    with pytest.raises(
        StoreUnavailable, match=r"The copy on couch2@127.0.0.1 cannot be read. .*: a node is away"
    ):
        settled(Cluster(away="couch2@127.0.0.1"))


def test_one_copy_agrees_with_itself() -> None:
    cluster = Cluster(nodes=1)
    settled(cluster)
    assert list(cluster.seen) == [f"/{DATABASE}/_shards"]
