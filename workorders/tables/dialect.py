"""Statements below the ORM: upserts, which SQLAlchemy keeps apart by engine, and rows nobody reads back."""

from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def upsert(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into `table` that can say ON CONFLICT, for the session's engine."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def write_row(session: Session, model: type[Any], values: dict[str, Any]) -> Any:
    """Insert one row at once, past the unit of work, and return its primary key's first column.

    For rows that are written for every event and not read back as objects: it costs a third of the ORM's
    way. The caller flushes what the row refers to.
    """
    table = cast(Table, model.__table__)
    key = session.connection().execute(table.insert(), values).inserted_primary_key
    return key[0] if key else None
