"""The database as a command finds it: made in a new data folder, refused when another release made it."""

from sqlalchemy import Engine

from server.config import Config
from server.db import open_engine
from server.migrate import SchemaState, schema_state, upgrade
from server.services import Services, open_services
from workorders.problems import Problem


def command_engine(config: Config) -> Engine:
    """An engine on the settings' database, with its tables. Raises Problem schema_behind and schema_newer.

    Only an empty database is migrated: an older one may have a server on it.
    """
    config.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(config.database_url)
    _prepare(engine)
    return engine


def command_services(config: Config) -> Services:
    """The services on a database with its tables. Raises Problem schema_behind and schema_newer."""
    services = open_services(config)
    _prepare(services.engine)
    return services


def _prepare(engine: Engine) -> None:
    state = schema_state(engine)
    if state is SchemaState.EMPTY:
        upgrade(engine)
    elif state is not SchemaState.CURRENT:
        engine.dispose()
        raise Problem("schema_behind" if state is SchemaState.BEHIND else "schema_newer")
