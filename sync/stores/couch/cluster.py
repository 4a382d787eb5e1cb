"""The copies of a database in a CouchDB cluster: they agree a moment after a write, not at once.

CouchDB confirms a write when most copies have it, and reads feeds, figures and members from one of them. What
must see every confirmed write, as a move to another store must, waits here until no copy lacks anything.
A single CouchDB has one copy, which agrees with itself.
"""

import time
from collections.abc import Iterable
from urllib.parse import quote

from couchdb3.exceptions import MethodNotAllowedError

from sync.stores.contract import StoreUnavailable
from sync.stores.couch.calls import CouchCalls, path_of

PATIENCE_SECONDS = 60.0
"""A copy that was away for a while needs long to catch up; then the caller tries again later."""
STEP_SECONDS = 0.1
PAGE = 1_000

Leaves = tuple[str, tuple[str, ...]]
"""A document's id and its leaf revisions."""


def await_copies(calls: CouchCalls, database: str, *, patience: float = PATIENCE_SECONDS) -> None:
    """Return when all copies of the database hold the same; raise StoreUnavailable when they never do.

    Also raised while a node that has a copy is away: what only that one holds would be missed.
    """
    parts = _copies(calls, database)
    if not parts:
        return
    with calls.failures(database):
        calls.call("POST", path_of(database, "_sync_shards"), {})
    end = time.monotonic() + patience
    while not all(_agree(calls, copies) for copies in parts):
        if time.monotonic() > end:
            raise StoreUnavailable(f"The copies of {database} on {calls.shown} do not agree yet.")
        time.sleep(STEP_SECONDS)


def _copies(calls: CouchCalls, database: str) -> list[list[str]]:
    """Where each copy of each part of the database is asked by itself; none for what has no copies."""
    with calls.failures(database):
        try:
            body = calls.get_json(path_of(database, "_shards"))
        except MethodNotAllowedError:
            body = None
        if body is None:
            # A server of the protocol that knows no shards; whether it has the database is still asked.
            calls.call("GET", path_of(database))
            return []
        if all(len(nodes) == 1 for nodes in body["shards"].values()):
            return []
        known = calls.call("GET", f"_node/_local/_dbs/{quote(database, safe='')}").json()
    name = database + bytes(known["shard_suffix"]).decode()
    return [
        [f"_node/{node}/{quote(f'shards/{part}/{name}', safe='')}" for node in nodes]
        for part, nodes in body["shards"].items()
    ]


def _agree(calls: CouchCalls, copies: Iterable[str]) -> bool:
    return len({_state(calls, copy) for copy in copies}) == 1


def _state(calls: CouchCalls, copy: str) -> tuple[str, frozenset[Leaves]]:
    """What a copy says of its members, and of its documents; StoreUnavailable names a node that does not."""
    leaves: set[Leaves] = set()
    since: object = 0
    try:
        with calls.failures():
            members = calls.call("GET", f"{copy}/_security").text
            while True:
                query = {"style": "all_docs", "limit": PAGE, "since": since}
                body = calls.call("GET", f"{copy}/_changes", **query).json()
                for row in body["results"]:
                    leaves.add((row["id"], tuple(sorted(leaf["rev"] for leaf in row["changes"]))))
                since = body["last_seq"]
                if len(body["results"]) < PAGE:
                    return members, frozenset(leaves)
    except StoreUnavailable as error:
        raise StoreUnavailable(f"The copy on {copy.split('/')[1]} cannot be read. {error}") from error
