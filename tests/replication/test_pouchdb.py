"""The real PouchDB against the real server: what a tablet does all day."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sync.stores.contract import DocumentStore
from sync.stores.sql.store import SqlStore
from tests.contract.couch_servers import cleared, couchdb_url
from tests.replication.served import Tokens, bare_server
from tests.replication.test_feeds import in_thread

HERE = Path(__file__).parent
STOCK_REQUESTS = 8
"""What PouchDB needs for one batch of documents without files; more means retries or fetches one by one."""


def node(script: str, *arguments: str) -> dict[str, Any]:
    """Run a script to its end and return the JSON it prints."""
    ran = subprocess.run(
        ["node", str(HERE / script), *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return report


@pytest.mark.node
def test_pouchdb_syncs_both_ways(database_url: str) -> None:
    with bare_server(database_url) as url:
        assert node("pouchdb_both_ways.mjs", url) == {"documents": 32}


@pytest.mark.node
def test_a_tablet_gets_its_day_in_few_requests_and_sends_its_events(store: SqlStore, tokens: Tokens) -> None:
    store.ensure_database("tech-1", members=["tech-1"])
    store.put_documents("tech-1", {f"order:{n}": {"n": n, "text": "x" * 3_000} for n in range(40)})
    with in_thread(store, tokens) as url:
        report = node("pouchdb_tablet.mjs", f"{url}/tech-1", "tablet", "d1")
    assert report["pulled"] == 40
    assert report["pushed"] == 1
    assert len(report["firstSync"]) <= STOCK_REQUESTS, report["firstSync"]
    ids = {row.doc_id for row in store.changes("tech-1", since="0", limit=100).rows}
    assert ids == {f"order:{n}" for n in range(40)} | {"event:d1:1"}


def fill_a_week(store: DocumentStore, db: str) -> set[str]:
    """A day's orders, and earlier days' events with photos on every third; returns what a tablet needs."""
    store.ensure_database(db, members=[db])
    events = [f"event:d1:{number:08}" for number in range(1, 121)]
    needed = {f"order:{number}": {"kind": "order", "text": "x" * 3_000} for number in range(40)}
    needed |= {f"ref:{name}": {"kind": "ref"} for name in ("technician", "catalogue", "fees", "settings")}
    needed |= {"route:2026-03-02": {"kind": "route"}} | {f"ack:{event}": {"kind": "ack"} for event in events}
    photo = {"content_type": "image/jpeg", "data": base64.b64encode(b"\xff\xd8" + bytes(50_000)).decode()}
    leaves: list[dict[str, Any]] = [
        {"_id": event, "_rev": "1-a", "kind": "event"}
        | ({"_attachments": {"p.jpg": photo}} if number % 3 == 0 else {})
        for number, event in enumerate(events)
    ]
    store.put_documents(db, needed)
    store.write_leaves(db, leaves)
    return {*needed, *(leaf["_id"] for leaf in leaves if "_attachments" not in leaf)}


def check_first_sync(report: dict[str, Any], needed: set[str]) -> None:
    """Everything came, photos did not, in one batch and without a retry."""
    assert set(report["ids"]) == needed
    assert len(report["requests"]) <= STOCK_REQUESTS, report["requests"]
    trips = [request.partition(" ")[2] for request in report["requests"]]
    assert trips.count("POST /_bulk_get") == 1
    failed = [request for request in report["requests"] if request[0] != "2"]
    assert failed == ["404 GET /_local/…"] * len(failed), "there is no checkpoint yet"


@pytest.mark.node
def test_the_first_sync_takes_one_batch_and_no_photos(store: SqlStore, tokens: Tokens) -> None:
    needed = fill_a_week(store, "tech-1")
    with in_thread(store, tokens) as url:
        check_first_sync(node("pouchdb_first_sync.mjs", f"{url}/tech-1", "tablet"), needed)


@pytest.mark.node
@pytest.mark.xdist_group("couchdb")
def test_the_first_sync_from_a_couchdb_is_as_short() -> None:
    url, db = couchdb_url(), "tech-first-sync"
    with cleared(url, [db]) as store:
        needed = fill_a_week(store, db)
        report = node("pouchdb_first_sync.mjs", f"{url}/{db}", "")
        report["ids"].remove("_design/guard")
        check_first_sync(report, needed)
