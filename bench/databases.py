"""An empty database of either engine, for as long as a measurement lasts."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from tests import postgres


@contextmanager
def fresh_database(engine: str) -> Iterator[str]:
    """The URL of a database on `engine` (sqlite or postgresql). PostgreSQL does not wait for the disk."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        return
    cluster = postgres.start()
    try:
        yield cluster.url
    finally:
        cluster.stop()


def server_seconds(engine: Engine) -> float:
    """Seconds of processor that PostgreSQL's processes for `engine` have used so far; 0 for SQLite.

    SQLite works inside the process that asks.
    """
    if engine.dialect.name != "postgresql":
        return 0.0
    with engine.connect() as connection:
        asked = text("select pid from pg_stat_activity where datname = current_database()")
        pids = list(connection.scalars(asked))
    return sum(map(_used_by, pids))


def _used_by(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
