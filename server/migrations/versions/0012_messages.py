"""Messages as codes with parameters instead of English text; what was written before reads as it was written."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REPLACED = (
    ("journal_entry", "words", "code", "params"),
    ("field_event", "words", "ack_code", "ack_params"),
    ("quarantine_decision", "words", "code", "params"),
    ("plan_run", "words", "code", "params"),
    ("work_order", "cancel_reason", "cancel_code", "cancel_params"),
    ("assignment", "end_reason", "end_code", "end_params"),
)
"""Table, its column of English text, and the columns of the message that takes its place."""
MAY_BE_SILENT = ("plan_run", "work_order", "assignment")
"""Tables whose rows may have nothing to say: no code then."""
WIDTHS = {
    "journal_entry": sa.String(200),
    "work_order": sa.String(200),
    "assignment": sa.String(200),
}
"""Of the text columns; Text elsewhere."""


def upgrade() -> None:
    _unguard()
    for table, text, code, params in REPLACED:
        silent = table in MAY_BE_SILENT
        default = None if silent else "text"
        op.add_column(table, sa.Column(code, sa.String(40), nullable=silent, server_default=default))
        op.add_column(table, sa.Column(params, Json, nullable=False, server_default="{}"))
        op.execute(
            f"UPDATE {table} SET {code} = 'text', {params} = {_object(text)} "  # noqa: S608 - our own names
            f"WHERE {text} IS NOT NULL AND {text} <> ''"
        )
        op.drop_column(table, text)
    op.add_column("quarantine", sa.Column("params", Json, nullable=False, server_default="{}"))
    op.execute(f"UPDATE quarantine SET params = {_object('reason')}")  # noqa: S608 - as above
    op.drop_column("quarantine", "reason")
    op.add_column("work_order", sa.Column("task_code", sa.String(40), nullable=True))
    op.add_column("work_order", sa.Column("task_params", Json, nullable=False, server_default="{}"))
    op.add_column("exception_case", sa.Column("decision_code", sa.String(40), nullable=True))
    _rewrite("exception_case", "detail", _case, beside="words")
    op.drop_column("exception_case", "words")
    _rewrite("cut_authority", "evidence", _spoken)
    _guard()


def downgrade() -> None:
    """A message with a code goes back as the bare code: its sentence is the program's."""
    _unguard()
    op.add_column("exception_case", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    op.execute(f"UPDATE exception_case SET words = COALESCE({_text_of('detail')}, code)")  # noqa: S608
    _rewrite("exception_case", "detail", _case_before)
    _rewrite("cut_authority", "evidence", _written)
    op.drop_column("exception_case", "decision_code")
    op.drop_column("work_order", "task_params")
    op.drop_column("work_order", "task_code")
    op.add_column("quarantine", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.execute(f"UPDATE quarantine SET reason = COALESCE({_text_of('params')}, code)")  # noqa: S608
    op.drop_column("quarantine", "params")
    for table, text, code, params in reversed(REPLACED):
        kind = WIDTHS.get(table, sa.Text())
        may_be_null = table in ("work_order", "assignment")
        default = None if may_be_null else ""
        op.add_column(table, sa.Column(text, kind, nullable=may_be_null, server_default=default))
        op.execute(
            f"UPDATE {table} SET {text} = COALESCE({_text_of(params)}, {code}) "  # noqa: S608
            f"WHERE {code} IS NOT NULL"
        )
        op.drop_column(table, params)
        op.drop_column(table, code)
    _guard()


def _sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _object(column: str) -> str:
    return f"{'json_object' if _sqlite() else 'jsonb_build_object'}('text', {column})"


def _text_of(column: str) -> str:
    return f"json_extract({column}, '$.text')" if _sqlite() else f"{column} ->> 'text'"


def _rewrite(table: str, column: str, change: Any, *, beside: str | None = None) -> None:
    """Change the JSON of every row; `change` also gets the text of the column `beside`."""
    columns = [sa.column("id"), sa.column(column, Json), *([sa.column(beside)] if beside else [])]
    rows = sa.table(table, *columns)
    connection = op.get_bind()
    for row in connection.execute(sa.select(*columns).select_from(rows)).all():
        if row[1] is not None:
            connection.execute(sa.update(rows).where(rows.c.id == row[0]).values({column: change(*row[1:])}))


def _case(detail: dict[str, Any], words: str) -> dict[str, Any]:
    then = {"then": [_spoken(one) for one in detail["then"]]} if "then" in detail else {}
    return detail | {"text": words} | then


def _spoken(kept: Any) -> Any:
    """JSON in which every English text became a message: of a consequence, a verdict on a cut."""
    if isinstance(kept, list):
        return [_spoken(one) for one in kept]
    if not isinstance(kept, dict):
        return kept
    made = {name: _spoken(value) for name, value in kept.items() if name != "words"}
    if kept.get("do") == "Recall":
        made["reason"] = _message(kept["reason"])
    elif kept.get("do") == "OpenException":
        made["detail"] = dict(kept["detail"]) | {"text": kept["words"]}
    elif "words" in kept and "message" not in kept:
        message = _message(kept["words"])
        made["message"] = message
    return made


def _case_before(detail: dict[str, Any]) -> dict[str, Any]:
    then = {"then": [_written(one) for one in detail["then"]]} if "then" in detail else {}
    return {name: value for name, value in detail.items() if name != "text"} | then


def _written(kept: Any) -> Any:
    """What `_spoken` read: JSON whose messages are English text, a bare code where there is none.

    A verdict keeps its message beside the text, for the next upgrade; the fields of a consequence are counted.
    """
    if isinstance(kept, list):
        return [_written(one) for one in kept]
    if not isinstance(kept, dict):
        return kept
    made = {name: _written(v) for name, v in kept.items() if name != "message" or "do" not in kept}
    if kept.get("do") == "Recall":
        made["reason"] = _text(kept["reason"])
    elif kept.get("do") == "OpenException":
        made["detail"] = {name: value for name, value in kept["detail"].items() if name != "text"}
        made["words"] = kept["detail"].get("text", kept["code"])
    elif "message" in kept:
        made["words"] = _text(kept["message"])
    return made


def _text(message: dict[str, Any]) -> str:
    return str(message["params"].get("text", message["code"]))


def _message(text: str) -> dict[str, Any]:
    return {"code": "text", "params": {"text": text}}


def _unguard() -> None:
    for statement in guards.drop_statements(op.get_bind().dialect.name):
        op.execute(statement)


def _guard() -> None:
    dialect = op.get_bind().dialect.name
    for statement in guards.create_statements(dialect):
        op.execute(statement)
    for guard in guards.LATER:
        for statement in guards.table_statements(dialect, guard):
            op.execute(statement)
