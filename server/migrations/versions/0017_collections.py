"""Bills with due dates, notices as they were sent, and the audit of protections."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _bills()
    _notices()
    op.create_table(
        "hold_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_event_hold_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_event")),
    )
    op.create_index("ix_hold_event_hold_id", "hold_event", ["hold_id"])
    op.add_column("customer", sa.Column("language", sa.String(length=8), nullable=True))
    for guard in guards.COLLECTIONS:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _bills() -> None:
    op.create_table(
        "bill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_bill_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bill_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_bill_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("reference", name=op.f("uq_bill_reference")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_bill_entry_id")),
    )
    op.create_index("ix_bill_account_id", "bill", ["account_id"])
    op.create_index("ix_bill_due_on", "bill", ["due_on"])


def _notices() -> None:
    op.create_table(
        "notice_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        sa.Column("mailed_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_batch")),
    )
    op.create_index("ix_notice_batch_day", "notice_batch", ["day"])
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("state", sa.String(length=40), nullable=False, server_default="sent"))
        table.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("language", sa.String(length=8), nullable=False, server_default="en"))
        table.add_column(sa.Column("text", sa.Text(), nullable=True))
        table.add_column(sa.Column("reference", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("returned_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("contacted_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("contact_note", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("returned_by", sa.String(length=80), nullable=True))
        table.add_column(sa.Column("contacted_by", sa.String(length=80), nullable=True))
        table.create_foreign_key("fk_notice_batch_id", "notice_batch", ["batch_id"], ["id"])
        table.create_unique_constraint("uq_notice_reference", ["reference"])
    op.create_index("ix_notice_batch_id", "notice", ["batch_id"])


def downgrade() -> None:
    op.drop_column("customer", "language")
    op.drop_table("hold_event")
    op.drop_index("ix_notice_batch_id", "notice")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint("uq_notice_reference", type_="unique")
        table.drop_constraint("fk_notice_batch_id", type_="foreignkey")
        for column in (
            "contacted_by",
            "returned_by",
            "contact_note",
            "contacted_on",
            "reference",
            "text",
            "language",
        ):
            table.drop_column(column)
        table.drop_column("returned_on")
        table.drop_column("batch_id")
        table.drop_column("state")
    op.drop_table("notice_batch")
    op.drop_table("bill")
