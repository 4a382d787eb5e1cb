"""Many rows of one table at once, past SQLAlchemy: COPY on PostgreSQL, one prepared statement on SQLite.

For loads of thousands of rows. A statement that names every value of them costs PostgreSQL's client more
than the rows cost the server.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import JSON, Column, Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_RESERVE = text("select nextval(pg_get_serial_sequence(:name, :key)) from generate_series(1, :many)")
WORTH_COPYING = 4
"""Rows from which on COPY is quicker than an INSERT for each."""


def reserve_ids(session: Session, model: type[Any], many: int) -> list[int]:
    """Numbers for `many` rows that this transaction is going to insert, ascending."""
    table = cast(Table, model.__table__)
    [key] = table.primary_key
    if session.get_bind().dialect.name == "postgresql":
        return list(session.scalars(_RESERVE, {"name": table.name, "key": key.name, "many": many}))
    # Nobody else can write before this transaction ends.
    last = session.scalar(select(func.coalesce(func.max(key), 0))) or 0
    return list(range(last + 1, last + many + 1))


def insert_all(session: Session, model: type[Any] | Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns into a model's table; other columns take their default.

    Raises sqlalchemy's IntegrityError or DataError like any other INSERT.
    """
    if not rows:
        return
    table = model if isinstance(model, Table) else cast(Table, model.__table__)
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        _insert(connection, table, rows)
    elif len(rows) >= WORTH_COPYING:
        _copy(connection, table, rows)
    else:
        connection.execute(table.insert(), rows)


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """SQLAlchemy would look at every value of every row by its name again."""
    columns, values = _sent(connection, table, rows)
    quote = connection.dialect.identifier_preparer.quote
    names, marks = ", ".join(map(quote, columns)), ", ".join("?" * len(columns))
    # Names of the program's own tables, and as many marks as columns.
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608
    connection.exec_driver_sql(statement, list(values))


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    columns, values = _sent(connection, table, rows)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement.as_string(), None, error, psycopg.Error, dialect=connection.dialect
        ) from error


def _sent(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns that are written, and each row's values as the driver takes them."""
    named = list(rows[0])
    defaults = [column for column in table.columns if column.name not in rows[0] and column.default]
    ready = [(name, _as_sent(table.c[name], connection)) for name in named]
    makers = [(_default_of(column), _as_sent(column, connection)) for column in defaults]

    def values() -> Iterator[tuple[Any, ...]]:
        for row in rows:
            sent = [row[name] if send is None else send(row[name]) for name, send in ready]
            sent += [make() if send is None else send(make()) for make, send in makers]
            yield tuple(sent)

    return named + [column.name for column in defaults], values()


def _as_sent(column: Column[Any], connection: Connection) -> Callable[[Any], Any] | None:
    """How a value of the column becomes one that the driver can send; None: as it is."""
    send = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if send is None:
        return None
    if isinstance(column.type, JSON):
        return _json(send)
    return lambda value: None if value is None else send(value)


def _json(send: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Most lists and objects are empty, and JSON would write a value that is missing as its own null."""
    empty: dict[type[Any], Any] = {list: send([]), dict: send({})}

    def sent(value: Any) -> Any:
        if value is None:
            return None
        return empty[type(value)] if not value and type(value) in empty else send(value)

    return sent


def _default_of(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default.is_callable:
        return lambda: default.arg(None)
    if default.is_scalar:
        return lambda: default.arg
    raise TypeError(f"{column} has a default that only the server can work out")
