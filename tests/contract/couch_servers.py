"""Servers of the protocol for the tests of the store on a CouchDB."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import free_port
from tests.replication.served import ROOT, START_SECONDS, wait_for

COUCHDB = "CURBSTOP_TEST_COUCHDB_URL"
"""A CouchDB 3.x with admin credentials; what is tested against one is skipped without it."""


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
