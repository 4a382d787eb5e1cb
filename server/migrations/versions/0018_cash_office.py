"""The cash office: turn-ins, drawers, counts, signatures, deposits and why a receipt number is missing."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _turn_ins()
    _counts()
    _drawers()
    _deposits()
    for guard in (*guards.CASH_OFFICE, guards.DRAWER_AT_FIRST):
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def downgrade() -> None:
    for name in (
        "deposit_correction",
        "deposit_item",
        "deposit",
        "drawer_payment",
        "drawer_move",
        "drawer",
        "receipt_explanation",
        "cash_signature",
        "cash_count",
        "turn_in_receipt",
        "turn_in",
    ):
        op.drop_table(name)


def _text(name: str, length: int, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=null)


def _cents(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _at(name: str, *, null: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, UtcDateTime(), nullable=null)


def _turn_ins() -> None:
    op.create_table(
        "turn_in",
        _text("id", 20),
        _text("kind", 40),
        _text("technician_id", 20),
        _text("device_id", 40, null=True),
        _text("state", 40),
        _at("opened_at"),
        _text("opened_by", 80),
        _cents("expected_cents"),
        _cents("counted_cents", null=True),
        _text("reason", 200, null=True),
        _at("closed_at", null=True),
        _text("closed_by", 80, null=True),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name="fk_turn_in_technician_id"),
        sa.PrimaryKeyConstraint("id", name="pk_turn_in"),
    )
    op.create_index("ix_turn_in_technician_id", "turn_in", ["technician_id"])
    op.create_index("ix_turn_in_state", "turn_in", ["state"])
    op.create_index("ix_turn_in_closed_at", "turn_in", ["closed_at"])
    op.create_table(
        "turn_in_receipt",
        _text("turn_in_id", 20),
        _text("receipt_number", 40),
        _cents("amount_cents"),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["turn_in_id"], ["turn_in.id"], name="fk_turn_in_receipt_turn_in_id"),
        sa.ForeignKeyConstraint(
            ["receipt_number"], ["receipt.number"], name="fk_turn_in_receipt_receipt_number"
        ),
        sa.PrimaryKeyConstraint("turn_in_id", "receipt_number", name="pk_turn_in_receipt"),
    )
    op.create_index(
        "uq_turn_in_receipt_standing",
        "turn_in_receipt",
        ["receipt_number"],
        unique=True,
        sqlite_where=sa.text("released = 0"),
        postgresql_where=sa.text("NOT released"),
    )


def _counts() -> None:
    op.create_table(
        "cash_count",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("subject", 20),
        _text("counted_by", 80),
        _at("counted_at"),
        sa.Column("cash", Json, nullable=False),
        sa.Column("items", Json, nullable=False),
        _cents("cash_cents"),
        _cents("items_cents"),
        sa.PrimaryKeyConstraint("id", name="pk_cash_count"),
    )
    op.create_index("ix_cash_count_subject", "cash_count", ["subject"])
    op.create_table(
        "cash_signature",
        _text("subject", 20),
        _text("signed_by", 80),
        _at("signed_at"),
        sa.Column("as_supervisor", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "signed_by", name="pk_cash_signature"),
    )
    op.create_table(
        "receipt_explanation",
        _text("number", 40),
        _text("reason", 200),
        _at("explained_at"),
        _text("explained_by", 80),
        sa.PrimaryKeyConstraint("number", name="pk_receipt_explanation"),
    )


def _drawers() -> None:
    op.create_table(
        "drawer",
        _text("id", 20),
        _text("owner", 80),
        sa.Column("day", sa.Date(), nullable=False),
        _cents("float_cents"),
        _text("state", 40),
        _at("opened_at"),
        _cents("expected_cents", null=True),
        _cents("counted_cents", null=True),
        _text("reason", 200, null=True),
        _at("closed_at", null=True),
        _text("closed_by", 80, null=True),
        sa.CheckConstraint("float_cents >= 0", name=op.f("ck_drawer_float")),
        sa.PrimaryKeyConstraint("id", name="pk_drawer"),
    )
    op.create_index("uq_drawer_owner_day", "drawer", ["owner", "day"], unique=True)
    for column in ("day", "state", "closed_at"):
        op.create_index(f"ix_drawer_{column}", "drawer", [column])
    op.create_table(
        "drawer_move",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("drawer_id", 20),
        _cents("amount_cents"),
        _text("reason", 200),
        _at("moved_at"),
        _text("moved_by", 80),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_drawer_move_amount")),
        sa.ForeignKeyConstraint(["drawer_id"], ["drawer.id"], name="fk_drawer_move_drawer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drawer_move"),
    )
    op.create_index("ix_drawer_move_drawer_id", "drawer_move", ["drawer_id"])
    op.create_table(
        "drawer_payment",
        _text("payment_id", 40),
        _text("drawer_id", 20),
        _text("method", 40),
        sa.ForeignKeyConstraint(["drawer_id"], ["drawer.id"], name="fk_drawer_payment_drawer_id"),
        sa.PrimaryKeyConstraint("payment_id", name="pk_drawer_payment"),
    )
    op.create_index("ix_drawer_payment_drawer_id", "drawer_payment", ["drawer_id"])


def _deposits() -> None:
    op.create_table(
        "deposit",
        _text("id", 20),
        sa.Column("day", sa.Date(), nullable=False),
        _at("made_at"),
        _text("made_by", 80),
        _cents("cash_cents"),
        _cents("items_cents"),
        sa.CheckConstraint("cash_cents + items_cents > 0", name=op.f("ck_deposit_amount")),
        sa.PrimaryKeyConstraint("id", name="pk_deposit"),
    )
    op.create_index("ix_deposit_day", "deposit", ["day"])
    op.create_table(
        "deposit_item",
        _text("subject", 20),
        _text("deposit_id", 20),
        _cents("cash_cents"),
        _cents("items_cents"),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name="fk_deposit_item_deposit_id"),
        sa.PrimaryKeyConstraint("subject", name="pk_deposit_item"),
    )
    op.create_index("ix_deposit_item_deposit_id", "deposit_item", ["deposit_id"])
    op.create_table(
        "deposit_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("deposit_id", 20),
        _cents("bank_cents"),
        _cents("difference_cents"),
        _text("reason", 200),
        _at("corrected_at"),
        _text("corrected_by", 80),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name="fk_deposit_correction_deposit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deposit_correction"),
    )
    op.create_index("ix_deposit_correction_deposit_id", "deposit_correction", ["deposit_id"])
