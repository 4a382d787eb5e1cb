"""Spatial indexes of the domain's tables: GiST on PostgreSQL, R*Tree tables kept by triggers on SQLite.

The triggers call `curbstop_bound`, a function that `register_functions` gives every SQLite connection of
the program, so that no writer can forget the index; a connection without it fails aloud.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import shapely


@dataclass(frozen=True, slots=True)
class Indexed:
    """A table with an integer `id` and one geometry column."""

    table: str
    column: str
    geography: bool = False
    """Also index metres: `geom::geography` does not use a geometry's index."""


INDEXED = (Indexed("premise", "position", geography=True), Indexed("zone", "area"))


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a SQLite connection the function that the index triggers call."""
    connection.create_function("curbstop_bound", 2, _bound, deterministic=True)


def _bound(wkb: bytes, which: int) -> float:
    return float(shapely.from_wkb(wkb).bounds[which])


def create_statements(dialect: str) -> list[str]:
    """DDL that makes every spatial index, for `sqlite` or `postgresql`."""
    return [s for of in INDEXED for s in (_sqlite(of) if dialect == "sqlite" else _postgresql(of))]


def drop_statements(dialect: str) -> list[str]:
    """DDL that takes them away again."""
    if dialect == "sqlite":
        drops = []
        for of in INDEXED:
            drops += [
                f"DROP TRIGGER IF EXISTS {of.table}_rtree_{act}" for act in ("insert", "update", "delete")
            ]
            drops.append(f"DROP TABLE IF EXISTS {of.table}_rtree")
        return drops
    return [
        f"DROP INDEX IF EXISTS ix_{of.table}_{of.column}{kind}_gist"
        for of in INDEXED
        for kind in (("", "_geography") if of.geography else ("",))
    ]


def _postgresql(of: Indexed) -> Iterator[str]:
    yield f"CREATE INDEX ix_{of.table}_{of.column}_gist ON {of.table} USING gist ({of.column})"
    if of.geography:
        yield (
            f"CREATE INDEX ix_{of.table}_{of.column}_geography_gist "
            f"ON {of.table} USING gist (({of.column}::geography))"
        )


def _sqlite(of: Indexed) -> Iterator[str]:
    new = ", ".join(f"curbstop_bound(NEW.{of.column}, {i})" for i in (0, 2, 1, 3))
    insert = f"INSERT INTO {of.table}_rtree (id, minx, maxx, miny, maxy) VALUES (NEW.id, {new})"  # noqa: S608 - our names
    delete = f"DELETE FROM {of.table}_rtree WHERE id = OLD.id"  # noqa: S608 - our names
    yield f"CREATE VIRTUAL TABLE {of.table}_rtree USING rtree (id, minx, maxx, miny, maxy)"
    yield f"CREATE TRIGGER {of.table}_rtree_insert AFTER INSERT ON {of.table} BEGIN {insert}; END"
    yield (
        f"CREATE TRIGGER {of.table}_rtree_update AFTER UPDATE OF {of.column} ON {of.table} "
        f"BEGIN {delete}; {insert}; END"
    )
    yield f"CREATE TRIGGER {of.table}_rtree_delete AFTER DELETE ON {of.table} BEGIN {delete}; END"
