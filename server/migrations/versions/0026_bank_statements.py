"""Bank statements: the files that were taken in, and their lines about deposits."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CREDITED = sa.text("kind = 'deposit' AND deposit_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("new_lines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("source", name=op.f("uq_bank_statement_source")),
    )
    op.create_index(op.f("ix_bank_statement_last_day"), "bank_statement", ["last_day"])
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("bank_reference", sa.String(length=80), nullable=True),
        sa.Column("bank_account", sa.String(length=40), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deposit_id", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_bank_line_amount")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id_bank_statement")
        ),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_bank_line_deposit_id_deposit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_line_key")),
    )
    for column in ("statement_id", "posted_on", "state", "deposit_id"):
        op.create_index(op.f(f"ix_bank_line_{column}"), "bank_line", [column])
    op.create_index(
        "uq_bank_line_deposit",
        "bank_line",
        ["deposit_id"],
        unique=True,
        sqlite_where=CREDITED,
        postgresql_where=CREDITED,
    )
    for guard in guards.BANK_STATEMENTS:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("bank_line")
    op.drop_table("bank_statement")
