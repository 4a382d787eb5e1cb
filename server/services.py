"""What the views and commands share, built once per process from the settings."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from server.config import Config
from server.db import open_engine, session_factory
from sync.stores.contract import DocumentStore
from sync.stores.sql.store import SqlStore
from workorders.messages.formats import units_of
from workorders.messages.viewer import Units
from workorders.queries.district import District, for_district


def utc_now() -> datetime:
    """The one place that reads the wall clock; everything else is handed the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, database, document store and clock of one process."""

    config: Config
    engine: Engine
    sessions: sessionmaker[Session]
    read_sessions: sessionmaker[Session]
    store: DocumentStore
    clock: Callable[[], datetime] = field(default=utc_now)


def open_services(config: Config, *, clock: Callable[[], datetime] = utc_now) -> Services:
    """Open the database and the document store that the settings name."""
    keep_private(config.data_dir)
    engine = open_engine(config.database_url)
    district = district_of(config)
    return Services(
        config=config,
        engine=engine,
        sessions=for_district(session_factory(engine), district),
        read_sessions=for_district(session_factory(engine, read_only=True), district),
        store=open_store(config, engine),
        clock=clock,
    )


def district_of(config: Config) -> District:
    """The district that the settings describe."""
    units: Units = "metric" if config.units == "metric" else "us" if config.units else units_of(config.locale)
    return District(config.district, config.timezone, config.locale, units)


def keep_private(folder: Path) -> None:
    """Make the data folder if need be, and let nobody else on the machine into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = folder.stat().st_mode
    if mode & 0o007 and folder.stat().st_uid == os.getuid():
        folder.chmod(mode & ~0o007)


def open_store(config: Config, engine: Engine) -> DocumentStore:
    """The embedded store, or a real CouchDB when a URL is set."""
    if config.couchdb_url is None:
        return SqlStore(engine)
    from sync.stores.couch.store import CouchStore  # noqa: PLC0415 - its HTTP client costs start-up time only where it is used

    return CouchStore(config.couchdb_url)


def services() -> Services:
    """The services of the running application."""
    return cast(Services, current_app.extensions["curbstop"])
