"""Parts of a file that a `Range` header asks for, as CouchDB reads it."""

import re
from collections.abc import Iterator

from sync.protocol.errors import ProtocolError

_MOST_RANGES = 9
"""More are answered with the whole file."""
_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


def asked(header: str | None, length: int) -> list[tuple[int, int]] | None:
    """Return the first and last byte of each range, None when the whole file is meant.

    A header that cannot be understood means the whole file. Raises ProtocolError 416
    `requested_range_not_satisfiable` for a range beyond the file's end or against its direction.
    """
    unit, _, given = (header or "").partition("=")
    if unit.strip().lower() != "bytes":
        return None
    found = [_RANGE.fullmatch(part.strip()) for part in given.split(",")]
    pairs = [match.groups() for match in found if match is not None and match.group() != "-"]
    if len(pairs) < len(found) or len(pairs) > _MOST_RANGES or ("0", "") in pairs:
        return None
    return list(_within(pairs, length))


def _within(pairs: list[tuple[str, ...]], length: int) -> Iterator[tuple[int, int]]:
    for first, last in pairs:
        start = int(first) if first else max(length - int(last), 0)
        end = min(int(last), length - 1) if first and last else length - 1
        if start > end or (first and last and int(last) < start):
            raise ProtocolError(416, "requested_range_not_satisfiable", "Requested range not satisfiable")
        yield start, end
