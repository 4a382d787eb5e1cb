"""Registers besides a meter's main one, and their reads."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meter", sa.Column("registers", Json, nullable=False, server_default="[]"))
    op.create_table(
        "register_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("flags", Json, nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_register_read_meter_id_meter")),
        sa.ForeignKeyConstraint(
            ["service_point_id"],
            ["service_point.id"],
            name=op.f("fk_register_read_service_point_id_service_point"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_read")),
    )
    op.create_index(op.f("ix_register_read_service_point_id"), "register_read", ["service_point_id"])
    op.create_index(op.f("ix_register_read_order_number"), "register_read", ["order_number"])
    op.create_index("ix_register_read_meter", "register_read", ["meter_id", "register", "taken_at"])
    op.create_index(
        "uq_register_read_source", "register_read", ["source", "meter_id", "register", "kind"], unique=True
    )
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.REGISTER_READ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("register_read")
    op.drop_column("meter", "registers")
