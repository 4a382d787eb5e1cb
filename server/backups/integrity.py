"""Whether the database's own pages are whole: what a disk damaged silently shows in no query's answer."""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

MOST = 20
"""Findings reported; one is enough to act on."""
_INDEXES = text(
    "SELECT c.relname, c.oid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_am am ON am.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE am.amname = 'btree' AND n.nspname = current_schema() AND i.indisready AND i.indisvalid"
    " ORDER BY c.relname"
)


def page_damage(engine: Engine) -> list[str]:
    """What SQLite's quick_check, or PostgreSQL's amcheck where it is installed, finds wrong."""
    try:
        # As a reader: it must not wait for a writer, nor one for it.
        with engine.execution_options(curbstop_read_only=True).connect() as connection:
            return _postgresql(connection) if engine.dialect.name == "postgresql" else _sqlite(connection)
    except DatabaseError as error:
        return [str(error.orig).splitlines()[0]]


def _sqlite(connection: Connection) -> list[str]:
    found = list(connection.scalars(text(f"PRAGMA quick_check({MOST})")))
    return [] if found == ["ok"] else [str(one) for one in found]


def _postgresql(connection: Connection) -> list[str]:
    if connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")) is None:
        return []
    found = []
    for name, oid in connection.execute(_INDEXES).all():
        part = connection.begin_nested()
        try:
            connection.execute(text("SELECT bt_index_check(CAST(:oid AS oid))"), {"oid": oid})
            part.commit()
        except DatabaseError as error:
            part.rollback()
            found.append(f"{name}: {str(error.orig).splitlines()[0]}")
    return found[:MOST]
