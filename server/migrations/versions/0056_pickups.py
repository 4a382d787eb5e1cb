"""Pickups: orders that technicians ask for from the field."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pickup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("found_on", sa.String(length=20), nullable=True),
        sa.Column("service_point_id", sa.Integer(), nullable=True),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_pickup_technician_id_technician")
        ),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_pickup_service_point_id_service_point")
        ),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name=op.f("fk_pickup_order_number_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup")),
        sa.UniqueConstraint("event_id", name=op.f("uq_pickup_event_id")),
    )
    op.create_index(op.f("ix_pickup_technician_id"), "pickup", ["technician_id"])
    op.create_index(op.f("ix_pickup_service_point_id"), "pickup", ["service_point_id"])
    op.create_index(op.f("ix_pickup_order_number"), "pickup", ["order_number"])
    op.create_index("ix_pickup_state", "pickup", ["state", "raised_at"])


def downgrade() -> None:
    op.drop_table("pickup")
