"""No request makes a server process grow by more than a bound, whatever it asks for or sends."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from bench.sync_servers import family, listening
from tests.replication.served import bare_server

MOST_MORE = 150 * 1024
"""Kilobytes that one request may add to a process."""
MEGABYTE = "x" * 1_000_000
Sending = Callable[[httpx.Client], None]


def _read(client: httpx.Client, method: str, path: str, **given: object) -> None:
    """Send a request and throw away what comes, up to 300 MB of it."""
    with client.stream(method, path, **given) as answer:  # type: ignore[arg-type]  # httpx types each keyword
        size = 0
        for piece in answer.iter_raw():
            size += len(piece)
            if size > 300_000_000:
                return


def _posted(path: str, body: object) -> Sending:
    return lambda client: _read(client, "POST", path, json=body)


def _sent(path: str, body: bytes) -> Sending:
    return lambda client: _read(
        client, "POST", path, content=body, headers={"Content-Type": "application/json"}
    )


PHOTOS = [
    {
        "_id": f"event:{number}",
        "_rev": "1-a",
        "_attachments": {"photo.jpg": {"content_type": "image/jpeg", "data": "QUJD" * 1_200_000}},
    }
    for number in range(6)
]
"""Six photos of 3.6 MB, which is 29 MB as a tablet sends them."""
STUBS = {f"{n}.bin": {"follows": True, "content_type": "a/b", "length": 9_000_000} for n in range(3)}
SECTIONS = b"\r\n".join(
    [
        b"--b\r\nContent-Type: application/json\r\n",
        orjson.dumps({"_id": "form", "_rev": "1-a", "_attachments": STUBS}),
        *(b"--b\r\nContent-Type: a/b\r\n\r\n" + b"x" * 9_000_000 for _ in STUBS),
        b"--b--",
    ]
)


def _long_lived(number: int) -> dict[str, object]:
    ids = [f"{generation:x}".rjust(32, "a") for generation in range(10_000, 0, -1)]
    return {"_id": f"old:{number}", "_rev": f"10000-{ids[0]}", "_revisions": {"start": 10_000, "ids": ids}}


HOSTILE: dict[str, Sending] = {
    "one document 400 times": _posted("/db/_bulk_get", {"docs": [{"id": "big:0"}] * 400}),
    "one document 10,000 times": _posted("/db/_bulk_get?revs=true", {"docs": [{"id": "big:0"}] * 10_000}),
    "one key 10,000 times": _posted("/db/_all_docs?include_docs=true", {"keys": ["big:0"] * 10_000}),
    "everything": lambda client: _read(client, "GET", "/db/_all_docs?include_docs=true"),
    "everything with files": lambda client: _read(
        client, "GET", "/db/_changes?include_docs=true&attachments=true"
    ),
    "a document with its files": lambda client: _read(client, "GET", "/db/files?attachments=true"),
    "open revisions with files": lambda client: _read(client, "GET", "/db/files?open_revs=all"),
    "all by selector": _posted(
        "/db/_changes?filter=_selector&include_docs=true", {"selector": {"text": {"$gt": None}}}
    ),
    "many empty objects": _sent("/db/_bulk_docs", b'{"docs":[' + b"{}," * 10_000_000 + b"{}]}"),
    "many empty objects as a question": _sent("/db/_bulk_get", b'{"docs":[' + b"{}," * 2_000_000 + b"{}]}"),
    "too long a body": _sent("/db/_bulk_docs", b" " * 63_000_000),
    "a packed body": lambda client: _read(
        client,
        "POST",
        "/db/_bulk_docs",
        content=gzip.compress(b'{"docs":[' + b"{}," * 10_000_000 + b"{}]}"),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ),
    "photos inside documents": _posted("/db/_bulk_docs", {"docs": PHOTOS, "new_edits": False}),
    "a large file": lambda client: _read(client, "PUT", "/db/one/big.bin", content=b"x" * 16_000_000),
    "a form of files": lambda client: _read(
        client,
        "PUT",
        "/db/form?new_edits=false",
        content=SECTIONS,
        headers={"Content-Type": 'multipart/related; boundary="b"'},
    ),
    "revisions of documents that are nowhere": _posted(
        "/db/_revs_diff", {f"event:{number:0>600}": ["1-a"] for number in range(10_000)}
    ),
    "many revisions of one document": _posted(
        "/db/_revs_diff", {"big:0": [f"{number}-{'a' * 32}" for number in range(1, 150_000)]}
    ),
    "a feed of named documents": _posted(
        "/db/_changes?filter=_doc_ids&include_docs=true", {"doc_ids": ["big:0"] * 500_000}
    ),
    "a history as long as may be": _posted(
        "/db/_bulk_docs", {"docs": [_long_lived(number) for number in range(60)], "new_edits": False}
    ),
    "a selector of many parts": _posted(
        "/db/_changes?filter=_selector", {"selector": {"$or": [{"text": str(n)} for n in range(150_000)]}}
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of one process with 60 documents of a megabyte, and one with large files."""
    file = tmp_path_factory.mktemp("memory") / "sync.db"
    with (
        bare_server(f"sqlite:///{file}", workers=1) as url,
        httpx.Client(base_url=url, timeout=120) as client,
    ):
        client.put("/db").raise_for_status()
        for number in range(60):
            client.put(f"/db/big:{number}", json={"text": MEGABYTE}).raise_for_status()
        rev = client.put("/db/files", json={}).json()["rev"]
        for number in range(8):
            body = bytes([number]) * 15_000_000
            reply = client.put(
                f"/db/files/{number}.jpg?rev={rev}", content=body, headers={"Content-Type": "image/jpeg"}
            )
            rev = reply.raise_for_status().json()["rev"]
        yield client


def _most(pid: int) -> int:
    """Return the most memory a process had, in kilobytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux reports a process's peak")
@pytest.mark.parametrize("name", HOSTILE)
def test_no_request_makes_a_process_grow_much(server: httpx.Client, name: str) -> None:
    port = server.base_url.port
    assert port is not None
    pids = sorted({pid for root in listening(port) for pid in family(root)})
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = {pid: _most(pid) for pid in pids}
    HOSTILE[name](server)
    more = {pid: _most(pid) - before[pid] for pid in pids}
    assert max(more.values()) < MOST_MORE, more
    assert server.get("/_up").status_code == 200
