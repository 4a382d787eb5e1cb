"""Thousands of idle and slow connections leave the pages and a tablet's sync as quick as before."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from sync.serving import stalled_sockets
from sync.serving.fair_places import FairPlaces
from sync.serving.stalled_sockets import Seen
from tests.replication.served import bare_server

ADDRESSES = [f"127.0.0.{number}" for number in range(2, 10)]
CONNECTIONS = 5_000
PROMISED_SECONDS = 1.0
HEAD_SECONDS = 15
WAYS = (
    b"",
    b"GET /_up HTTP/1.1\r\nHost: here\r\nX-Slow: ",
    b"POST /_session HTTP/1.1\r\nHost: here\r\nContent-Length: 5000\r\n\r\n{",
    b"POST /_session HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
)
"""Nothing, a head that does not end, a body that does not come, and one of unknown length."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bare endpoint as it is served, with as many threads as the product has."""
    file = tmp_path_factory.mktemp("slow") / "sync.db"
    with bare_server(f"sqlite:///{file}", workers=3, threads=600) as url:
        yield url


@pytest.fixture
def attackers(server: str) -> Iterator[list[socket.socket]]:
    """Connections from several addresses, each slow in one of the ways."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < CONNECTIONS + 500:
        pytest.skip(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port = httpx.URL(server).port
    with ExitStack() as stack:
        opened = []
        for number in range(CONNECTIONS):
            one = stack.enter_context(socket.socket())
            one.bind((ADDRESSES[number % len(ADDRESSES)], 0))
            one.settimeout(10)
            one.connect(("127.0.0.1", port))
            one.sendall(WAYS[number // len(ADDRESSES) % len(WAYS)])
            opened.append(one)
        yield opened


def _sync(url: str, number: int) -> float:
    """Do what a tablet does, on new connections, and return how many seconds the slowest call took."""
    slowest = 0.0
    doc = {"_id": f"event:{number}", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}}
    for method, path, body in (
        ("GET", "/_up", None),
        ("GET", "/day/_changes?style=all_docs&limit=100", None),
        ("POST", "/day/_revs_diff", {f"event:{number}": ["1-a"]}),
        ("POST", "/day/_bulk_docs", {"docs": [doc], "new_edits": False}),
        ("POST", "/day/_bulk_get?revs=true&latest=true", {"docs": [{"id": f"event:{number}"}]}),
        ("PUT", "/day/_local/tablet", {"last_seq": number}),
    ):
        began = time.monotonic()
        answer = httpx.request(method, url + path, json=body, timeout=30)
        slowest = max(slowest, time.monotonic() - began)
        assert answer.status_code in {200, 201}, answer.text
    return slowest


def test_idle_and_slow_connections_delay_nobody(server: str, attackers: list[socket.socket]) -> None:
    assert httpx.put(f"{server}/day").status_code == 201
    assert max(_sync(server, number) for number in range(5)) < PROMISED_SECONDS
    assert _ended(attackers) > 0, "those beyond their address's share are refused at once"


def test_heads_that_do_not_come_end_the_connection(server: str) -> None:
    port = httpx.URL(server).port
    for head in WAYS[:2]:
        with socket.create_connection(("127.0.0.1", port)) as one:
            one.sendall(head)
            one.settimeout(HEAD_SECONDS + 10)
            assert one.recv(1_000)[:12] in {b"", b"HTTP/1.1 408"}


def _ended(connections: list[socket.socket]) -> int:
    ended = 0
    for one in connections:
        one.setblocking(False)
        try:
            while one.recv(4_096):
                pass
        except BlockingIOError:
            continue
        except ConnectionError:
            pass
        ended += 1
    return ended


def test_no_address_takes_the_places_of_others() -> None:
    places = FairPlaces(100)
    assert sum(places.take("one") for _ in range(200)) == 50
    for number in range(200):
        while places.take(f"hostile {number}"):
            pass
    assert sum(places.take(f"hostile {number}") for number in range(200)) == 0
    places.give_back("one")
    assert places.take("one who had none")


def test_an_upload_that_moves_is_no_stalled_one() -> None:
    before = {1: Seen(60, 1_000), 2: Seen(60, 1_000), 3: Seen(1, 1_000)}
    now = {1: Seen(70, 90_000), 2: Seen(70, 1_010), 3: Seen(11, 1_000), 4: Seen(70, 10)}
    assert stalled_sockets.stalled(before, now, quiet=65, least_bytes=10_000) == {2}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux reports what a process has open")
def test_a_stalled_connection_is_found_and_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as client:
        client.bind(("127.0.0.9", 0))
        client.connect(listening.getsockname())
        kept, _ = listening.accept()
        with kept:
            client.sendall(b"x" * 100)
            assert kept.recv(1_000)
            (inode, seen), *others = stalled_sockets.look({"127.0.0.9"}).items()
            assert (others, seen.received) == ([], 100)
            reading = threading.Thread(target=kept.recv, args=(10,))
            reading.start()
            assert stalled_sockets.end({"127.0.0.9"}, {inode}) == 1
            reading.join(5)
            assert not reading.is_alive()
            assert client.recv(10) == b""
