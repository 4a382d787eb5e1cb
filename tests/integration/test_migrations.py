"""The migrations make what the models say, on both engines, and can be taken back."""

import pytest
from alembic import command
from sqlalchemy import inspect, text

from server.db import open_engine
from server.migrate import alembic_config, downgrade, is_current, upgrade
from workorders.problems import Problem


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


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_ordinary_owner_reads_what_a_superuser_must_type(database_url: str) -> None:
    """No traceback: with a careful administrator the owner of a database may not add extensions."""
    admin = open_engine(database_url)
    with admin.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS plain_owner"))
        connection.execute(text("CREATE ROLE plain_owner LOGIN"))
        connection.execute(text(f'ALTER DATABASE "{admin.url.database}" OWNER TO plain_owner'))
    owner = open_engine(admin.url.set(username="plain_owner").render_as_string(hide_password=False))
    with pytest.raises(Problem) as refused:
        upgrade(owner)
    assert refused.value.code == "postgis_missing"
    assert f'psql -d {admin.url.database} -c "CREATE EXTENSION postgis"' in refused.value.advice
    owner.dispose()
    admin.dispose()


# The expressions are the migration's own, and left out of the comparison.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_models_and_migrations_agree(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.begin() as connection:
        command.check(alembic_config(connection))
    engine.dispose()
