"""Statements below the ORM: upserts, which SQLAlchemy keeps apart by engine, and rows nobody reads back."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def upsert(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into `table` that can say ON CONFLICT, for the session's engine."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def locks_rows(session: Session) -> bool:
    """Whether a row can be locked; SQLite's writer has the whole file, and asking for a row locks nothing."""
    return session.get_bind().dialect.name == "postgresql"


def write_row(session: Session, model: type[Any], values: dict[str, Any]) -> Any:
    """Insert one row at once, past the unit of work, and return its primary key's first column.

    For rows that are written for every event and not read back as objects: it costs a third of the ORM's
    way. The caller flushes what the row refers to.
    """
    key = session.connection().execute(_insert_into(model.__table__), values).inserted_primary_key
    return key[0] if key else None


@cache
def _insert_into(table: Table) -> Insert:
    return table.insert()
