"""What the office did about documents kept aside."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quarantine_decision",
        sa.Column("quarantine_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quarantine_id"], ["quarantine.id"], name="fk_quarantine_decision_quarantine_id"
        ),
        sa.PrimaryKeyConstraint("quarantine_id", name="pk_quarantine_decision"),
    )
    op.create_index("ix_quarantine_decision_decided_at", "quarantine_decision", ["decided_at"])
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.QUARANTINE_DECISION):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("quarantine_decision")
