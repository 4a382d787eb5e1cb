"""Starts the web server and the worker, keeps the worker running, and stops both cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from server.config import Config
from server.parentage import end_with_parent
from server.stopping import StopRequest
from workorders.problems import Problem

STOP_SECONDS = 8.0
"""Longer than a request may take to finish, shorter than a person waits before pressing again."""
START_SECONDS = 180.0
"""A server that ends is noticed at once; this is for one that is slow on a busy machine."""


class Supervisor:
    """The processes of one installation on one machine."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.stopping = StopRequest()
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://{self.config.host}:{self.config.port}"

    def start(self) -> None:
        """Start both and return when the server answers, or somebody asked to stop meanwhile.

        Raises Problems port_in_use, start_failed, start_slow.
        """
        self._check_port()
        self.stopping.listen()
        self.web = self._spawn([sys.executable, "-P", "-m", "server.web"])
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            ended, slow = self.web.poll() is not None, time.monotonic() > deadline
            if ended or slow:
                self.stop()
                raise (
                    Problem("start_failed") if ended else Problem("start_slow", seconds=round(START_SECONDS))
                )
            if self.stopping.wait(0.05):
                return
        # After the server answers: a person waits for the page, nobody for the first round of the worker.
        self.worker = self._spawn([sys.executable, "-P", "-m", "server", "worker"])

    def watch(self) -> int:
        """Wait until asked to stop; start a worker again that died. Returns the exit status."""
        status = 0
        while not self.stopping.wait(0.5):
            if self.web is not None and self.web.poll() is not None:
                status = 1
                break
            if self.worker is not None and self.worker.poll() is not None:
                self.worker = self._spawn([sys.executable, "-P", "-m", "server", "worker"])
        self.stop()
        return status

    def stop(self) -> None:
        """End both and all they started: asked first, killed when they do not listen."""
        started = [process for process in (self.web, self.worker) if process is not None]
        for process in started:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            # Also when it ended by itself: what it started may not have.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.config.host, self.config.port))
            except OSError as error:
                raise Problem("port_in_use", port=self.config.port, host=self.config.host) from error

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        # A session of their own: Ctrl-C reaches only this process, which then stops them in order, and what
        # they start is a group that can be ended whole.
        # They end with this process even when it is killed; what the worker was doing is found again.
        return subprocess.Popen(  # noqa: S603 - fixed commands
            command,
            env=os.environ | {"CURBSTOP_DATA_DIR": str(self.config.data_dir)},
            start_new_session=True,
            preexec_fn=partial(end_with_parent, os.getpid()),  # noqa: PLW1509 - this process has one thread
        )
