"""The migrations make what the models say, on both engines, and can be taken back."""

from alembic import command
from sqlalchemy import inspect

from server.db import open_engine
from server.migrate import alembic_config, downgrade, is_current, upgrade


def test_upgrade_downgrade_upgrade(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    assert is_current(engine)
    tables = set(inspect(engine).get_table_names())
    downgrade(engine, "base")
    left = set(inspect(engine).get_table_names()) - {"alembic_version", "spatial_ref_sys"}
    assert not left
    upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables
    engine.dispose()


def test_models_and_migrations_agree(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.begin() as connection:
        command.check(alembic_config(connection))
    engine.dispose()
