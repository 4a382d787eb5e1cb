"""A thousand tablets that wait: memory, idle processor time, and how soon a change wakes them."""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.sync_group_commit import Line
from bench.sync_servers import Server

IDLE_SECONDS = 15
SETTLE_SECONDS = 5
HEARTBEAT_MS = 60_000
FEEDS_PER_DATABASE = 5


@dataclass(frozen=True)
class Parked:
    """What so many parked feeds cost: bytes beyond the idle server, share of a core, seconds to wake."""

    feeds: int
    bytes_more: int
    idle_share: float
    wakes: list[float]

    def wake_at(self, share: float) -> float:
        """Return the time within which this share of the feeds woke."""
        ordered = sorted(self.wakes)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def measure(server: Server, feeds: int) -> Parked:
    """Park the feeds, watch them wait, wake them one database after the other."""
    return asyncio.run(_measure(server, feeds))


async def _measure(server: Server, feeds: int) -> Parked:
    line = Line(server.url)
    names = [f"parked-{time.time_ns()}-{number}" for number in range(max(feeds // FEEDS_PER_DATABASE, 1))]
    for name in names:
        line.send("PUT", f"/{name}", server.admin_headers())
    before = server.memory_bytes()
    waiting = [await _park(server, names[number % len(names)]) for number in range(feeds)]
    # Some servers send the head at once, others with the first change; both had time to park.
    await asyncio.sleep(SETTLE_SECONDS)
    memory, processor = server.memory_bytes() - before, server.processor_seconds()
    await asyncio.sleep(IDLE_SECONDS)
    idle = (server.processor_seconds() - processor) / IDLE_SECONDS
    woken = [asyncio.create_task(_woken(reader)) for reader, _ in waiting]
    committed: dict[str, float] = {}
    for name in names:
        await asyncio.to_thread(line.send, "PUT", f"/{name}/order:1", server.admin_headers(), {"v": 1})
        committed[name] = time.perf_counter()
    ends = await asyncio.gather(*woken)
    for _, writer in waiting:
        writer.close()
    line.close()
    wakes = [max(end - committed[names[number % len(names)]], 0.0) for number, end in enumerate(ends)]
    return Parked(feeds, memory, idle, wakes)


async def _park(server: Server, name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    headers = "".join(f"{key}: {value}\r\n" for key, value in server.admin_headers().items())
    path = f"/{name}/_changes?feed=longpoll&since=now&heartbeat={HEARTBEAT_MS}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{headers}\r\n".encode())
    await writer.drain()
    return reader, writer


async def _woken(reader: asyncio.StreamReader) -> float:
    while True:
        line = await asyncio.wait_for(reader.readline(), 60)
        if not line:
            raise RuntimeError("a feed ended without a change")
        if b"order:1" in line:
            return time.perf_counter()
