"""Meters with a remote switch, and the commands to them."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

OPEN = "state in ('waiting', 'sent')"


def upgrade() -> None:
    op.add_column(
        "meter", sa.Column("remote_switch", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "remote_command",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer", Json, nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("event_id", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name=op.f("fk_remote_command_order_number_work_order")
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_remote_command_meter_id_meter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_command")),
    )
    op.create_index(op.f("ix_remote_command_order_number"), "remote_command", ["order_number"])
    op.create_index(op.f("ix_remote_command_meter_id"), "remote_command", ["meter_id"])
    op.create_index("ix_remote_command_state", "remote_command", ["state", "deadline_at"])
    op.create_index(
        "uq_remote_command_open",
        "remote_command",
        ["order_number"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.REMOTE_COMMAND):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("remote_command")
    op.drop_column("meter", "remote_switch")
