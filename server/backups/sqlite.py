"""The SQLite file of a backup: a consistent copy taken beside writers, and its way back."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from server.backups.folders import copy_file, private_folder
from workorders.problems import Problem

FILE = "database.sqlite"
BUSY_MILLISECONDS = 30_000


def copy_out(database: Path, folder: Path) -> None:
    """Copy the database as it is at one moment; writers go on meanwhile, because it has a write-ahead log."""
    target = folder / FILE
    target.touch(mode=0o600)
    with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as source:
        source.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        with closing(sqlite3.connect(target)) as copy:
            # All pages in one step: in smaller ones every commit beside it would begin the copy again.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
    _flush(target)


def damage_in(folder: Path) -> list[str]:
    """What SQLite finds wrong with the copy's pages; empty: nothing."""
    try:
        with closing(_copy(folder)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(20)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def photos_in(folder: Path) -> set[str]:
    """The content hashes of all evidence that the copy names."""
    with closing(_copy(folder)) as connection:
        rows = connection.execute("SELECT DISTINCT sha256 FROM evidence WHERE sha256 IS NOT NULL")
        return {digest for (digest,) in rows}


def _copy(folder: Path) -> sqlite3.Connection:
    # Immutable: reading leaves no trace, so that the file stays what its hash says.
    return sqlite3.connect(f"file:{quote(str(folder / FILE))}?immutable=1", uri=True)


def claim(database: Path) -> None:
    """Make sure that nobody has the database open. Raises Problem restore_in_use."""
    try:
        with closing(sqlite3.connect(database, timeout=1)) as connection:
            # Only the one connection of a file may leave write-ahead logging.
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise Problem("restore_in_use", database=database) from error
    except sqlite3.DatabaseError:
        return  # A file that is damaged beyond opening is what a restore is for.
    if mode != "delete":
        raise Problem("restore_in_use", database=database)


def copy_in(folder: Path, beside: Path) -> None:
    """Put the copy where the database will be made ready, not yet under its name."""
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{beside}{ending}").unlink(missing_ok=True)
    copy_file(folder / FILE, beside)


def put_in_place(ready: Path, database: Path, aside: Path | None) -> None:
    """Give the prepared file the database's name; what had it before goes to `aside`."""
    with closing(sqlite3.connect(ready)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    _flush(ready)
    if aside is not None and database.exists():
        private_folder(aside.parent)
        for ending in ("-wal", "-shm", "-journal", ""):
            if (part := Path(f"{database}{ending}")).exists():
                part.replace(f"{aside}{ending}")
    ready.replace(database)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
