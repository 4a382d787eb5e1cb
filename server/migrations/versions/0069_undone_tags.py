"""Door tags of orders that ended undone: what was done with them instead, and by whom."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("delivered_as", sa.String(length=40), nullable=True))
    op.add_column("notice", sa.Column("settled_at", UtcDateTime, nullable=True))
    op.add_column("notice", sa.Column("settled_by", sa.String(length=80), nullable=True))
    op.add_column("notice", sa.Column("settled_note", sa.String(length=200), nullable=True))
    at_the_door = sa.text("state = 'printed' AND order_number IS NOT NULL")
    op.create_index(
        "ix_notice_at_the_door",
        "notice",
        ["order_number"],
        sqlite_where=at_the_door,
        postgresql_where=at_the_door,
    )


def downgrade() -> None:
    op.drop_index("ix_notice_at_the_door", "notice")
    for column in ("settled_note", "settled_by", "settled_at", "delivered_as"):
        op.drop_column("notice", column)
