"""Taking a backup while the district works."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from server.backups import postgresql, sqlite
from server.backups.folders import copy_file, files_below, new_folder, write_private
from server.backups.integrity import page_damage
from server.backups.manifest import DATA, SECRET, Manifest, check_files, write_manifest
from server.config import Config
from server.db import open_engine, session_factory
from server.migrate import is_current
from workorders.problems import Problem
from workorders.tables import Evidence
from workorders.usecases.district.incarnation import current_incarnation

MADE_ANEW = frozenset({"bundle"})
"""Folders of the data folder that the worker makes again by itself."""
EVIDENCE = "evidence"
SET_ASIDE = "replaced-"
"""Begins the names of folders with what a restore replaced."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was written and checked; `photos_lacking` are in the records but not on the disk."""

    manifest: Manifest
    photos_lacking: tuple[str, ...]


def take_backup(config: Config, target: Path, *, clock: Callable[[], datetime]) -> Taken:
    """Write database, evidence, maps and keys into the new folder `target` and check what was written.

    Raises Problems backup_target, backup_schema, backup_failed; nothing is left behind then.
    """
    engine = open_engine(config.database_url)
    try:
        if not is_current(engine):
            raise Problem("backup_schema")
        with new_folder(target, outside=config.data_dir) as folder:
            # Before the copy begins: all that was confirmed until now is in it.
            about: dict[str, Any] = {"taken_at": clock()}
            with session_factory(engine, read_only=True)() as session:
                about |= _database(session, config, folder)
                photos = _photos(session, folder)
            _files(config, folder)
            made = write_manifest(folder, about)
            check_files(folder, made)
            return Taken(made, tuple(sorted(d for d in photos if made.files.get(_place(d)) != d)))
    finally:
        engine.dispose()


def _database(session: Session, config: Config, folder: Path) -> dict[str, Any]:
    connection = session.connection()
    tables: tuple[str, ...] = ()
    sequences: dict[str, int] = {}
    if connection.dialect.name == "postgresql":
        tables, sequences = postgresql.copy_out(connection, folder)
        damage = page_damage(connection.engine)
    else:
        sqlite.copy_out(Path(str(connection.engine.url.database)), folder)
        damage = sqlite.damage_in(folder)
    if damage:
        raise Problem("backup_failed", reason=f"the database is damaged: {damage[0]}")
    life = current_incarnation(session)
    return {
        "engine": connection.dialect.name,
        "revision": MigrationContext.configure(connection).get_current_revision(),
        "incarnation": life.number if life else 1,
        "documents": "embedded" if config.couchdb_url is None else "couchdb",
        "tables": tables,
        "sequences": sequences,
    }


def _photos(session: Session, folder: Path) -> set[str]:
    """What the copied database names of evidence."""
    if session.connection().dialect.name == "sqlite":
        return sqlite.photos_in(folder)
    return set(session.scalars(select(Evidence.sha256).where(Evidence.sha256.is_not(None))))


def _files(config: Config, folder: Path) -> None:
    """After the database: evidence is on the disk before a row names it, so all that is named is here."""
    database = make_url(config.database_url).database or ""
    for path in files_below(config.data_dir):
        place = path.relative_to(config.data_dir)
        # A hidden file is still being written.
        passing = place.parts[0] in MADE_ANEW or any(part.startswith(".") for part in place.parts)
        if passing or str(path).startswith(database) or place.parts[0].startswith(SET_ASIDE):
            continue
        with suppress(FileNotFoundError):
            copy_file(path, folder / DATA / place)
    write_private(folder / DATA / SECRET, config.secret_key.encode())


def _place(digest: str) -> str:
    return f"{DATA}/{EVIDENCE}/{digest[:2]}/{digest}"
