"""The endpoint as tests need it: in this process for a test client, or as the real server beside it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from flask import Flask, Request
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from sync.protocol.access import Caller
from sync.routes import ReplicationEndpoint
from sync.stores.sql.store import SqlStore
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
ADMIN = ("admin", "secret")
START_SECONDS = 30


@contextmanager
def bare_server(database_url: str, *, workers: int = 2, port: int = 0, threads: int = 40) -> Iterator[str]:
    """Run `python -m sync` on a database and yield its URL with the administrator's credentials."""
    port = port or free_port()
    command = [
        sys.executable, "-m", "sync", "--port", str(port), "--data", database_url,
        "--admin", ":".join(ADMIN), "--workers", str(workers), "--threads", str(threads),
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_up", server)
            yield f"http://{ADMIN[0]}:{ADMIN[1]}@127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=START_SECONDS)


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers; raise when it died or stays silent."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            httpx.get(url, timeout=1)
        except httpx.TransportError:
            time.sleep(0.05)  # polling a process that starts, not a rendezvous
        else:
            return
    raise TimeoutError(url)


class Tokens:
    """Callers by bearer token, which a test may take away."""

    def __init__(self) -> None:
        self.known: dict[str, Caller] = {}

    def technician(
        self, token: str, number: str, device: str | None, expires_at: float | None = None
    ) -> None:
        """Make a token for a technician, with a tablet or without."""
        roles = {f"tech-{number}"} | ({f"device:{device}"} if device else set())
        self.known[token] = Caller(number, frozenset(roles), device, expires_at)

    def admin(self, token: str) -> None:
        """Make an administrator's token."""
        self.known[token] = Caller("root", frozenset({"_admin"}), None, None, is_admin=True)

    def authenticate(self, request: Request) -> Caller | None:
        """Return whose token the request bears."""
        _, _, token = request.headers.get("Authorization", "").partition("Bearer ")
        return self.known.get(token)


def make_app(store: SqlStore, tokens: Tokens, *, prefix: str = "/couch") -> Flask:
    """Return an application that serves the endpoint below a prefix, as the product does."""
    app = Flask(__name__, static_folder=None)
    endpoint = ReplicationEndpoint(store, tokens.authenticate, cors_origins=["https://tablet.example"])
    app.wsgi_app = (  # type: ignore[method-assign]
        endpoint if prefix == "/" else DispatcherMiddleware(app.wsgi_app, {prefix: endpoint})
    )
    return app


def bearer(token: str | None) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def put_leaves(client: FlaskClient, *docs: dict[str, Any]) -> None:
    """Store replicated revisions in the database `db`; all must be taken."""
    answer = client.post("/db/_bulk_docs", json={"docs": docs, "new_edits": False})
    assert (answer.status_code, answer.json) == (201, [])
