"""Servers of the protocol for the tests of the store on a CouchDB."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from configparser import ConfigParser
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from werkzeug.serving import make_server

from sync.stores.contract import Attachment
from sync.stores.couch.store import CouchStore
from sync.stores.sql.turns import turn
from tests.postgres import free_port
from tests.replication.served import ROOT, START_SECONDS, wait_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

COUCHDB = "CURBSTOP_TEST_COUCHDB_URL"
"""A CouchDB 3.x with admin credentials, started with the token handler of `curbstop couchdb-config`; what is
tested against one is skipped without it."""


def couchdb_url() -> str:
    """The CouchDB to test against; skips the test, or the module that asks, when none is given."""
    url = os.environ.get(COUCHDB)
    if not url:
        pytest.skip(f"{COUCHDB} names no CouchDB", allow_module_level=True)
    return url.rstrip("/")


@contextmanager
def pouchdb_server(folder: Path) -> Iterator[str]:
    """Serve the npm package pouchdb-server, in memory; yields its URL."""
    program = ROOT / "node_modules/.bin/pouchdb-server"
    if shutil.which("node") is None or not program.exists():
        pytest.skip("Node and the npm package pouchdb-server are needed")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(program), "--in-memory", "--port", str(port), "--no-stdout-logs"]
    # It leaves its settings and log where it is started.
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=START_SECONDS)


@contextmanager
def serving(app: "WSGIApplication") -> Iterator[str]:
    """Serve an application that plays a CouchDB; yields host and port."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Settled(CouchStore):
    """A store whose writes return when every copy in a cluster has them, so that a test may read at once."""

    def ensure_database(self, name: str, *, members: Sequence[str] = ()) -> None:
        """As the store does, settled."""
        super().ensure_database(name, members=members)
        self.await_copies(name)

    def put_document(
        self,
        db: str,
        doc_id: str,
        body: Mapping[str, Any],
        *,
        attachments: Mapping[str, Attachment] | None = None,
    ) -> str | None:
        """As the store does, settled."""
        rev = super().put_document(db, doc_id, body, attachments=attachments)
        self.await_copies(db)
        return rev

    def put_documents(self, db: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
        """As the store does, settled."""
        revs = super().put_documents(db, bodies)
        self.await_copies(db)
        return revs

    def remove_document(self, db: str, doc_id: str) -> str | None:
        """As the store does, settled."""
        rev = super().remove_document(db, doc_id)
        self.await_copies(db)
        return rev

    def write_leaves(self, db: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """As the store does, settled."""
        super().write_leaves(db, documents)
        self.await_copies(db)

    def purge(self, db: str, revs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """As the store does, settled."""
        purged = super().purge(db, revs)
        self.await_copies(db)
        return purged


@contextmanager
def cleared(url: str, databases: Sequence[str]) -> Iterator[Settled]:
    """Yield a store there that lacks these databases, and leave it so. One test has them at a time."""
    line = Path(tempfile.gettempdir()) / f"curbstop-test-{httpx.URL(url).netloc.decode().rpartition('@')[2]}"
    with turn(str(line)):
        store = Settled(url)
        for name in databases:
            store.delete_database(name)
        try:
            yield store
        finally:
            for name in databases:
                store.delete_database(name)
            store.close()


@contextmanager
def configured(url: str, lines: str) -> Iterator[None]:
    """Set on each node of a CouchDB what the lines for its local.ini say, and undo it afterwards."""
    read = ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # key ids tell capitals apart
    read.read_string(lines)
    wanted = {f"{part}/{key}": value for part in read.sections() for key, value in read.items(part)}
    # Nothing is written to its files, whatever becomes of this process.
    with httpx.Client(headers={"X-Couch-Persist": "false"}) as client, ExitStack() as undo:
        members = client.get(f"{url}/_membership").raise_for_status().json()
        for node in {*members["all_nodes"]} & {*members["cluster_nodes"]}:
            for key, value in wanted.items():
                option = f"{url}/_node/{node}/_config/{key}"
                before = client.put(option, json=value).raise_for_status().json()
                back = (client.put, {"json": before}) if before else (client.delete, {})
                undo.callback(back[0], option, **back[1])
        yield
