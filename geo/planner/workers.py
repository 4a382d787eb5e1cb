"""Several processes that work side by side.

The children are started as programs of their own, not forked: forking a server with threads is unsafe,
and a fresh interpreter that imports only the planner starts in a third of a second.
"""

import os
import pickle
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
Stop = Callable[[], bool]
Work = Callable[[dict[str, Any], Any, Stop], Any]
"""A module's function that a child can be asked to run: (what this process remembers, its share, stop)."""


class WorkerPool:
    """This process and `processes - 1` children. Use as a context manager: leaving it ends the children."""

    def __init__(self, processes: int) -> None:
        self._memory: dict[str, Any] = {}
        self._children = [self._start() for _ in range(processes - 1)]

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        return subprocess.Popen(
            [sys.executable, "-m", "geo.planner.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.kill()
            child.communicate()

    @property
    def size(self) -> int:
        """How many shares are worked on at once."""
        return 1 + len(self._children)

    def run(self, work: Work, shares: Sequence[Any], stop: Stop) -> list[Any] | None:
        """What `work` makes of each share, one share a process; None when `stop` said so before the end."""
        for child, share in zip(self._children, shares[1:], strict=True):
            _send(_pipe(child.stdin), (work, share))
        results = [work(self._memory, shares[0], stop)]
        for child in self._children:
            answers = _pipe(child.stdout)
            while not select.select([answers], [], [], 0.1)[0]:
                if stop():
                    return None
            result, error = _receive(answers)
            if error is not None:
                raise error
            results.append(result)
        return None if stop() else results


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the child was started without a pipe")
    return stream


def _send(stream: IO[bytes], value: object) -> None:
    pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    return pickle.load(stream)  # noqa: S301 - written by our own child over a private pipe


def _live() -> None:
    """A child's life: do what is asked until the pipe closes."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not mix with the answers
    memory: dict[str, Any] = {}
    while True:
        try:
            work, share = _receive(source)
        except EOFError:
            return
        result, error = None, None
        try:
            result = work(memory, share, lambda: False)
        except Exception as raised:  # handed to the parent, which raises it
            error = raised
        try:
            _send(answers, (result, error))
        except BrokenPipeError:  # the parent is gone, so nobody wants to know
            os._exit(0)


if __name__ == "__main__":
    _live()
