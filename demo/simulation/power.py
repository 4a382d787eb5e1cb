"""Commits at which the machine stops, the database is locked, or the disk is full."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from sync.stores.sql.connection import Connection


class PowerCut(BaseException):
    """The machine stopped: what was not committed is gone, and nobody was told anything."""


ERRORS = {"locked": "database is locked", "disk_full": "database or disk is full"}


class Commits:
    """Every commit of the server's engine and of its document store passes here."""

    def __init__(self) -> None:
        self._count_down = 0
        self._how = ""

    def plan(self, how: str, number: int) -> None:
        """Let it happen at the `number`-th commit from now: `before`, `after`, `locked`, `disk_full`."""
        self._how, self._count_down = how, number

    def forget(self) -> None:
        """Nothing happens."""
        self._count_down = 0

    def watched(self, commit: Callable[..., Any]) -> Callable[..., Any]:
        """The commit, with what was planned for it."""

        def committing(*args: Any) -> Any:
            how = self._due()
            if how in ERRORS:
                raise sqlite3.OperationalError(ERRORS[how])
            if how == "before":
                raise PowerCut
            answer = commit(*args)
            if how == "after":
                raise PowerCut
            return answer

        return committing

    def _due(self) -> str:
        if not self._count_down:
            return ""
        self._count_down -= 1
        return "" if self._count_down else self._how


@contextmanager
def watching(engine: Engine, commits: Commits) -> Iterator[None]:
    """Let `commits` see the commits of `engine` and of the document store over it."""
    of_engine, of_store = engine.dialect.do_commit, Connection.commit
    engine.dialect.do_commit = commits.watched(of_engine)  # type: ignore[method-assign]
    Connection.commit = commits.watched(of_store)  # type: ignore[method-assign]
    try:
        yield
    finally:
        engine.dialect.do_commit = of_engine  # type: ignore[method-assign]
        Connection.commit = of_store  # type: ignore[method-assign]
