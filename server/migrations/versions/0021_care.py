"""Changes of customers and premises, notes with call-backs, programs, and adjustments of accounts."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=null)


def _at(name: str, *, null: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, UtcDateTime(), nullable=null)


def _account(table: str, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["account.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "record_change",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("subject", 40),
        _at("at"),
        _text("actor", 80),
        _text("reason", 200),
        sa.Column("changes", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_change"),
    )
    op.create_index("ix_record_change_subject", "record_change", ["subject"])
    op.create_table(
        "account_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _at("at"),
        _text("actor", 80),
        _text("kind", 40),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("call_back_on", sa.Date(), nullable=True),
        _at("done_at", null=True),
        _text("done_by", 80, null=True),
        _text("outcome", 200, null=True),
        _account("account_note"),
        sa.PrimaryKeyConstraint("id", name="pk_account_note"),
    )
    op.create_index("ix_account_note_account_id", "account_note", ["account_id"])
    op.create_index("ix_account_note_call_back_on", "account_note", ["call_back_on"])
    _enrollments()
    _adjustments()
    for guard in guards.CARE:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _enrollments() -> None:
    op.create_table(
        "enrollment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _text("kind", 40),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        _text("reason", 200),
        _text("evidence", 200, null=True),
        _at("added_at"),
        _text("added_by", 80),
        _at("ended_at", null=True),
        _text("ended_by", 80, null=True),
        _text("end_reason", 200, null=True),
        _account("enrollment"),
        sa.PrimaryKeyConstraint("id", name="pk_enrollment"),
    )
    op.create_index("ix_enrollment_account_id", "enrollment", ["account_id"])
    op.create_index("ix_enrollment_kind", "enrollment", ["kind"])


def _adjustments() -> None:
    op.create_table(
        "adjustment",
        _text("id", 40),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("to_account_id", sa.Integer(), nullable=True),
        _text("kind", 40),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        _text("reason", 200),
        _text("evidence", 200, null=True),
        _text("state", 40),
        _at("requested_at"),
        _text("requested_by", 80),
        _at("decided_at", null=True),
        _text("decided_by", 80, null=True),
        _text("decision", 200, null=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_adjustment_amount")),
        _account("adjustment"),
        _account("adjustment", "to_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_adjustment"),
    )
    op.create_index("ix_adjustment_account_id", "adjustment", ["account_id"])
    op.create_index("ix_adjustment_state", "adjustment", ["state"])


def downgrade() -> None:
    for name in ("adjustment", "enrollment", "account_note", "record_change"):
        op.drop_table(name)
