"""Documents with their files as MIME sections, the way CouchDB's replicator moves them.

`multipart/related` holds one document first and then its files; `multipart/mixed` holds several revisions,
each plain JSON or such a nest.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message

from sync.protocol.errors import bad_request

_NAME = re.compile(r"[^\x20-\x7e]|[\"\\]")


@dataclass(frozen=True, slots=True)
class Section:
    """One part: its headers by lower-case name, and its bytes."""

    headers: Mapping[str, str]
    content: bytes

    def filename(self) -> str | None:
        """Return the name in Content-Disposition, or None."""
        message = Message()
        message["Content-Disposition"] = self.headers.get("content-disposition", "")
        return message.get_filename()


def boundary_of(content_type: str) -> str:
    """Return the boundary that a Content-Type states; raise 400 when there is none."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if not isinstance(boundary, str) or not 1 <= len(boundary) <= 200:
        raise bad_request("multipart needs a boundary")
    return boundary


def parse(body: bytes, boundary: str) -> list[Section]:
    """Return the sections in order; raise 400 for a body that is not well formed.

    A section that states its Content-Length is cut by it, so that a file may contain the boundary.
    """
    mark = b"--" + boundary.encode("latin-1", "replace")
    position = body.find(mark)
    if position < 0:
        raise bad_request("multipart body lacks its boundary")
    position += len(mark)
    sections = []
    while body[position : position + 2] != b"--":
        line_end = body.find(b"\r\n", position)
        head_end = body.find(b"\r\n\r\n", position)
        if line_end < 0 or head_end < 0:
            raise bad_request("multipart body ends early")
        headers = _headers(body[line_end + 2 : head_end])
        start = head_end + 4
        stated = headers.get("content-length", "")
        skip = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 12 else 0
        end = body.find(b"\r\n" + mark, min(start + skip, len(body)))
        if end < 0:
            raise bad_request("multipart body ends early")
        sections.append(Section(headers, body[start:end]))
        position = end + 2 + len(mark)
        if len(sections) > 10_000:
            raise bad_request("too many sections")
    return sections


def _headers(raw: bytes) -> dict[str, str]:
    headers = {}
    for line in raw.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return headers


Part = tuple[Mapping[str, str], Iterator[bytes]]
"""A section to be sent: its headers, and its content in pieces."""


def joined(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    """Yield the sections between boundaries, each when its turn has come."""
    mark = b"--" + boundary.encode()
    for headers, content in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        yield mark + b"\r\n" + head.encode() + b"\r\n"
        yield from content
        yield b"\r\n"
    yield mark + b"--"


def disposition(name: str) -> str:
    """Return a Content-Disposition that names a file, whatever the name holds."""
    return f'attachment; filename="{_NAME.sub(_escaped, name)}"'


def _escaped(match: re.Match[str]) -> str:
    text = match.group()
    return (
        "\\" + text if text in '"\\' else "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
    )
