"""Statements as they were sent, explained by the engine itself: does one read a whole large table?"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, event, func, select, table, text

LARGE = 5_000
"""A table with more rows is one that grows with the district."""
OURS = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", re.IGNORECASE)
_ALIAS = re.compile(r'(?:FROM|JOIN|,)\s+"?(\w+)"?\s+AS\s+"?(\w+)"?', re.IGNORECASE)
_TURN = count()
_SCAN = re.compile(r"^SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?")


@dataclass(slots=True)
class Recorder:
    """Every statement since the last `clear`, with its parameters."""

    sent: list[tuple[str, Any]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what was sent."""
        self.sent = []


@contextmanager
def recorded(engine: Engine) -> Iterator[Recorder]:
    """Record what an engine sends, the engine's own transaction statements left out."""
    recorder = Recorder()

    def note(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        if OURS.match(statement):
            recorder.sent.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield recorder
    event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True, slots=True)
class Checker:
    """Says which large tables a statement reads from end to end."""

    large: frozenset[str]
    partial: frozenset[str]
    """Indexes over a part of a table: what waits, what is open. Reading one whole is reading little."""

    @classmethod
    def of(cls, connection: Connection) -> "Checker":
        """What is large in this database now. PostgreSQL's figures are those of its last ANALYZE."""
        if connection.dialect.name == "sqlite":
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
            own = [name for name in names if not name.startswith("sqlite_") and "_fts" not in name]
            counts = {
                name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in own
            }
            partial = text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        else:
            rows = connection.execute(text("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'"))
            counts = {row.relname: row.reltuples for row in rows}
            partial = text("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        large = frozenset(name for name, many in counts.items() if many > LARGE)
        return cls(large, frozenset(connection.scalars(partial).all()))

    def scanned(self, connection: Connection, statement: str, parameters: Any) -> set[str]:
        """Large tables that the engine would read whole to answer the statement; nothing is executed."""
        if connection.dialect.name == "sqlite":
            return self._sqlite(connection, statement, parameters)
        # What is asked is whether there is a way that does not grow with the district. At any one size the
        # cheapest way may still be to read a table of some hundred pages whole.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        [top] = json.loads(plan) if isinstance(plan, str) else plan
        return set(self._postgresql(top["Plan"], stops=False))

    def _sqlite(self, connection: Connection, statement: str, parameters: Any) -> set[str]:
        # The driver keeps a prepared EXPLAIN, which never looks whether the schema has changed since.
        asked = f"EXPLAIN QUERY PLAN /* {next(_TURN)} */ {statement}"
        rows = connection.exec_driver_sql(asked, parameters).all()
        names = {alias: name for name, alias in _ALIAS.findall(statement)}
        sorts = any("TEMP B-TREE" in row[3] for row in rows)
        # The first rows of an index in its order, nothing left out, are few however many there are.
        few = "LIMIT" in statement and not sorts and "WHERE" not in statement
        found = set()
        for row in rows:
            match = _SCAN.match(row[3])
            if match is None or "VIRTUAL TABLE" in row[3] or few:
                continue
            name = names.get(match[1], match[1])
            if name in self.large and match[2] not in self.partial:
                found.add(name)
        return found

    def _postgresql(self, plan: dict[str, Any], *, stops: bool) -> Iterator[str]:
        kind = plan["Node Type"]
        whole = kind in {"Seq Scan", "Index Scan", "Index Only Scan"} and "Index Cond" not in plan
        name = plan.get("Relation Name", "")
        few = plan.get("Index Name") in self.partial or (stops and "Filter" not in plan)
        if whole and name in self.large and not few:
            yield name
        # What sorts or sums up reads everything before it answers; the rest stops with the limit above it.
        if kind == "Limit":
            stops = True
        elif kind in {"Sort", "Aggregate", "Hash", "HashAggregate", "WindowAgg", "ModifyTable", "Hash Join"}:
            stops = False
        for below in plan.get("Plans", ()):
            yield from self._postgresql(below, stops=stops)
