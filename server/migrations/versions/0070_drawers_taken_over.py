"""A supervisor takes over a drawer whose owner does not come back."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drawer_taken_over",
        sa.Column("drawer_id", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["drawer_id"], ["drawer.id"], name=op.f("fk_drawer_taken_over_drawer_id")),
        sa.PrimaryKeyConstraint("drawer_id", name=op.f("pk_drawer_taken_over")),
    )
    op.create_index("ix_drawer_taken_over_taken_at", "drawer_taken_over", ["taken_at"])
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.DRAWER_TAKEN_OVER):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("drawer_taken_over")
