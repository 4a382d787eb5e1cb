"""Feeds that stay open: woken by any process, kept alive, ended when the caller may not read any more."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import pytest
from werkzeug.serving import make_server

from sync.protocol.limits import Limits, feeds_for
from sync.stores.sql.store import SqlStore
from tests.replication.served import Tokens, bare_server, bearer, make_app

WAKE_SECONDS = 1.0
"""What the protocol promises between a commit anywhere and a parked feed's answer."""


@contextmanager
def in_thread(store: SqlStore, tokens: Tokens) -> Iterator[str]:
    """Serve the endpoint from threads of this process and yield its URL."""
    server = make_server("127.0.0.1", 0, make_app(store, tokens), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/couch"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def url(store: SqlStore, tokens: Tokens) -> Iterator[str]:
    """The endpoint's URL with one technician's database."""
    store.ensure_database("tech-1", members=["tech-1"])
    with in_thread(store, tokens) as served:
        yield served


def parked(store: SqlStore, count: int) -> None:
    """Return when so many feeds are parked."""
    end = time.monotonic() + 10
    while store.waker.parked() != count:
        assert time.monotonic() < end, f"{store.waker.parked()} feeds are parked, not {count}"
        time.sleep(0.005)  # the feed gives no other sign that it is waiting


class Reader(threading.Thread):
    """Reads a feed's lines until it ends, noting when each came."""

    def __init__(self, url: str, token: str, **params: Any) -> None:
        super().__init__()
        self.request = {"url": f"{url}/tech-1/_changes", "params": params, "headers": bearer(token)}
        self.lines: list[tuple[float, str]] = []
        self.ended = 0.0
        self.start()

    def run(self) -> None:
        """Read to the end."""
        with httpx.stream("GET", timeout=20, **self.request) as answer:  # type: ignore[arg-type]  # built above
            for line in answer.iter_lines():
                self.lines.append((time.monotonic(), line))
        self.ended = time.monotonic()

    def said(self) -> list[str]:
        """Return the lines that say something."""
        return [line for _, line in self.lines if line.strip()]


def test_a_longpoll_answers_with_the_next_change(store: SqlStore, url: str) -> None:
    reader = Reader(url, "tablet", feed="longpoll", since="now", heartbeat=10_000)
    parked(store, 1)
    store.put_document("tech-1", "order:1", {"v": 1})
    at = time.monotonic()
    reader.join(10)
    reply = orjson.loads("".join(reader.said()))
    assert [row["id"] for row in reply["results"]] == ["order:1"]
    assert reply["last_seq"] == store.info("tech-1").update_seq
    assert reader.ended - at < WAKE_SECONDS
    parked(store, 0)


def test_a_continuous_feed_has_every_change_and_its_last_position(store: SqlStore, url: str) -> None:
    store.put_document("tech-1", "order:0", {})
    reader = Reader(url, "tablet", feed="continuous", heartbeat=100, limit=3)
    parked(store, 1)
    store.put_document("tech-1", "order:1", {})
    store.put_document("tech-1", "order:2", {})
    reader.join(10)
    rows = [orjson.loads(line) for line in reader.said()]
    assert [row.get("id") for row in rows] == ["order:0", "order:1", "order:2", None]
    assert rows[-1] == {"last_seq": rows[-2]["seq"], "pending": 0}


def test_a_feed_without_heartbeat_ends_at_its_timeout(url: str) -> None:
    started = time.monotonic()
    reader = Reader(url, "tablet", feed="continuous", timeout=300)
    reader.join(10)
    assert 0.3 <= reader.ended - started < 5
    assert len(reader.said()) == 1
    assert "last_seq" in reader.said()[0]


def test_an_event_source_names_positions_to_resume_from(store: SqlStore, url: str) -> None:
    store.put_document("tech-1", "order:1", {})
    reader = Reader(url, "tablet", feed="eventsource", timeout=100)
    reader.join(10)
    data, position = reader.said()
    assert orjson.loads(data.removeprefix("data: "))["id"] == "order:1"
    again = httpx.get(
        f"{url}/tech-1/_changes",
        params={"feed": "eventsource", "timeout": 100},
        headers={**bearer("tablet"), "Last-Event-ID": position.removeprefix("id: ")},
    )
    assert again.text == ""
    assert again.headers["Content-Type"].startswith("text/event-stream")


def test_revocation_ends_a_parked_feed_within_a_heartbeat(store: SqlStore, tokens: Tokens, url: str) -> None:
    readers = [
        Reader(url, "tablet", feed=feed, since="now", heartbeat=200)
        for feed in ("longpoll", "continuous", "eventsource")
    ]
    parked(store, 3)
    del tokens.known["tablet"]
    at = time.monotonic()
    for reader in readers:
        reader.join(10)
        assert reader.ended - at < 2
    assert httpx.get(f"{url}/tech-1/_changes", headers=bearer("tablet")).status_code == 401


def test_revocation_is_noticed_before_the_next_change_is_sent(
    store: SqlStore, tokens: Tokens, url: str
) -> None:
    reader = Reader(url, "tablet", feed="continuous", since="now", heartbeat=60_000)
    parked(store, 1)
    del tokens.known["tablet"]
    store.put_document("tech-1", "order:1", {"secret": 1})
    reader.join(10)
    assert reader.ended
    assert not any("order:1" in line for line in reader.said())


def test_a_feed_ends_with_its_token(tokens: Tokens, url: str) -> None:
    started = time.monotonic()
    tokens.technician("short", "1", "d1", expires_at=time.time() + 0.5)
    reader = Reader(url, "short", feed="continuous", since="now", heartbeat=60_000)
    reader.join(10)
    assert 0.3 < reader.ended - started < 3


def test_a_feed_ends_when_its_database_goes(store: SqlStore, url: str) -> None:
    reader = Reader(url, "tablet", feed="longpoll", since="now", heartbeat=60_000)
    parked(store, 1)
    store.delete_database("tech-1")
    reader.join(10)
    assert orjson.loads("".join(reader.said()))["results"] == []


def test_parked_feeds_end_when_the_store_is_closed(store: SqlStore, url: str) -> None:
    readers = [Reader(url, "tablet", feed=feed, heartbeat=60_000) for feed in ("longpoll", "continuous")]
    parked(store, 2)
    at = time.monotonic()
    store.close()
    for reader in readers:
        reader.join(10)
        assert 0 < reader.ended - at < WAKE_SECONDS


def test_beyond_the_limit_a_feed_is_put_off_and_nothing_else(store: SqlStore, url: str) -> None:
    store.limits = Limits(parked_feeds=1)
    reader = Reader(url, "tablet", feed="longpoll", since="now", heartbeat=60_000)
    parked(store, 1)
    refused = httpx.get(f"{url}/tech-1/_changes", params={"feed": "longpoll"}, headers=bearer("tablet"))
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers
    assert httpx.get(f"{url}/tech-1/_changes", headers=bearer("tablet")).status_code == 200
    asked = {"docs": [{"id": "order:1"}]}
    assert httpx.post(f"{url}/tech-1/_bulk_get", json=asked, headers=bearer("tablet")).status_code == 200
    store.put_document("tech-1", "order:1", {})
    reader.join(10)


@pytest.mark.parametrize("threads", [2, 6])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_parked_feeds_never_take_the_last_thread(database_url: str, threads: int) -> None:
    feeds, asking = feeds_for(threads), 2 * threads
    assert 0 < feeds < threads
    with bare_server(database_url, workers=1, threads=threads) as url, ThreadPoolExecutor(asking) as pool:
        httpx.put(f"{url}/tech-1").raise_for_status()
        waiting = f"{url}/tech-1/_changes?feed=longpoll&since=now&heartbeat=60000"
        asked = as_completed([pool.submit(httpx.get, waiting, timeout=30) for _ in range(asking)])
        refused = [next(asked).result() for _ in range(asking - feeds)]
        assert {answer.status_code for answer in refused} == {429}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        # Every other feed is parked, and there is still somebody to work.
        httpx.put(f"{url}/tech-1/order:1", json={}).raise_for_status()
        woken = [answer.result() for answer in asked]
        assert [len(answer.json()["results"]) for answer in woken] == [1] * feeds


def test_a_change_elsewhere_wakes_nobody(store: SqlStore, url: str) -> None:
    store.ensure_database("tech-2")
    reader = Reader(url, "tablet", feed="continuous", since="now", timeout=1_000)
    parked(store, 1)
    store.put_document("tech-2", "order:1", {})
    reader.join(10)
    assert len(reader.said()) == 1


def test_a_commit_by_another_process_wakes_a_parked_feed(store: SqlStore, database_url: str) -> None:
    store.ensure_database("tech-1")
    waits = []
    with bare_server(database_url, workers=1) as url, httpx.Client(base_url=url, timeout=20) as client:
        for number in range(4):
            woken: list[float] = []

            def wait(woken: list[float] = woken, since: str = store.info("tech-1").update_seq) -> None:
                answer = client.get("/tech-1/_changes", params={"feed": "longpoll", "since": since})
                woken.append(time.monotonic())
                assert len(answer.json()["results"]) == 1

            thread = threading.Thread(target=wait)
            thread.start()
            time.sleep(0.3)  # the other process gives no sign that the feed is parked
            store.put_document("tech-1", f"order:{number}", {})
            at = time.monotonic()
            thread.join(10)
            waits.append(woken[0] - at)
    assert max(waits) < WAKE_SECONDS
