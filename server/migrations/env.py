"""What Alembic runs: one connection, given by server.migrate, on SQLite or PostgreSQL."""

from typing import Any

from alembic import context
from sqlalchemy import JSON

from server.migrate import TARGETS
from workorders.tables import search_ends
from workorders.tables.base import UtcDateTime, Wkb

config = context.config


def belongs(_object: Any, name: str | None, type_: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave out what PostGIS keeps for itself and what migrations write by hand (R*Trees, GiST, SQL)."""
    name = name or ""
    if type_ == "table":
        return name != "spatial_ref_sys" and "_rtree" not in name and "_fts" not in name
    return not (type_ == "index" and (name in search_ends.INDEXES or name.endswith(("_gist", "_fts"))))


def rendered(type_: str, value: Any, autogen: Any) -> Any:
    """How the domain's own column types are written into a migration."""
    if type_ != "type":
        return False
    if isinstance(value, Wkb):
        autogen.imports.add("from workorders.tables.base import geo")
        return f"geo({value.kind!r})"
    if isinstance(value, UtcDateTime):
        autogen.imports.add("from workorders.tables.base import UtcDateTime")
        return "UtcDateTime()"
    if isinstance(value, JSON):
        autogen.imports.add("from workorders.tables.base import Json")
        return "Json"
    return False


connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=TARGETS,
    include_object=belongs,
    render_item=rendered,
    compare_type=True,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
