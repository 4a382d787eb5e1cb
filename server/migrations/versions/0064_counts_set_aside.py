"""Counts of a kiosk or drop box may be set aside; whose a drawer is and where it stands stays as it was."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0064"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "count_set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("last_count_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("set_aside_at", UtcDateTime(), nullable=False),
        sa.Column("set_aside_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["last_count_id"], ["cash_count.id"], name=op.f("fk_count_set_aside_last_count_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_set_aside")),
    )
    op.create_index("ix_count_set_aside_subject", "count_set_aside", ["subject"])
    op.create_index("ix_count_set_aside_last_count_id", "count_set_aside", ["last_count_id"])
    op.create_index("ix_vault_transfer_decided_at", "vault_transfer", ["decided_at"])
    op.create_index("ix_vault_count_closed_at", "vault_count", ["closed_at"])
    _guard_drawers(guards.DRAWER)
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.COUNT_SET_ASIDE):
        op.execute(statement)


def downgrade() -> None:
    _guard_drawers(guards.DRAWER_AT_FIRST)
    op.drop_index("ix_vault_count_closed_at", table_name="vault_count")
    op.drop_index("ix_vault_transfer_decided_at", table_name="vault_transfer")
    op.drop_table("count_set_aside")


def _guard_drawers(guard: guards.Guard) -> None:
    """Put this guard of drawers in the place of the one that is there."""
    dialect = op.get_bind().dialect.name
    for act in ("update", "delete", *(() if dialect == "sqlite" else ("truncate",))):
        op.execute(f"DROP TRIGGER guard_drawer_{act}{'' if dialect == 'sqlite' else ' ON drawer'}")
    for statement in guards.table_statements(dialect, guard):
        op.execute(statement)
