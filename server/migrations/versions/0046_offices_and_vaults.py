"""Offices with their kiosks, drop boxes and vaults; a drawer belongs to an office."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

PERSONS = sa.text("kind = 'person'")
OPEN_POINTS = sa.text("kind <> 'person' AND state = 'open'")


def upgrade() -> None:
    _offices()
    _vaults()
    op.add_column("drawer", sa.Column("kind", sa.String(length=40), nullable=False, server_default="person"))
    op.add_column("drawer", sa.Column("office", sa.String(length=20), nullable=False, server_default="main"))
    op.add_column("payment_batch", sa.Column("point", sa.String(length=20), nullable=True))
    op.drop_index("uq_drawer_owner_day", table_name="drawer")
    op.create_index(
        "uq_drawer_owner_day_office",
        "drawer",
        ["owner", "day", "office"],
        unique=True,
        sqlite_where=PERSONS,
        postgresql_where=PERSONS,
    )
    op.create_index(
        "uq_drawer_open_point",
        "drawer",
        ["owner"],
        unique=True,
        sqlite_where=OPEN_POINTS,
        postgresql_where=OPEN_POINTS,
    )
    for guard in (guards.VAULT_TRANSFER, guards.VAULT_COUNT_AT_FIRST):
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _offices() -> None:
    op.create_table(
        "cash_office",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("has_vault", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_cash_office"),
    )
    op.execute(
        "INSERT INTO cash_office (code, name, has_vault, active) VALUES ('main', 'Main office', false, true)"
    )
    op.create_table(
        "collection_point",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["cash_office.code"], name="fk_collection_point_office"),
        sa.PrimaryKeyConstraint("code", name="pk_collection_point"),
    )
    op.create_index("ix_collection_point_office", "collection_point", ["office"])


def _vaults() -> None:
    op.create_table(
        "vault_transfer",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_vault_transfer_amount")),
        sa.CheckConstraint(
            "state = 'asked' OR decided_by IS NOT NULL", name=op.f("ck_vault_transfer_decided")
        ),
        sa.CheckConstraint(
            "state <> 'done' OR decided_by <> asked_by", name=op.f("ck_vault_transfer_two_people")
        ),
        sa.ForeignKeyConstraint(["office"], ["cash_office.code"], name="fk_vault_transfer_office"),
        sa.PrimaryKeyConstraint("id", name="pk_vault_transfer"),
    )
    op.create_index("ix_vault_transfer_office", "vault_transfer", ["office"])
    op.create_index("ix_vault_transfer_subject", "vault_transfer", ["subject"])
    op.create_index("ix_vault_transfer_state", "vault_transfer", ["state", "office"])
    op.create_table(
        "vault_count",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("expected_cents", sa.BigInteger(), nullable=True),
        sa.Column("counted_cents", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["office"], ["cash_office.code"], name="fk_vault_count_office"),
        sa.PrimaryKeyConstraint("id", name="pk_vault_count"),
    )
    op.create_index("ix_vault_count_office", "vault_count", ["office"])
    op.create_index("ix_vault_count_state", "vault_count", ["state", "office"])


def downgrade() -> None:
    op.drop_table("vault_count")
    op.drop_table("vault_transfer")
    op.drop_index("uq_drawer_open_point", table_name="drawer")
    op.drop_index("uq_drawer_owner_day_office", table_name="drawer")
    op.create_index("uq_drawer_owner_day", "drawer", ["owner", "day"], unique=True)
    op.drop_column("payment_batch", "point")
    op.drop_column("drawer", "office")
    op.drop_column("drawer", "kind")
    op.drop_table("collection_point")
    op.drop_table("cash_office")
