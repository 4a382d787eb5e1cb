"""The machine that simulated servers run on: one folder, one engine, and its commits, used by run after run.

An engine knows its statements once it has prepared them, which costs more than a simulated day; so it stays
and the database file beneath it is replaced.
"""

import gc
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import structlog
from sqlalchemy import Engine

from demo.simulation.district import MEMORY, District, config_of
from demo.simulation.power import Commits, watching
from server.config import Config
from server.db import open_engine
from sync.stores.sql.connection import Connection
from sync.stores.sql.store import SqlStore
from workorders.policy import phone_codes

GARBAGE = 50_000
"""New objects before the collector looks for cycles among them."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run's server lives."""

    district: District
    config: Config
    engine: Engine
    reader: Engine
    """For sessions that only read: a connection keeps its prepared statements if it need not change over."""
    commits: Commits
    idle: list[Connection] = field(default_factory=list)
    """Connections of one document store after another: they know nothing but the statements they prepared."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.config.data_dir

    def reset(self) -> None:
        """An untouched copy of the district."""
        self.commits.forget()
        self.close()
        for path in sorted(self.folder.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copy(self.district.file, self.database)

    def let_go(self) -> None:
        """A server stopped: its open transactions are undone. Connections without one are as good as new."""
        if self.engine.pool.checkedout() or self.reader.pool.checkedout():  # type: ignore[attr-defined]  # of QueuePool
            self.close()

    def close(self) -> None:
        """Close every connection; the next one finds what lies on the disk."""
        self.engine.dispose()
        self.reader.dispose()

    @property
    def database(self) -> Path:
        """The database file."""
        return Path(str(self.engine.url.database))

    def store(self) -> SqlStore:
        """A document store on the engine, without the thread that carries pages beside the writers."""
        store = SqlStore(self.engine)
        store.connections._checkpoints = None
        store.connections._idle = self.idle
        return store


@contextmanager
def bench_for(district: District) -> Iterator[Bench]:
    """A bench in a folder of its own, and silence in the logs, until the block ends.

    Codes for the telephone are slow by intent, which nobody who guesses is here to be kept off by.
    """
    before, threshold = structlog.get_config(), gc.get_threshold()
    # What is alive by now stays: looking through it again and again would take a fifth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with tempfile.TemporaryDirectory(prefix="curbstop-simulation-", dir=MEMORY) as name:
            config = config_of(Path(name))
            engine, reader = open_engine(config.database_url), open_engine(config.database_url)
            commits = Commits()
            with watching(engine, commits), patch.object(phone_codes, "ROUNDS", 1):
                made = Bench(district, config, engine, reader, commits)
                yield made
            made.close()
    finally:
        structlog.configure(**before)
        gc.set_threshold(*threshold)
        gc.unfreeze()
