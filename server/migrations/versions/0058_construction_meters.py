"""Temporary meters of construction sites."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "construction_meter",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.String(length=20), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("extended_by", sa.String(length=80), nullable=True),
        sa.Column("extended_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_construction_meter_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_construction_meter_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["service_point_id"],
            ["service_point.id"],
            name=op.f("fk_construction_meter_service_point_id_service_point"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_construction_meter")),
        sa.UniqueConstraint("application_id", name=op.f("uq_construction_meter_application_id")),
        sa.UniqueConstraint("service_point_id", name=op.f("uq_construction_meter_service_point_id")),
    )
    op.create_index(op.f("ix_construction_meter_account_id"), "construction_meter", ["account_id"])
    op.create_index(op.f("ix_construction_meter_ends_on"), "construction_meter", ["ends_on"])


def downgrade() -> None:
    op.drop_table("construction_meter")
