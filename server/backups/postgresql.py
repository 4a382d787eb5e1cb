"""The tables of a PostgreSQL backup, copied within one snapshot and filled again within one transaction.

Plain COPY needs no program of the server's own version and no rights beyond the owner's.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from server.backups.folders import BLOCK
from server.migrate import TARGETS
from workorders.problems import Problem

TABLES = "tables"
NOT_OURS = frozenset({"alembic_version", "spatial_ref_sys"})
"""Kept by the migrations and by PostGIS."""
_COLUMNS = text(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    " AND table_name = :name AND is_generated = 'NEVER' ORDER BY ordinal_position"
)


def copy_out(connection: Connection, folder: Path) -> tuple[tuple[str, ...], dict[str, int]]:
    """Copy every table as it is at one moment; the tables in order, and where the sequences stand."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    tables = _tables(connection)
    (folder / TABLES).mkdir(mode=0o700)
    for table in tables:
        path = folder / TABLES / f"{table}.copy"
        path.touch(mode=0o600)
        with path.open("wb") as file, _cursor(connection) as cursor:
            # In the order of their keys where rows lie, so that self-references need no second pass.
            with cursor.copy(
                f"COPY {table} ({_columns(connection, table)}) TO STDOUT (FORMAT binary)"
            ) as out:
                for part in out:
                    file.write(part)
            file.flush()
            os.fsync(file.fileno())
    rows = connection.execute(
        text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
    )
    return tables, {name: last for name, last in rows if last is not None}


def copy_in(
    connection: Connection, folder: Path, tables: Sequence[str], sequences: Mapping[str, int]
) -> None:
    """Fill the tables of the backup's schema revision, all or nothing by the caller's transaction."""
    if set(_tables(connection)) != set(tables):
        raise Problem("backup_damaged", folder=folder, reason="its tables are not those of its revision")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        # What a migration puts into a new database is in the backup as well.
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - a table of our own
    for table in tables:
        path = folder / TABLES / f"{table}.copy"
        with path.open("rb") as file, _cursor(connection) as cursor:
            columns = _columns(connection, table)
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)") as into:
                while part := file.read(BLOCK):
                    into.write(part)
    # Keys that are checked at commit, now: a table with such checks to come cannot be altered.
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for name, last in sequences.items():
        connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})


def others_connected(connection: Connection) -> int:
    """How many other sessions have the database open."""
    return int(
        connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
        or 0
    )


def _tables(connection: Connection) -> tuple[str, ...]:
    """The program's tables, each after those it refers to."""
    there = set(
        connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
    )
    known = [table.name for target in TARGETS for table in target.sorted_tables if table.name in there]
    return (*known, *sorted(there - set(known) - NOT_OURS))


def _columns(connection: Connection, table: str) -> str:
    names: Iterable[str] = connection.scalars(_COLUMNS, {"name": table})
    return ", ".join(f'"{name}"' for name in names)


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
