"""Bring a database's schema to the newest revision, or say which one it has."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

import mobile_api.tables  # noqa: F401 - its tables join the metadata
import server.tables  # noqa: F401 - its tables join the metadata
from sync.tables import sync_metadata
from workorders.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
TARGETS: list[MetaData] = [metadata, sync_metadata]
"""Everything the migrations must produce; mobile_api and server add their tables to the first."""


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    """Alembic's configuration, made here so that no ini file can disagree with the settings."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up to `revision` in one transaction."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to `revision` (`base`: empty) in one transaction."""
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def is_current(engine: Engine) -> bool:
    """The database has the newest revision this program knows."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
