"""`python -m server.web`: the web server's processes, as the supervisor starts them."""

import os

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from server.config import Config
from server.parentage import end_children_with
from sync.serving import http_server

KILL_SECONDS = 3
"""What a server process may take to end its requests when it is asked to stop."""


def _application() -> Flask:
    """What each process serves. Granian's own way of finding it looks for modules in the folder in which the
    server was started first, so that a file there could stand in for a library."""
    from server.wsgi import app  # noqa: PLC0415 - made in the process that serves it

    return app


def main() -> None:
    """Serve until asked to stop."""
    end_children_with(os.getpid())
    config = Config.from_env()
    Server(
        "server.wsgi:app",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.web_workers,
        blocking_threads=config.web_threads + http_server.WAITING_THREADS,
        workers_kill_timeout=KILL_SECONDS,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.error,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=http_server.HEAD_MILLISECONDS, max_buffer_size=http_server.HEAD_BYTES
        ),
        backlog=http_server.BACKLOG,
        backpressure=http_server.raise_open_files(),
    ).serve(target_loader=_application, wrap_loader=False)


if __name__ == "__main__":
    main()
