"""One command starts everything, and Ctrl-C leaves nothing behind."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Config
from server.supervisor import Supervisor
from tests.postgres import free_port
from tests.served import started_server
from workorders.problems import Problem

ANSWER_SECONDS = 60
GONE_SECONDS = 20
poll = threading.Event()
"""Never set: it only paces the polls of /proc, which sends no notice."""


def children_of(pid: int) -> set[int]:
    """Every living descendant of a process."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            parents[int(entry.parent.name)] = int(fields[1])
    found: set[int] = set()
    while True:
        more = {child for child, parent in parents.items() if parent == pid or parent in found} - found
        if not more:
            return found
        found |= more


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}/stat").exists() and not _zombie(pid)}


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    environment = os.environ | {
        "CURBSTOP_DATA_DIR": str(tmp_path),
        "CURBSTOP_PORT": str(port),
        "CURBSTOP_WEB_WORKERS": "1",
        "CURBSTOP_WEB_THREADS": "16",
        "CURBSTOP_LOG_LEVEL": "WARNING",
    }
    with started_server(environment, f"http://127.0.0.1:{port}") as process:
        yield process, port


def test_run_serves_and_ctrl_c_stops_everything(started: tuple[subprocess.Popen[str], int]) -> None:
    process, port = started
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    _becomes_ready(port)
    family = children_of(process.pid)
    assert len(family) >= 2
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert_gone(family)


def _becomes_ready(port: int) -> None:
    """Pages are served at once; ready it is with the worker's first round."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while _status(f"http://127.0.0.1:{port}/readyz") != 200:
        assert time.monotonic() < deadline
        poll.wait(0.1)


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def assert_gone(family: set[int]) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while alive(family) and time.monotonic() < deadline:
        poll.wait(0.05)
    assert not alive(family)


def test_a_killed_supervisor_leaves_no_process(started: tuple[subprocess.Popen[str], int]) -> None:
    process, _ = started
    family = children_of(process.pid)
    assert len(family) >= 3, "server, its process, worker"
    process.kill()
    process.wait()
    assert_gone(family)


def test_stopped_processes_end_with_a_killed_supervisor(started: tuple[subprocess.Popen[str], int]) -> None:
    process, _ = started
    family = children_of(process.pid)
    # The worker has only just been started, and is stopped before it ran a line of its own.
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    process.kill()
    process.wait()
    assert_gone(family)


def test_a_blocked_server_process_does_not_outlive_the_others(
    started: tuple[subprocess.Popen[str], int],
) -> None:
    process, _ = started
    family = children_of(process.pid)
    for pid in family:
        if not children_of(pid):
            os.kill(pid, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.wait(30)
    assert_gone(family)


def test_a_killed_worker_is_started_again(started: tuple[subprocess.Popen[str], int]) -> None:
    process, _ = started
    worker = _worker(process.pid)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + ANSWER_SECONDS
    while (again := _worker(process.pid)) in (worker, 0) and time.monotonic() < deadline:
        poll.wait(0.05)
    assert again not in (worker, 0)


def _worker(supervisor: int) -> int:
    for pid in children_of(supervisor):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"worker" in command:
            return pid
    return 0


@pytest.fixture
def starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor whose server never answers; the signals are given back afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    made = Supervisor(Config(data_dir=tmp_path, port=free_port()))

    def spawn(_self: Supervisor, _command: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)

    monkeypatch.setattr(Supervisor, "_spawn", spawn)
    yield made
    made.stop()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_server_that_is_slow_is_told_from_one_that_ended(
    starting: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.supervisor.START_SECONDS", 0.2)
    with pytest.raises(Problem) as slow:
        starting.start()
    assert slow.value.code == "start_slow"
    assert starting.web is not None
    assert starting.web.poll() is not None
    ends = lambda *_: subprocess.Popen(["/bin/false"], start_new_session=True)  # noqa: E731 - one line says it
    monkeypatch.setattr(Supervisor, "_spawn", ends)
    monkeypatch.setattr("server.supervisor.START_SECONDS", 60)
    with pytest.raises(Problem) as ended:
        starting.start()
    assert ended.value.code == "start_failed"


def test_asked_to_stop_while_it_starts_it_stops_without_a_complaint(starting: Supervisor) -> None:
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    starting.start()
    assert starting.watch() == 0
    assert starting.web is not None
    assert starting.web.poll() is not None
    assert starting.worker is None
