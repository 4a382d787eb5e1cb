"""The audit becomes a chain: each line's hash covers the line before."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.policy.audit_chain import BEGINNING, line_hash
from workorders.tables.base import Json, UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LINES = sa.table(
    "admin_change",
    sa.column("id", sa.Integer()),
    sa.column("subject", sa.String()),
    sa.column("at", UtcDateTime()),
    sa.column("actor", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("reason", sa.String()),
    sa.column("changes", Json),
    sa.column("hash", sa.String()),
)
COUNTER = sa.table("counter", sa.column("name", sa.String()), sa.column("value", sa.Integer()))


def upgrade() -> None:
    connection = op.get_bind()
    _unguard(connection.dialect.name)
    op.add_column("admin_change", sa.Column("hash", sa.String(length=64), nullable=False, server_default=""))
    previous, count = BEGINNING, 0
    for row in connection.execute(sa.select(LINES).order_by(LINES.c.id)).all():
        previous = line_hash(
            previous,
            subject=row.subject,
            at=row.at,
            actor=row.actor,
            kind=row.kind,
            reason=row.reason,
            changes=row.changes,
        )
        connection.execute(sa.update(LINES).where(LINES.c.id == row.id).values(hash=previous))
        count += 1
    if count:
        connection.execute(sa.insert(COUNTER).values(name="audit", value=count))
    for statement in guards.table_statements(connection.dialect.name, guards.ADMIN_CHANGE):
        op.execute(statement)


def downgrade() -> None:
    connection = op.get_bind()
    _unguard(connection.dialect.name)
    op.drop_column("admin_change", "hash")
    connection.execute(sa.delete(COUNTER).where(COUNTER.c.name == "audit"))
    for statement in guards.table_statements(connection.dialect.name, guards.ADMIN_CHANGE):
        op.execute(statement)


def _unguard(dialect: str) -> None:
    for act in ("update", "delete", *(() if dialect == "sqlite" else ("truncate",))):
        on = "" if dialect == "sqlite" else " ON admin_change"
        op.execute(f"DROP TRIGGER guard_admin_change_{act}{on}")
