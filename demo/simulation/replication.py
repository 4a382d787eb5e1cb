"""Replication as a tablet's database does it, step by step: what comes down, then what goes up.

Each `yield` is a moment at which the tablet may be killed: what it has kept until then is all that is left.
"""

from collections.abc import Iterator
from typing import Any

from demo.simulation.network import Lost
from demo.simulation.storage import Document, Storage

BATCH = 100
Call = Any
"""`call(method, path, body=None, query="")` → status and JSON; raises Lost."""


def synchronise(kept: Storage, call: Call) -> Iterator[str]:
    """Pull, push, and ask what arrived. Raises Lost; what was done until then stays."""
    yield from _pull(kept, call)
    yield from _push(kept, call)
    yield from _confirm(kept, call)
    yield from _put_away(kept, call)


def _pull(kept: Storage, call: Call) -> Iterator[str]:
    name = f"/tech-{kept.technician}"
    mark = f"{name}/_local/pull-{kept.database_id}"
    yield "asks where it stopped"
    since = kept.pulled_to if _mark(call, mark) == kept.pulled_to else "0"
    while True:
        status, changes = call("GET", f"{name}/_changes", None, f"style=all_docs&limit={BATCH}&since={since}")
        _expect(status, 200)
        rows = changes["results"]
        wanted = [
            {"id": row["id"], "rev": leaf["rev"]}
            for row in rows
            for leaf in row["changes"]
            if _is_new(kept, row["id"], leaf["rev"])
        ]
        if wanted:
            yield "reads what is new"
            status, found = call("POST", f"{name}/_bulk_get", {"docs": wanted}, "revs=true&latest=true")
            _expect(status, 200)
            for row in found["results"]:
                for one in row["docs"]:
                    if "ok" in one:
                        _take(kept, one["ok"])
        if changes["last_seq"] != since:
            yield "notes on the server how far it came"
            since = changes["last_seq"]
            _expect(call("PUT", mark, {"last_seq": since})[0], 201)
            yield "notes for itself how far it came"
            kept.pulled_to = since
        if len(rows) < BATCH:
            return


def _mark(call: Call, path: str) -> Any:
    status, body = call("GET", path)
    if status == 404:
        return None
    _expect(status, 200)
    return body.get("last_seq")


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise Lost(f"the server answered {status}")


def _rank(rev: str) -> tuple[int, str]:
    """By which of two revisions wins, as in CouchDB: the longer history, then the higher hash."""
    number, _, digest = rev.partition("-")
    return int(number), digest


def _is_new(kept: Storage, doc_id: str, rev: str) -> bool:
    own = kept.events.get(doc_id)
    return (own is None or own["_rev"] != rev) and rev not in kept.known.get(doc_id, ())


def _take(kept: Storage, document: Document) -> None:
    """Graft a leaf: what it descends from goes, another one stays beside it."""
    doc_id, rev = document["_id"], document["_rev"]
    if not _is_new(kept, doc_id, rev):
        return
    newest, ids = document["_revisions"]["start"], document["_revisions"]["ids"]
    path = {f"{newest - place}-{digest}" for place, digest in enumerate(ids)}
    kept.known.setdefault(doc_id, set()).update(path)
    leaves = {old: body for old, body in kept.leaves.get(doc_id, {}).items() if old not in path}
    if not document.get("_deleted"):
        leaves[rev] = {name: value for name, value in document.items() if name != "_revisions"}
    _show(kept, doc_id, leaves)


def _show(kept: Storage, doc_id: str, leaves: dict[str, Document]) -> None:
    """Of several leaves the one the server published last, as mobile_api/tablet/data/model.js chooses."""
    if not leaves:
        kept.leaves.pop(doc_id, None)
        kept.docs.pop(doc_id, None)
        return
    kept.leaves[doc_id] = leaves
    newest = max(leaves, key=lambda rev: (leaves[rev].get("server_seq") or 0, _rank(rev)))
    kept.docs[doc_id] = leaves[newest]


def _push(kept: Storage, call: Call) -> Iterator[str]:
    name = f"/tech-{kept.technician}"
    mark = f"{name}/_local/push-{kept.database_id}"
    yield "asks what it has sent"
    since = kept.pushed_to if _mark(call, mark) == kept.pushed_to else 0
    events = list(kept.events.values())
    while since < len(events):
        batch = events[since : since + BATCH]
        yield "asks what the server lacks"
        status, lacks = call("POST", f"{name}/_revs_diff", {one["_id"]: [one["_rev"]] for one in batch})
        _expect(status, 200)
        missing = [one for one in batch if one["_id"] in lacks]
        if missing:
            yield "sends facts"
            status, rows = call("POST", f"{name}/_bulk_docs", {"docs": missing, "new_edits": False})
            _expect(status, 201)
            if any(row.get("error") != "forbidden" for row in rows):
                raise Lost("the server refused a row")
        since += len(batch)
        yield "notes on the server what it has sent"
        _expect(call("PUT", mark, {"last_seq": since})[0], 201)
        yield "notes for itself what it has sent"
        kept.pushed_to = since


def _confirm(kept: Storage, call: Call) -> Iterator[str]:
    """Ask for the revisions of what is not confirmed; the journal lets go of a fact only then."""
    waiting = [doc_id for doc_id in kept.waiting if doc_id in kept.events]
    if not waiting:
        return
    yield "asks what arrived"
    status, found = call("POST", f"/tech-{kept.technician}/_all_docs", {"keys": waiting})
    _expect(status, 200)
    there = [row["id"] for row in found["rows"] if (row.get("value") or {}).get("rev")]
    kept.sent.update(there)
    for doc_id in there:
        kept.journal.pop(doc_id, None)
    passed_over = [kept.events[doc_id] for doc_id in waiting if doc_id not in there]
    if passed_over:
        # Its checkpoint says that it was sent, and the server has put it away since: offer it once more.
        yield "offers again what the server lacks"
        body = {"docs": passed_over, "new_edits": False}
        _expect(call("POST", f"/tech-{kept.technician}/_bulk_docs", body)[0], 201)


def _put_away(kept: Storage, call: Call) -> Iterator[str]:
    """What the server has put away leaves the tablet too, as mobile_api/tablet/data/putaway.js does it."""
    name = f"/tech-{kept.technician}"
    yield "asks what was put away"
    status, figures = call("GET", name)
    _expect(status, 200)
    purges = str(figures["purge_seq"])
    split = sorted(doc_id for doc_id, leaves in kept.leaves.items() if len(leaves) > 1)
    if kept.purges == purges and not split:
        return
    status, found = call("POST", f"{name}/_all_docs", {"keys": sorted(kept.docs)})
    _expect(status, 200)
    there = {row["key"]: row["value"]["rev"] for row in found["rows"] if row.get("value")}
    for doc_id in split:
        leaves = kept.leaves[doc_id]
        if there.get(doc_id) in leaves:
            _show(kept, doc_id, {there[doc_id]: leaves[there[doc_id]]})
    missing = {row["key"] for row in found["rows"] if "error" in row}
    # Reference documents are never put away: without them the database is being made anew.
    if any(doc_id.startswith("ref:") for doc_id in missing):
        return
    for doc_id in sorted(missing):
        if not doc_id.startswith("event:"):
            for forgotten in (kept.docs, kept.leaves, kept.known):
                forgotten.pop(doc_id, None)
            kept.compared = True
    kept.purges = purges
