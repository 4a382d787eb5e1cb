"""A tablet's day as requests: orders dispatched, pulled, events with a photo pushed, and asking in vain.

The requests are those of PouchDB 9 in its order, sent by threads that keep their connections, so that the
measuring side costs little.
"""

import base64
import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson

from bench.sync_group_commit import Line
from bench.sync_servers import Server

ORDERS = 40
ORDER_BYTES = 3_000
EVENTS = 40
PHOTO_BYTES = 100_000
CLIENTS = 12
"""Connections kept at once; with fewer, chance gives one server process most of them."""
SETTLE_SECONDS, SETTLE_STEP, AT_REST = 10.0, 0.25, 0.1
"""How long to wait for rest at most, how often to look, and the share of a processor that counts as rest."""
PHASES = ("dispatch", "pull", "push with photo", "idle poll")

_numbers = count(int(time.time()) % 1_000_000 * 100_000)


@dataclass(frozen=True)
class Measured:
    """One phase of one round: seconds per tablet, of the clock and of the server's processors."""

    wall: float
    processor: float


class Tablets:
    """So many technicians' databases on a server, each with its tablet."""

    def __init__(self, server: Server, number: int) -> None:
        self.server = server
        self.names = [str(next(_numbers)) for _ in range(number)]
        self.headers = {name: server.tablet_headers(name) for name in self.names}
        self.since: dict[str, str] = {}
        dice = random.Random(7)
        text = "".join(dice.choices("abcdefghij klmnop", k=ORDER_BYTES - 400))
        photo = base64.b64encode(dice.randbytes(PHOTO_BYTES)).decode()
        # Written before the clock runs: client and server share the machine, and only one is measured.
        self.orders = {name: orders_body(name, text) for name in self.names}
        self.events = {name: events_bodies(name, photo) for name in self.names}
        self._each(self._make)

    def run(self, phase: str) -> Measured:
        """Run one phase for every tablet."""
        work = {
            "dispatch": self._dispatch,
            "pull": self._pull,
            "push with photo": self._push,
            "idle poll": self._idle,
        }[phase]
        processor, wall = self.server.processor_seconds(), time.perf_counter()
        self._each(work)
        number = len(self.names)
        wall = time.perf_counter() - wall
        return Measured(wall / number, (self.server.processor_seconds() - processor) / number)

    def _each(self, work: Callable[[Line, str], None]) -> None:
        # Whoever is free takes the next: a connection to a busy process must not keep its share waiting.
        waiting = iter(self.names)

        def some(_number: int) -> None:
            with closing(Line(self.server.url)) as line:
                for name in waiting:
                    work(line, name)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(some, range(CLIENTS)))

    def _make(self, line: Line, name: str) -> None:
        # One shard, as Curbstop makes them; CouchDB would make two by itself.
        line.send("PUT", f"/tech-{name}?q=1", self.server.admin_headers())

    def _dispatch(self, line: Line, name: str) -> None:
        line.send("POST", f"/tech-{name}/_bulk_docs", self.server.admin_headers(), self.orders[name])

    def _pull(self, line: Line, name: str) -> None:
        path, headers = f"/tech-{name}", self.headers[name]
        line.send("GET", "/", headers)
        line.send("GET", f"{path}/", headers)
        feed = f"{path}/_changes?style=all_docs&limit=100&since="
        answer = orjson.loads(line.send("GET", feed + "0", headers))
        docs = [{"id": row["id"], "rev": row["changes"][0]["rev"]} for row in answer["results"]]
        line.send("GET", feed + str(answer["last_seq"]), headers)
        got = orjson.loads(
            line.send("POST", f"{path}/_bulk_get?revs=true&latest=true", headers, {"docs": docs})
        )
        if len(got["results"]) != ORDERS:
            raise RuntimeError(f"{len(got['results'])} documents instead of {ORDERS}")
        line.send("GET", f"{path}/", headers)
        line.send("GET", f"{path}/_local/pull.{name}", headers)
        line.send("PUT", f"{path}/_local/pull.{name}", headers, {"last_seq": answer["last_seq"]})
        self.since[name] = str(answer["last_seq"])

    def _push(self, line: Line, name: str) -> None:
        path, headers = f"/tech-{name}", self.headers[name]
        wanted, body = self.events[name]
        line.send("GET", "/", headers)
        line.send("GET", f"{path}/_local/push.{name}", headers)
        line.send("POST", f"{path}/_revs_diff", headers, wanted)
        if orjson.loads(line.send("POST", f"{path}/_bulk_docs", headers, body)):
            raise RuntimeError("an event was refused")
        line.send("GET", f"{path}/_local/push.{name}", headers)
        line.send("PUT", f"{path}/_local/push.{name}", headers, {"last_seq": "1"})

    def _idle(self, line: Line, name: str) -> None:
        path, headers = f"/tech-{name}", self.headers[name]
        line.send("GET", "/", headers)
        line.send("GET", f"{path}/", headers)
        line.send("GET", f"{path}/_local/pull.{name}", headers)
        answer = orjson.loads(
            line.send("GET", f"{path}/_changes?style=all_docs&limit=100&since=now", headers)
        )
        line.send("GET", f"{path}/_changes?style=all_docs&limit=100&since={answer['last_seq']}", headers)


def orders_body(name: str, text: str) -> bytes:
    """A morning's orders for `_bulk_docs`."""
    docs = [
        {
            "_id": f"order:{name}-{number}",
            "type": "exchange",
            "number": number,
            "address": {"street": "Main Street", "house": number, "position": [-98.5, 38.9]},
            "form": [{"field": f"f{part}", "required": True} for part in range(4)],
            "notes": text,
        }
        for number in range(ORDERS)
    ]
    return orjson.dumps({"docs": docs})


def events_bodies(name: str, photo: str) -> tuple[bytes, bytes]:
    """An evening's events, the first with a photo: what `_revs_diff` is asked, what `_bulk_docs` is given."""
    docs: list[dict[str, Any]] = []
    for number in range(EVENTS):
        rev = f"1-{random.randbytes(16).hex()}"
        event = {"kind": "completed", "order": number, "fields": {"read": 1234 + number}, "at": "2026-03-02"}
        head = {"_id": f"event:{name}:{number}", "_rev": rev}
        docs.append({**head, "_revisions": {"start": 1, "ids": [rev[2:]]}, **event})
    docs[0]["_attachments"] = {"photo.jpg": {"content_type": "image/jpeg", "data": photo, "revpos": 1}}
    wanted = {doc["_id"]: [doc["_rev"]] for doc in docs}
    return orjson.dumps(wanted), orjson.dumps({"docs": docs, "new_edits": False})


def measure_day(
    servers: Sequence[tuple[str, Server]], tablets: int, rounds: int
) -> dict[str, dict[str, list[Measured]]]:
    """Return every phase's measurements by server, the servers taking turns in each round.

    Each round begins with another server, because the first and the last meet the machine in other moods.
    """
    answer: dict[str, dict[str, list[Measured]]] = {
        name: {phase: [] for phase in PHASES} for name, _ in servers
    }
    for number in range(rounds):
        first = number % len(servers)
        for name, server in (*servers[first:], *servers[:first]):
            fleet = Tablets(server, tablets)
            for phase in PHASES:
                settle([other for _, other in servers])
                answer[name][phase].append(fleet.run(phase))
    return answer


def settle(servers: Sequence[Server]) -> None:
    """Wait until every server has done what it puts off, so that none works in another's time."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        before = sum(server.processor_seconds() for server in servers)
        time.sleep(SETTLE_STEP)
        if sum(server.processor_seconds() for server in servers) - before < SETTLE_STEP * AT_REST:
            return


def median(measured: Sequence[Measured], of: Callable[[Measured], float]) -> float:
    """Return the median of one figure."""
    return statistics.median(of(one) for one in measured)
