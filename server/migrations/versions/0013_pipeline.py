"""Waits and reasons of what could not be published or ingested; balances of shared ledgers are not cached."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("outbox", "ingest_checkpoint"):
        op.add_column(table, sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("last_error", sa.String(length=40), nullable=True))
        op.add_column(table, sa.Column("failed_at", UtcDateTime(), nullable=True))
        op.add_column(table, sa.Column("next_try_at", UtcDateTime(), nullable=True))
    op.add_column("outbox", sa.Column("set_aside_at", UtcDateTime(), nullable=True))
    op.add_column("outbox", sa.Column("set_aside_by", sa.String(length=80), nullable=True))
    op.create_index("ix_outbox_subject", "outbox", ["technician_id", "topic", "key"])
    op.create_table(
        "worker_loop",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ran_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last_error", sa.String(length=80), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_loop")),
    )
    # Every writer queued on the one row of a ledger that names no customer or technician.
    op.execute("DELETE FROM ledger_balance WHERE party = ''")


def downgrade() -> None:
    op.execute(
        "INSERT INTO ledger_balance (ledger, party, amount_cents)"
        " SELECT ledger, party, SUM(amount_cents) FROM posting"
        " WHERE party = '' GROUP BY ledger, party"
    )
    op.drop_table("worker_loop")
    op.drop_index("ix_outbox_subject", table_name="outbox")
    op.drop_column("outbox", "set_aside_by")
    op.drop_column("outbox", "set_aside_at")
    for table in ("ingest_checkpoint", "outbox"):
        for column in ("next_try_at", "failed_at", "last_error", "failures"):
            op.drop_column(table, column)
