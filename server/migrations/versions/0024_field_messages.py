"""Messages between dispatchers and technicians, and an index over who is on duty."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "field_message",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("from_office", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("canned", sa.String(length=40), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("read_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name="fk_field_message_technician_id"),
        sa.PrimaryKeyConstraint("id", name="pk_field_message"),
        sa.UniqueConstraint("event_id", name="uq_field_message_event_id"),
    )
    op.create_index("ix_field_message_technician_id", "field_message", ["technician_id", "id"])
    op.create_index("ix_field_message_recorded_at", "field_message", ["recorded_at"])
    op.create_index(
        "ix_field_message_unread",
        "field_message",
        ["technician_id"],
        sqlite_where=sa.text("read_at is null"),
        postgresql_where=sa.text("read_at is null"),
    )
    op.create_index(
        "ix_field_event_day",
        "field_event",
        ["technician_id", "occurred_at"],
        sqlite_where=sa.text("kind = 'day'"),
        postgresql_where=sa.text("kind = 'day'"),
    )


def downgrade() -> None:
    op.drop_index("ix_field_event_day", "field_event")
    op.drop_table("field_message")
