"""Petty cash of an office: its fund, vouchers and what fills it again; its box is counted like a vault."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=null)


def _at(name: str, *, null: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, UtcDateTime(), nullable=null)


def _cents(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}")


def upgrade() -> None:
    _fund()
    _vouchers()
    _transfers()
    op.add_column("vault_count", sa.Column("ledger", sa.String(20), nullable=False, server_default="VAULT"))
    _guard_counts(guards.VAULT_COUNT)
    for guard in guards.PETTY:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _fund() -> None:
    op.create_table(
        "petty_fund",
        _text("office", 20),
        _cents("float_cents"),
        _text("custodian", 80),
        _at("opened_at"),
        _text("opened_by", 80),
        sa.CheckConstraint("float_cents >= 0", name=op.f("ck_petty_fund_float")),
        _key("petty_fund", "office", "cash_office.code"),
        sa.PrimaryKeyConstraint("office", name="pk_petty_fund"),
    )


def _vouchers() -> None:
    op.create_table(
        "petty_voucher",
        _text("id", 20),
        _text("office", 20),
        _text("payee", 80),
        _text("reason", 200),
        _text("account", 20),
        _cents("amount_cents"),
        _text("receipt", 80, null=True),
        sa.Column("second_needed", sa.Boolean(), nullable=False),
        _text("state", 40),
        _at("asked_at"),
        _text("asked_by", 80),
        _at("decided_at", null=True),
        _text("decided_by", 80, null=True),
        _at("returned_at", null=True),
        _text("returned_by", 80, null=True),
        _text("returned_reason", 200, null=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_petty_voucher_amount")),
        sa.CheckConstraint(
            "state = 'asked' OR decided_by IS NOT NULL", name=op.f("ck_petty_voucher_decided")
        ),
        sa.CheckConstraint(
            "state NOT IN ('paid', 'filled', 'returned') OR NOT second_needed OR decided_by <> asked_by",
            name=op.f("ck_petty_voucher_two_people"),
        ),
        sa.CheckConstraint(
            "state <> 'returned' OR returned_by <> asked_by",
            name=op.f("ck_petty_voucher_returned_by_another"),
        ),
        _key("petty_voucher", "office", "petty_fund.office"),
        sa.PrimaryKeyConstraint("id", name="pk_petty_voucher"),
    )
    op.create_index("ix_petty_voucher_office", "petty_voucher", ["office"])
    op.create_index("ix_petty_voucher_asked_at", "petty_voucher", ["asked_at"])
    op.create_index("ix_petty_voucher_state", "petty_voucher", ["state", "office"])


def _transfers() -> None:
    op.create_table(
        "petty_transfer",
        _text("id", 20),
        _text("office", 20),
        _text("kind", 40),
        _cents("amount_cents"),
        _text("subject", 20, null=True),
        _text("state", 40),
        _at("asked_at"),
        _text("asked_by", 80),
        _at("decided_at", null=True),
        _text("decided_by", 80, null=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_petty_transfer_amount")),
        sa.CheckConstraint(
            "state = 'asked' OR decided_by IS NOT NULL", name=op.f("ck_petty_transfer_decided")
        ),
        sa.CheckConstraint(
            "state <> 'done' OR decided_by <> asked_by", name=op.f("ck_petty_transfer_two_people")
        ),
        _key("petty_transfer", "office", "petty_fund.office"),
        sa.PrimaryKeyConstraint("id", name="pk_petty_transfer"),
    )
    op.create_index("ix_petty_transfer_office", "petty_transfer", ["office"])
    op.create_index("ix_petty_transfer_subject", "petty_transfer", ["subject"])
    op.create_index("ix_petty_transfer_decided_at", "petty_transfer", ["decided_at"])
    op.create_index("ix_petty_transfer_state", "petty_transfer", ["state", "office"])
    op.create_table(
        "petty_transfer_voucher",
        _text("transfer_id", 20),
        _text("voucher_id", 20),
        _key("petty_transfer_voucher", "transfer_id", "petty_transfer.id"),
        _key("petty_transfer_voucher", "voucher_id", "petty_voucher.id"),
        sa.PrimaryKeyConstraint("transfer_id", "voucher_id", name="pk_petty_transfer_voucher"),
    )
    op.create_index("ix_petty_transfer_voucher_voucher_id", "petty_transfer_voucher", ["voucher_id"])


def downgrade() -> None:
    for table in ("petty_transfer_voucher", "petty_transfer", "petty_voucher", "petty_fund"):
        op.drop_table(table)
    _guard_counts(guards.VAULT_COUNT_AT_FIRST)
    op.drop_column("vault_count", "ledger")


def _guard_counts(guard: guards.Guard) -> None:
    """Put this guard of counted vaults in the place of the one that is there."""
    dialect = op.get_bind().dialect.name
    for act in ("update", "delete", *(() if dialect == "sqlite" else ("truncate",))):
        op.execute(f"DROP TRIGGER guard_vault_count_{act}{'' if dialect == 'sqlite' else ' ON vault_count'}")
    for statement in guards.table_statements(dialect, guard):
        op.execute(statement)
