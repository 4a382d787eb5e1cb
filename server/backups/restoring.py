"""Putting a backup back: into an empty place or over what is there, always as a new incarnation."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, Engine, inspect, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mobile_api.tables import Device, EnrolmentCode
from server.backups import postgresql, sqlite
from server.backups.folders import copy_file, private_folder, write_private
from server.backups.manifest import DATA, SECRET, Manifest, check_files, read_manifest
from server.backups.taking import SET_ASIDE
from server.config import Config
from server.db import open_engine, session_factory
from server.migrate import alembic_config, is_current, upgrade
from server.tables import User
from sync.pipeline.new_incarnation import begin_feeds
from workorders.problems import Problem
from workorders.usecases.district.incarnation import ClockBehind, begin_incarnation

SESSIONS_LEAP = 1_000
"""Sign-ins of the office end; nobody is signed in again by an epoch that was used before."""

Revoked = dict[str, tuple[datetime, str | None]]
"""Tablet id → when it was taken out of use, and by whom."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, as which life; `set_aside` holds the database that was replaced."""

    manifest: Manifest
    incarnation: int
    revoked: tuple[str, ...]
    """Tablets that only the replaced database knew to be revoked; they still are."""
    set_aside: Path | None


def restore_backup(config: Config, source: Path, *, replace: bool, now: datetime) -> Restored:
    """Put the backup in the folder `source` back where the settings point, and begin a new incarnation.

    The technicians' documents wait for `continue_documents`. Nothing is changed when
    a Problem is raised: backup_damaged, backup_other_engine, backup_other_key, restore_not_empty,
    restore_in_use, restore_clock.
    """
    manifest = read_manifest(source)
    check_files(source, manifest)
    _check_settings(config, source, manifest)
    if now < manifest.taken_at:
        raise Problem("restore_clock", taken_at=manifest.taken_at.isoformat(), now=now.isoformat())
    put_back = _put_back_sqlite if manifest.engine == "sqlite" else _put_back_postgresql
    number, revoked, aside = put_back(config, source, manifest, replace, now)
    return Restored(manifest, number, revoked, aside)


def _check_settings(config: Config, source: Path, manifest: Manifest) -> None:
    engine = make_url(config.database_url).get_backend_name()
    if engine != manifest.engine:
        raise Problem("backup_other_engine", engine=manifest.engine, configured=engine)
    kept = (source / DATA / SECRET).read_text().strip()
    # One that lies in the data folder is replaced; one that somebody set would go on being used.
    if config.secret_key not in {kept, _in_folder(config)}:
        raise Problem("backup_other_key")


def _in_folder(config: Config) -> str | None:
    path = config.data_dir / SECRET
    return path.read_text().strip() if path.exists() else None


def _put_back_files(config: Config, source: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        if name.startswith(f"{DATA}/") and name != f"{DATA}/{SECRET}":
            copy_file(source / name, config.data_dir / name.removeprefix(f"{DATA}/"))
    if _in_folder(config) is not None:
        write_private(config.data_dir / SECRET, (source / DATA / SECRET).read_bytes())


def _put_back_sqlite(
    config: Config, source: Path, manifest: Manifest, replace: bool, now: datetime
) -> tuple[int, tuple[str, ...], Path | None]:
    database = Path(str(make_url(config.database_url).database))
    private_folder(database.parent)
    there = database.exists() and database.stat().st_size > 0
    revoked: Revoked = {}
    if there:
        sqlite.claim(database)
        revoked = _read_replaced(config.database_url, replace)
    ready = database.with_name(f".{database.name}.restored")
    sqlite.copy_in(source, ready)
    engine = open_engine(f"sqlite:///{ready}")
    try:
        if not is_current(engine):
            upgrade(engine)
        with session_factory(engine).begin() as session:
            number, still = _begin(session, manifest, revoked, now)
    finally:
        engine.dispose()
    _put_back_files(config, source, manifest)
    aside = config.data_dir / f"{SET_ASIDE}{now:%Y%m%dT%H%M%S}" / database.name if there else None
    sqlite.put_in_place(ready, database, aside)
    return number, still, aside


def _put_back_postgresql(
    config: Config, source: Path, manifest: Manifest, replace: bool, now: datetime
) -> tuple[int, tuple[str, ...], Path | None]:
    engine = open_engine(config.database_url)
    try:
        _check_unused(engine)
        there = "alembic_version" in inspect(engine).get_table_names()
        revoked = _read_replaced(config.database_url, replace) if there else {}
        with engine.begin() as connection:
            if there:
                command.downgrade(alembic_config(connection), "base")
            _fill(connection, source, manifest)
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                number, still = _begin(session, manifest, revoked, now)
                session.commit()
            # Within the transaction: evidence without rows does no harm, rows without evidence would.
            _put_back_files(config, source, manifest)
    finally:
        engine.dispose()
    return number, still, None


def _fill(connection: Connection, source: Path, manifest: Manifest) -> None:
    command.upgrade(alembic_config(connection), manifest.revision)
    postgresql.copy_in(connection, source, manifest.tables, manifest.sequences)
    command.upgrade(alembic_config(connection), "head")


def _check_unused(engine: Engine) -> None:
    with engine.connect() as connection:
        if postgresql.others_connected(connection):
            raise Problem("restore_in_use", database=engine.url.database)


def _read_replaced(url: str, replace: bool) -> Revoked:
    """The revocations that the database to be replaced knows, if it can still be read.

    Raises Problem restore_not_empty without `replace`.
    """
    if not replace:
        raise Problem("restore_not_empty")
    engine = open_engine(url)
    found: Revoked = {}
    try:
        with suppress(SQLAlchemyError, sqlite3.Error), session_factory(engine, read_only=True)() as session:
            rows = session.execute(
                select(Device.id, Device.revoked_at, Device.revoked_by).where(Device.revoked_at.is_not(None))
            )
            found = {id_: (at, by) for id_, at, by in rows if at is not None}
    finally:
        engine.dispose()
    return found


def _begin(
    session: Session, manifest: Manifest, revoked: Revoked, now: datetime
) -> tuple[int, tuple[str, ...]]:
    try:
        life = begin_incarnation(session, backup_taken_at=manifest.taken_at, now=now)
    except ClockBehind as error:
        raise Problem("restore_clock", taken_at=manifest.taken_at.isoformat(), now=now.isoformat()) from error
    begin_feeds(session)
    still = []
    for device in session.scalars(select(Device).where(Device.id.in_(revoked), Device.revoked_at.is_(None))):
        device.revoked_at, device.revoked_by = revoked[device.id]
        still.append(device.id)
    _end_sign_ins(session, now)
    return life.number, tuple(sorted(still))


def _end_sign_ins(session: Session, now: datetime) -> None:
    """Codes that may have been used since, and sessions of people who may have left since, end here."""
    ends: dict[str, Any] = {"synchronize_session": False}
    unused = update(EnrolmentCode).where(EnrolmentCode.used_at.is_(None), EnrolmentCode.expires_at > now)
    session.execute(unused.values(expires_at=now).execution_options(**ends))
    leap = User.session_epoch + SESSIONS_LEAP
    session.execute(update(User).values(session_epoch=leap).execution_options(**ends))
