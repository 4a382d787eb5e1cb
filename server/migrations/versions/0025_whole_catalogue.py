"""The whole catalogue: door tags that an order posts, and the register of backflow assemblies."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime, geo

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backflow_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("make", sa.String(length=60), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("position", geo("POINT"), nullable=True),
        sa.Column("located_at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("test_due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_point_id"],
            ["service_point.id"],
            name=op.f("fk_backflow_device_service_point_id_service_point"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backflow_device")),
    )
    op.create_index(op.f("ix_backflow_device_service_point_id"), "backflow_device", ["service_point_id"])
    op.create_index(op.f("ix_backflow_device_test_due_on"), "backflow_device", ["test_due_on"])
    op.create_index("uq_backflow_device", "backflow_device", ["service_point_id", "serial"], unique=True)
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("order_number", sa.String(length=20), nullable=True))
        table.create_index(op.f("ix_notice_order_number"), ["order_number"])
        table.create_foreign_key(
            op.f("fk_notice_order_number_work_order"), "work_order", ["order_number"], ["number"]
        )


def downgrade() -> None:
    with op.batch_alter_table("notice") as table:
        table.drop_constraint(op.f("fk_notice_order_number_work_order"), type_="foreignkey")
        table.drop_index(op.f("ix_notice_order_number"))
        table.drop_column("order_number")
    op.drop_table("backflow_device")
