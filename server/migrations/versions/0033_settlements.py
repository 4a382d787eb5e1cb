"""Payments by web, telephone and card wait for their processor, which pays out in batches."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

WAITING = sa.text(
    "INSERT INTO unsettled_payment (payment_id) SELECT payment.id FROM payment"
    " LEFT JOIN payment_tender ON payment_tender.payment_id = payment.id"
    " WHERE (payment.channel IN ('web', 'phone') OR payment_tender.kind = 'card')"
    " AND payment.id NOT IN (SELECT payment_id FROM drawer_payment)"
    " AND NOT EXISTS (SELECT 1 FROM payment_reversal WHERE payment_reversal.source = 'payment:' || payment.id)"
)


def upgrade() -> None:
    op.create_table(
        "unsettled_payment",
        sa.Column("payment_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_unsettled_payment_payment_id_payment")
        ),
        sa.PrimaryKeyConstraint("payment_id", name="pk_unsettled_payment"),
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("processor", sa.String(length=40), nullable=False),
        sa.Column("batch", sa.String(length=80), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("chargeback_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("fee_cents >= 0 AND chargeback_cents >= 0", name=op.f("ck_settlement_parts")),
        sa.CheckConstraint("gross_cents - fee_cents - chargeback_cents > 0", name=op.f("ck_settlement_net")),
        sa.PrimaryKeyConstraint("id", name="pk_settlement"),
    )
    op.create_index("uq_settlement_batch", "settlement", ["processor", "batch"], unique=True)
    op.create_index("ix_settlement_settled_on", "settlement", ["settled_on"])
    op.create_table(
        "settled_payment",
        sa.Column("payment_id", sa.String(length=40), nullable=False),
        sa.Column("settlement_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_settled_payment_payment_id_payment")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settled_payment_settlement_id_settlement")
        ),
        sa.PrimaryKeyConstraint("payment_id", name="pk_settled_payment"),
    )
    op.create_index("ix_settled_payment_settlement_id", "settled_payment", ["settlement_id"])
    op.create_table(
        "settlement_chargeback",
        sa.Column("reversal_id", sa.String(length=40), nullable=False),
        sa.Column("settlement_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["reversal_id"],
            ["payment_reversal.id"],
            name=op.f("fk_settlement_chargeback_reversal_id_payment_reversal"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["settlement.id"],
            name=op.f("fk_settlement_chargeback_settlement_id_settlement"),
        ),
        sa.PrimaryKeyConstraint("reversal_id", name="pk_settlement_chargeback"),
    )
    op.create_index("ix_settlement_chargeback_settlement_id", "settlement_chargeback", ["settlement_id"])
    for guard in guards.SETTLEMENTS:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)
    op.execute(WAITING)


def downgrade() -> None:
    for table in ("settlement_chargeback", "settled_payment", "settlement", "unsettled_payment"):
        op.drop_table(table)
