"""Street closures, and plans for the rest of a day that has begun."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime, geo

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "street_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area", geo("POLYGON"), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("radius_metres", sa.Integer(), nullable=True),
        sa.Column("streets", Json, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street_closure")),
    )
    op.create_index(op.f("ix_street_closure_until"), "street_closure", ["until"], unique=False)
    op.add_column("route_way", sa.Column("closures", Json, nullable=False, server_default="[]"))
    op.add_column("plan_run", sa.Column("wishes", Json, nullable=False, server_default="{}"))
    op.add_column("plan_run", sa.Column("kind", sa.String(length=40), nullable=False, server_default="day"))


def downgrade() -> None:
    op.drop_column("plan_run", "kind")
    op.drop_column("plan_run", "wishes")
    op.drop_column("route_way", "closures")
    op.drop_index(op.f("ix_street_closure_until"), table_name="street_closure")
    op.drop_table("street_closure")
