"""Links by which a customer sees how a visit stands."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name="fk_visit_link_order_number_work_order"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit_link"),
        sa.UniqueConstraint("key", name="uq_visit_link_key"),
    )
    op.create_index("ix_visit_link_order_number", "visit_link", ["order_number"])


def downgrade() -> None:
    op.drop_table("visit_link")
