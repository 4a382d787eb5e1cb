"""`python -m sync --port P --data FILE --admin USER:PASS`: the bare endpoint at `/`, any database.

For CouchDB's own tools, replicators and test suites; the product mounts the same endpoint beside its pages.
"""

import argparse
import os
import tempfile
from pathlib import Path

import orjson
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from sync.bare import ADMIN_VARIABLE, KEYS_VARIABLE, THREADS_VARIABLE, URL_VARIABLE, create_tables
from sync.protocol.limits import FEWEST_THREADS
from sync.serving import http_server

WORKERS = (os.cpu_count() or 1) + 1
"""A Python process uses one processor at a time and waits for the disk now and then."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sync", description=__doc__)
    parser.add_argument("--port", type=int, default=5984, help="port at 127.0.0.1 (default 5984)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default 127.0.0.1)")
    parser.add_argument(
        "--data", help="SQLite file or postgresql:// URL (default: a file that is thrown away)"
    )
    parser.add_argument(
        "--admin", required=True, metavar="USER:PASS", help="the administrator's name and password"
    )
    parser.add_argument(
        "--jwt-key",
        action="append",
        default=[],
        metavar="KID=FILE",
        help="public key (PEM) or shared secret of tokens with this key id; may be repeated",
    )
    parser.add_argument(
        "--workers", type=int, default=WORKERS, help="processes (default: one more than processors)"
    )
    parser.add_argument("--threads", type=int, default=1_200, help="requests and parked feeds per process")
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    given = _arguments()
    if ":" not in given.admin:
        raise SystemExit("--admin needs USER:PASS")
    if any("=" not in key for key in given.jwt_key):
        raise SystemExit("--jwt-key needs KID=FILE")
    if given.threads < FEWEST_THREADS:
        raise SystemExit(f"--threads needs {FEWEST_THREADS} at least")
    with tempfile.TemporaryDirectory(prefix="curbstop-sync-") as folder:
        data = given.data or str(Path(folder) / "sync.db")
        if data.startswith("postgresql://"):
            url = data.replace("postgresql://", "postgresql+psycopg://", 1)
        elif "://" in data:
            url = data
        else:
            url = f"sqlite:///{Path(data).resolve()}"
        create_tables(url)
        # The workers are separate processes and read their settings from the environment.
        os.environ[URL_VARIABLE] = url
        os.environ[ADMIN_VARIABLE] = given.admin
        os.environ[THREADS_VARIABLE] = str(given.threads)
        os.environ[KEYS_VARIABLE] = orjson.dumps(dict(key.split("=", 1) for key in given.jwt_key)).decode()
        Server(
            "sync.bare:create_process",
            factory=True,
            address=given.host,
            port=given.port,
            interface=Interfaces.WSGI,
            workers=given.workers,
            blocking_threads=given.threads + http_server.WAITING_THREADS,
            log_level=LogLevels.error,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=http_server.HEAD_MILLISECONDS, max_buffer_size=http_server.HEAD_BYTES
            ),
            backlog=http_server.BACKLOG,
            backpressure=http_server.raise_open_files(),
        ).serve()


if __name__ == "__main__":
    main()
