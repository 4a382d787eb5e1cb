"""What the board asks of field events many times a minute: where somebody was last, what a tablet sent last."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_field_event_technician_id", "field_event")
    op.drop_index("ix_field_event_device_id", "field_event")
    op.create_index("ix_field_event_technician", "field_event", ["technician_id", "occurred_at"])
    op.create_index("ix_field_event_device", "field_event", ["device_id", "counter"])


def downgrade() -> None:
    op.drop_index("ix_field_event_device", "field_event")
    op.drop_index("ix_field_event_technician", "field_event")
    op.create_index("ix_field_event_device_id", "field_event", ["device_id"])
    op.create_index("ix_field_event_technician_id", "field_event", ["technician_id"])
