"""`curbstop run` as a process of its own, whose log is read as long as it lives."""

import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

KEPT_LINES = 200
"""What is shown of the log when a process did not serve."""
START_SECONDS = 120.0
STOP_SECONDS = 60.0


@contextmanager
def started_server(environment: Mapping[str, str], address: str) -> Iterator[subprocess.Popen[str]]:
    """The process, once it says that it serves, and until it stopped; an unread log would fill its pipe."""
    command = [sys.executable, "-m", "server", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        serves, ended, lines = threading.Event(), threading.Event(), deque[str](maxlen=KEPT_LINES)

        def read() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                lines.append(line)
                if f"{address}/tablet/" in line:
                    serves.set()
            ended.set()
            serves.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            if not serves.wait(START_SECONDS) or ended.is_set():
                process.kill()
                pytest.fail(f"it did not serve:\n{''.join(lines)}")
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()  # leaving the block would wait for it without an end
                raise
            # It ends with the last process that writes to the same log.
            reader.join(STOP_SECONDS)
            # Shown with a test that fails, as all that is printed.
            sys.stderr.writelines(lines)
