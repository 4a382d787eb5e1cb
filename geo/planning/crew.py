"""Several processes that improve routes side by side.

The children are started as programs of their own, not forked: forking a server with threads is unsafe,
and a fresh interpreter that imports only the planner starts in a third of a second.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from geo.planning.anneal import Improved, improve
from geo.planning.instance import Instance
from geo.planning.subproblem import Task

ROOT = Path(__file__).resolve().parents[2]


class Crew:
    """This process and `processes - 1` children. Use as a context manager: leaving it ends the children."""

    def __init__(self, processes: int) -> None:
        self._children = [self._start() for _ in range(processes - 1)]
        self._instance: Instance | None = None

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        return subprocess.Popen(
            [sys.executable, "-m", "geo.planning.crew"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.kill()
            child.communicate()

    @property
    def size(self) -> int:
        """How many tasks are worked on at once."""
        return 1 + len(self._children)

    def learn(self, instance: Instance) -> None:
        """Tell everybody what the tasks to come are about."""
        self._instance = instance
        for child in self._children:
            _send(_pipe(child.stdin), instance)

    def improve(
        self, tasks: Sequence[Task], seconds: float, stop: Callable[[], bool]
    ) -> list[Improved] | None:
        """Work off `tasks` in `seconds` together; None when `stop` said so before the end."""
        if self._instance is None:
            raise RuntimeError("learn() comes before improve()")
        shares = [tasks[number :: self.size] for number in range(self.size)]
        for share in shares:
            for task in share:
                task.seconds = seconds / len(share)
        for child, share in zip(self._children, shares[1:], strict=True):
            _send(_pipe(child.stdin), share)
        results = [[improve(self._instance, task, stop) for task in shares[0]]]
        if stop():
            return None
        results += [_receive(_pipe(child.stdout)) for child in self._children]
        found = [iter(result) for result in results]
        return [next(found[number % self.size]) for number in range(len(tasks))]


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the child was started without a pipe")
    return stream


def _send(stream: IO[bytes], value: object) -> None:
    pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    return pickle.load(stream)  # noqa: S301 - written by our own child over a private pipe


def work() -> None:
    """A child's life: an instance, then lists of tasks, until the pipe closes."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not mix with the answers
    instance: Instance | None = None
    while True:
        try:
            message = _receive(source)
        except EOFError:
            return
        if instance is None or not isinstance(message, list):
            instance = message
        else:
            _send(answers, [improve(instance, task) for task in message])


if __name__ == "__main__":
    work()
