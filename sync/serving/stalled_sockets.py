"""Connections whose other end has stopped: found by what the kernel knows of them, and ended.

A thread that waits for a body or for an answer to be taken waits inside the HTTP server, which has no limit
of time for either. Ending the connection frees the thread. Linux only; elsewhere nothing is found.
"""

import os
import socket
import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_FDS = Path("/proc/self/fd")
_INFO_BYTES = 192
_LAST_SENT, _BYTES_RECEIVED = 44, 128
"""Where `struct tcp_info` of linux/tcp.h has `tcpi_last_data_sent` (ms) and `tcpi_bytes_received`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a connection: seconds since something was sent to it, and bytes that came from it."""

    quiet: float
    received: int


def look(addresses: Collection[str]) -> dict[int, Seen]:
    """Return this process's connections from the addresses, by the socket's number (inode)."""
    found = {}
    for inode, connection in _connections(addresses):
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        if len(info) >= _BYTES_RECEIVED + 8:
            (sent,) = struct.unpack_from("I", info, _LAST_SENT)
            (received,) = struct.unpack_from("Q", info, _BYTES_RECEIVED)
            found[inode] = Seen(sent / 1000, received)
    return found


def stalled(
    before: Mapping[int, Seen], now: Mapping[int, Seen], *, quiet: float, least_bytes: int
) -> set[int]:
    """Return the connections seen twice that were sent nothing for `quiet` seconds and brought little.

    `least_bytes` is what a living one brings between the two looks.
    """
    return {
        inode
        for inode, seen in now.items()
        if seen.quiet > quiet and inode in before and seen.received - before[inode].received < least_bytes
    }


def end(addresses: Collection[str], inodes: Collection[int]) -> int:
    """Shut these connections down, in both directions, and return how many there were."""
    ended = 0
    for inode, connection in _connections(addresses):
        if inode in inodes:
            connection.shutdown(socket.SHUT_RDWR)
            ended += 1
    return ended


def _connections(addresses: Collection[str]) -> Iterator[tuple[int, socket.socket]]:
    """Yield a duplicate of each connection; the original may be closed and its number reused meanwhile."""
    if not _FDS.is_dir():
        return
    for name in os.listdir(_FDS):
        try:
            if not os.readlink(_FDS / name).startswith("socket:"):
                continue
            with closing(socket.socket(fileno=os.dup(int(name)))) as copy:
                if copy.family not in {socket.AF_INET, socket.AF_INET6} or copy.type != socket.SOCK_STREAM:
                    continue
                if copy.getpeername()[0].removeprefix("::ffff:") in addresses:
                    yield os.fstat(copy.fileno()).st_ino, copy
        except OSError:
            # Closed since the listing, or listening.
            continue
