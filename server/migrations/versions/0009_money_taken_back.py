"""Payments that wait for a second person, and payments taken back."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pending_payment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_pending_payment_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_pending_payment_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pending_payment"),
    )
    op.create_index("ix_pending_payment_account_id", "pending_payment", ["account_id"])
    op.create_index("ix_pending_payment_state", "pending_payment", ["state"])
    op.create_table(
        "payment_reversal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_reversal_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_payment_reversal_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_reversal"),
        sa.UniqueConstraint("source", name="uq_payment_reversal_source"),
    )
    op.create_index("ix_payment_reversal_account_id", "payment_reversal", ["account_id"])
    for guard in (guards.PENDING_PAYMENT, guards.PAYMENT_REVERSAL):
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("payment_reversal")
    op.drop_table("pending_payment")
