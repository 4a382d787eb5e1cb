"""Mail that came back, late fees for billing, debts at an agency, liens."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=null)


def _at(name: str, *, null: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, UtcDateTime(), nullable=null)


def _id(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=null)


def _cents(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    _returned_mail()
    _late_fees()
    _agency()
    _liens()
    for guard in guards.RECOVERY:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _returned_mail() -> None:
    op.create_table(
        "returned_mail",
        _id("id"),
        _id("account_id"),
        _id("notice_id", null=True),
        sa.Column("returned_on", sa.Date(), nullable=False),
        _text("reason", 40),
        _text("new_address", 200, null=True),
        _at("noted_at"),
        _text("noted_by", 80),
        _text("state", 40),
        _text("resolution", 40, null=True),
        _text("note", 200, null=True),
        _id("posted_notice_id", null=True),
        _at("resolved_at", null=True),
        _text("resolved_by", 80, null=True),
        _key("returned_mail", "account_id", "account"),
        _key("returned_mail", "notice_id", "notice"),
        _key("returned_mail", "posted_notice_id", "notice"),
        sa.PrimaryKeyConstraint("id", name="pk_returned_mail"),
    )
    for column in ("account_id", "notice_id", "posted_notice_id", "state"):
        op.create_index(f"ix_returned_mail_{column}", "returned_mail", [column])


def _late_fees() -> None:
    op.create_table(
        "late_fee",
        _id("id"),
        _id("account_id"),
        _text("bill_reference", 40),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        _cents("past_due_cents"),
        _cents("amount_cents"),
        _text("fee_code", 40),
        _at("handed_at"),
        _text("handed_by", 80),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_late_fee_amount")),
        _key("late_fee", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_late_fee"),
        sa.UniqueConstraint("bill_reference", name="uq_late_fee_bill_reference"),
    )
    op.create_index("ix_late_fee_account_id", "late_fee", ["account_id"])


def _agency() -> None:
    op.create_table(
        "agency_placement",
        _id("id"),
        _id("account_id"),
        _text("agency", 80),
        _at("placed_at"),
        _text("placed_by", 80),
        _cents("placed_cents"),
        _cents("told_cents"),
        _at("recalled_at", null=True),
        _text("recalled_by", 80, null=True),
        _text("reason", 200, null=True),
        _key("agency_placement", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_placement"),
    )
    op.create_index("ix_agency_placement_account_id", "agency_placement", ["account_id"])
    op.create_index(
        "uq_agency_placement_open",
        "agency_placement",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("recalled_at IS NULL"),
        postgresql_where=sa.text("recalled_at IS NULL"),
    )
    op.create_table(
        "agency_event",
        _id("id"),
        _id("placement_id"),
        _text("kind", 40),
        _at("at"),
        _text("actor", 80),
        _text("agency", 80),
        _text("account_number", 40),
        _text("customer_name", 200),
        _text("address", 400),
        _text("phone", 40, null=True),
        _text("email", 200, null=True),
        _cents("amount_cents"),
        _key("agency_event", "placement_id", "agency_placement"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_event"),
    )
    op.create_index("ix_agency_event_placement_id", "agency_event", ["placement_id"])


def _liens() -> None:
    op.create_table(
        "lien",
        _id("id"),
        _id("account_id"),
        _id("premise_id"),
        _cents("amount_cents"),
        sa.Column("filed_on", sa.Date(), nullable=False),
        _text("reference", 80),
        _at("noted_at"),
        _text("noted_by", 80),
        sa.Column("released_on", sa.Date(), nullable=True),
        _text("release_reference", 80, null=True),
        _at("released_at", null=True),
        _text("released_by", 80, null=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_lien_amount")),
        _key("lien", "account_id", "account"),
        _key("lien", "premise_id", "premise"),
        sa.PrimaryKeyConstraint("id", name="pk_lien"),
        sa.UniqueConstraint("reference", name="uq_lien_reference"),
    )
    op.create_index("ix_lien_account_id", "lien", ["account_id"])
    op.create_index("ix_lien_premise_id", "lien", ["premise_id"])
    op.create_index("ix_lien_released_on", "lien", ["released_on"])


def downgrade() -> None:
    for name in ("lien", "agency_event", "agency_placement", "late_fee", "returned_mail"):
        op.drop_table(name)
