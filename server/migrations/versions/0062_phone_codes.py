"""Release and recall codes by telephone: a secret for each assignment, and the codes that were given."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_secret",
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_number"], ["work_order.number"], name="fk_code_secret_order_number"),
        sa.PrimaryKeyConstraint("order_number", "epoch", name="pk_code_secret"),
    )
    op.create_table(
        "phone_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("used_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["order_number"], ["work_order.number"], name="fk_phone_code_order_number"),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name="fk_phone_code_technician_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_code"),
        sa.UniqueConstraint("used_by", name="uq_phone_code_used_by"),
    )
    op.create_index("uq_phone_code", "phone_code", ["order_number", "epoch", "kind", "counter"], unique=True)
    for column in ("technician_id", "given_at", "digest"):
        op.create_index(f"ix_phone_code_{column}", "phone_code", [column])


def downgrade() -> None:
    op.drop_table("phone_code")
    op.drop_table("code_secret")
