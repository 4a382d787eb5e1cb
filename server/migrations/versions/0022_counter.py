"""The counter: receipts with their tenders, and batches keyed with control totals."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_batch",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("control_count", sa.Integer(), nullable=False),
        sa.Column("control_cents", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("control_count > 0 AND control_cents > 0", name=op.f("ck_payment_batch_control")),
        sa.PrimaryKeyConstraint("id", name="pk_payment_batch"),
    )
    op.create_index("ix_payment_batch_state", "payment_batch", ["state"])
    op.create_table(
        "counter_receipt",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("tendered_cents", sa.BigInteger(), nullable=False),
        sa.Column("change_cents", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("batch_id", sa.String(length=20), nullable=True),
        sa.CheckConstraint("amount_cents > 0 AND change_cents >= 0", name=op.f("ck_counter_receipt_amount")),
        sa.CheckConstraint(
            "tendered_cents = amount_cents + change_cents", name=op.f("ck_counter_receipt_change")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_counter_receipt_account_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["payment_batch.id"], name="fk_counter_receipt_batch_id"),
        sa.PrimaryKeyConstraint("number", name="pk_counter_receipt"),
        sa.UniqueConstraint("request_id", name="uq_counter_receipt_request_id"),
    )
    op.create_index("ix_counter_receipt_account_id", "counter_receipt", ["account_id"])
    op.create_index("ix_counter_receipt_batch_id", "counter_receipt", ["batch_id"])
    op.create_index("ix_counter_receipt_issued", "counter_receipt", ["issued_at", "number"])
    op.create_table(
        "payment_tender",
        sa.Column("payment_id", sa.String(length=40), nullable=False),
        sa.Column("receipt_number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt_number"], ["counter_receipt.number"], name="fk_payment_tender_receipt_number"
        ),
        sa.PrimaryKeyConstraint("payment_id", name="pk_payment_tender"),
    )
    op.create_index("ix_payment_tender_receipt_number", "payment_tender", ["receipt_number"])
    for guard in guards.COUNTER:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def downgrade() -> None:
    for name in ("payment_tender", "counter_receipt", "payment_batch"):
        op.drop_table(name)
