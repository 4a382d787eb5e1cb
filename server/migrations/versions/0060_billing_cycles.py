"""Billing cycles, the premises in them, and the days of a year."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0060"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_billing_cycle"),
        sa.UniqueConstraint("code", name="uq_billing_cycle_code"),
    )
    op.create_table(
        "cycle_premise",
        sa.Column("premise_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["premise_id"], ["premise.id"], name="fk_cycle_premise_premise_id"),
        sa.ForeignKeyConstraint(["cycle_id"], ["billing_cycle.id"], name="fk_cycle_premise_cycle_id"),
        sa.PrimaryKeyConstraint("premise_id", name="pk_cycle_premise"),
    )
    op.create_index("ix_cycle_premise_cycle_id", "cycle_premise", ["cycle_id"])
    op.create_table(
        "cycle_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("bill_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["billing_cycle.id"], name="fk_cycle_period_cycle_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cycle_period"),
    )
    op.create_index("ix_cycle_period_cycle_id", "cycle_period", ["cycle_id"])
    op.create_index("ix_cycle_period_due_on", "cycle_period", ["due_on"])
    op.create_index("uq_cycle_period", "cycle_period", ["cycle_id", "year", "number"], unique=True)
    op.create_table(
        "cycle_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("done_note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["period_id"], ["cycle_period.id"], name="fk_cycle_step_period_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cycle_step"),
    )
    op.create_index("ix_cycle_step_period_id", "cycle_step", ["period_id"])
    op.create_index("uq_cycle_step", "cycle_step", ["period_id", "kind"], unique=True)
    op.create_index("ix_cycle_step_open", "cycle_step", ["done_at", "on_day"])


def downgrade() -> None:
    for name in ("cycle_step", "cycle_period", "cycle_premise", "billing_cycle"):
        op.drop_table(name)
