"""Bring a database's schema to the newest revision, or say which one it has."""

from enum import Enum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import errors
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.exc import DBAPIError

import mobile_api.tables  # noqa: F401 - its tables join the metadata
import server.board_views
import server.tables  # noqa: F401 - its tables join the metadata
from sync.stores.sql.tables import sync_metadata
from workorders.problems import Problem
from workorders.tables import metadata

CANNOT_EXTEND = (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFile)
"""An ordinary owner may not create extensions; what is not installed nobody can create."""
EXTENSION = "postgis"
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
    """Migrate up to `revision` in one transaction.

    Raises Problem `postgis_missing` when the extension is not there and this owner cannot make it.
    """
    try:
        with engine.begin() as connection:
            command.upgrade(alembic_config(connection), revision)
    except DBAPIError as error:
        if isinstance(error.orig, CANNOT_EXTEND) and EXTENSION in str(error.orig):
            raise Problem(
                "postgis_missing", database=engine.url.database, user=engine.url.username or "this user"
            ) from error
        raise


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to `revision` (`base`: empty) in one transaction."""
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


@cache
def _scripts() -> ScriptDirectory:
    """The migrations of this program, read once: the board asks for their head at every change."""
    return ScriptDirectory.from_config(alembic_config())


class SchemaState(Enum):
    """How a database's schema stands to the newest revision this program knows."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"


def schema_state(engine: Engine) -> SchemaState:
    """Whether the database has no tables, older ones, the newest, or those of a newer program."""
    script = _scripts()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        return SchemaState.EMPTY
    if found == script.get_current_head():
        return SchemaState.CURRENT
    known = {revision.revision for revision in script.walk_revisions()}
    return SchemaState.BEHIND if found in known else SchemaState.NEWER


def is_current(engine: Engine) -> bool:
    """The database has the newest revision this program knows."""
    return schema_state(engine) is SchemaState.CURRENT
