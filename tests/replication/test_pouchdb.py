"""The real PouchDB against the real server: what a tablet does all day."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sync.store_sql import SqlStore
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
    told: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return told


@pytest.mark.node
def test_pouchdb_syncs_both_ways(database_url: str) -> None:
    with bare_server(database_url) as url:
        assert node("pouchdb_both_ways.mjs", url) == {"documents": 32}


@pytest.mark.node
def test_a_tablet_gets_its_day_in_few_requests_and_sends_its_events(store: SqlStore, tokens: Tokens) -> None:
    store.ensure_database("tech-1", members=["tech-1"])
    store.put_documents("tech-1", {f"order:{n}": {"n": n, "text": "x" * 3_000} for n in range(40)})
    with in_thread(store, tokens) as url:
        told = node("pouchdb_tablet.mjs", f"{url}/tech-1", "tablet", "d1")
    assert told["pulled"] == 40
    assert told["pushed"] == 1
    assert len(told["firstSync"]) <= STOCK_REQUESTS, told["firstSync"]
    ids = {row.doc_id for row in store.changes("tech-1", since="0", limit=100).rows}
    assert ids == {f"order:{n}" for n in range(40)} | {"event:d1:1"}
