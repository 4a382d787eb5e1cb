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
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Engine, event

from demo.simulation.district import District, config_of, without_waiting_for_the_disk
from demo.simulation.power import Commits, watching
from server.config import Config
from server.db import open_engine
from sync.stores.sql.store import SqlStore

GARBAGE = 50_000
"""New objects before the collector looks for cycles among them."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run's server lives."""

    district: District
    config: Config
    engine: Engine
    commits: Commits

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.config.data_dir

    def reset(self) -> None:
        """An untouched copy of the district."""
        self.commits.forget()
        self.engine.dispose()
        for path in sorted(self.folder.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copy(self.district.file, self.database)

    @property
    def database(self) -> Path:
        """The database file."""
        return Path(str(self.engine.url.database))

    def store(self) -> SqlStore:
        """A document store on the engine, without the thread that carries pages beside the writers."""
        store = SqlStore(self.engine)
        store.connections._checkpoints = None
        return store


@contextmanager
def bench_for(district: District) -> Iterator[Bench]:
    """A bench in a folder of its own, and silence in the logs, until the block ends."""
    before, threshold = structlog.get_config(), gc.get_threshold()
    # What is alive by now stays: looking through it again and again would take a fifth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with tempfile.TemporaryDirectory(prefix="curbstop-simulation-") as name:
            config = config_of(Path(name))
            engine = open_engine(config.database_url)
            event.listen(engine, "connect", without_waiting_for_the_disk)
            commits = Commits()
            with watching(engine, commits):
                yield Bench(district, config, engine, commits)
            engine.dispose()
    finally:
        structlog.configure(**before)
        gc.set_threshold(*threshold)
        gc.unfreeze()
