"""A worker that kills itself with SIGKILL at a chosen commit; run in a process of its own."""

import logging
import os
import signal
from collections.abc import Callable
from typing import Any

import structlog

from server.db import open_engine, session_factory
from sync.pipeline.ingest import ingest_all
from sync.pipeline.publish import publish_pending
from sync.stores.sql.connection import Connection
from sync.stores.sql.store import SqlStore
from tests.integration.usecases.world import LATER

TOGETHER = {"ingest": 500, "ingest in pairs": 2}
"""How many changes of a feed share a transaction at most, by duty."""


class _Commits:
    """Counts the commits of a process, of the ORM's engine and of the document store, and ends it at one."""

    def __init__(self, kill_at: int, when: str) -> None:
        self.kill_at = kill_at
        self.when = when
        self.seen = 0

    def watched(self, commit: Callable[..., Any]) -> Callable[..., Any]:
        """The commit, with the end of the world just before or just after the chosen one."""

        def committing(*args: Any) -> Any:
            self.seen += 1
            if self.seen == self.kill_at and self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = commit(*args)
            if self.seen == self.kill_at and self.when == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return committing


def work(url: str, duty: str, kill_at: int, when: str, answer: Any) -> None:
    """Do a duty (of TOGETHER, or `publish`) until nothing is left, and return how many commits it took.

    Dies at commit `kill_at` of them, 0: never.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    engine = open_engine(url)
    commits = _Commits(kill_at, when)
    engine.dialect.do_commit = commits.watched(engine.dialect.do_commit)  # type: ignore[method-assign]
    Connection.commit = commits.watched(Connection.commit)  # type: ignore[method-assign]
    store, sessions = SqlStore(engine), session_factory(engine)
    if duty in TOGETHER:
        while ingest_all(sessions, store, clock=lambda: LATER, limit=TOGETHER[duty]).reached:
            pass
    else:
        while publish_pending(sessions, store, clock=lambda: LATER, limit=3):
            pass
    store.close()
    engine.dispose()
    answer.put(commits.seen)
