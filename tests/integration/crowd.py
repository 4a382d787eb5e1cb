"""Writers of one SQLite file who meet, in an order the test decides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sync.stores.sql.connection import Connection
from sync.stores.sql.pool import Connections


class Crowd:
    """One writer that is busy, and others who come meanwhile and wait for what becomes of theirs."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.answers: dict[str, Any] = {}
        self.commits = 0
        self._busy, self._go = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._begin = connections._shared._begin
        connections._shared._begin = self._counted

    @contextmanager
    def _counted(self, durable: bool) -> Iterator[Connection]:
        with self._begin(durable) as connection:
            yield connection
        self.commits += 1

    def first(self, work: Callable[[Connection], Any], *, durable: bool = True) -> None:
        """Begin to write, and stop in the middle of it."""

        def slowly(connection: Connection) -> Any:
            self._busy.set()
            assert self._go.wait(30)
            return work(connection)

        self._start("first", lambda: self.connections.write(slowly, durable=durable))
        assert self._busy.wait(30)

    def comes(self, name: str, work: Callable[[Connection], Any], *, durable: bool = True) -> None:
        """Another writer joins the queue."""
        self.acts(name, lambda: self.connections.write(work, durable=durable))

    def acts(self, name: str, act: Callable[[], Any]) -> None:
        """Another joins the queue by what it does."""
        line = self.connections._shared._line
        before = len(line)
        self._start(name, act)
        while len(line) == before:
            assert self._threads[-1].is_alive()

    def _start(self, name: str, act: Callable[[], Any]) -> None:
        def write() -> None:
            try:
                self.answers[name] = act()
            except Exception as refusal:
                self.answers[name] = refusal

        self._threads.append(threading.Thread(target=write))
        self._threads[-1].start()

    def go(self) -> dict[str, Any]:
        """Let the first one go on, and return everybody's answers."""
        self._go.set()
        for thread in self._threads:
            thread.join(30)
        return self.answers
