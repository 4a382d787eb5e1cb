"""Rooms of meters: every way between them is kept, and a room is counted blind."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0050"
down_revision = "0046"
branch_labels = None
depends_on = None

NOT_INSTALLED = "status <> 'installed'"


def upgrade() -> None:
    _moves()
    _counts()
    op.create_index(
        "ix_meter_room",
        "meter",
        ["status", "van_technician_id", "service", "size", "serial"],
        sqlite_where=sa.text(NOT_INSTALLED),
        postgresql_where=sa.text(NOT_INSTALLED),
    )
    for guard in guards.STOCK:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _moves() -> None:
    op.create_table(
        "meter_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("from_room", sa.String(length=40), nullable=True),
        sa.Column("from_van", sa.String(length=20), nullable=True),
        sa.Column("to_room", sa.String(length=40), nullable=False),
        sa.Column("to_van", sa.String(length=20), nullable=True),
        sa.Column("service_point_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_meter_move_meter_id_meter")),
        sa.ForeignKeyConstraint(
            ["service_point_id"],
            ["service_point.id"],
            name=op.f("fk_meter_move_service_point_id_service_point"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_move")),
    )
    op.create_index(op.f("ix_meter_move_meter_id"), "meter_move", ["meter_id"])
    op.create_index(op.f("ix_meter_move_service_point_id"), "meter_move", ["service_point_id"])


def _counts() -> None:
    op.create_table(
        "stock_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("finished_by", sa.String(length=80), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
    )
    op.create_index(
        "uq_stock_count_open",
        "stock_count",
        ["place"],
        unique=True,
        sqlite_where=sa.text("closed_at is null"),
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "stock_count_serial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("seen_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_count.id"], name=op.f("fk_stock_count_serial_count_id_stock_count")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count_serial")),
    )
    op.create_index("uq_stock_count_serial", "stock_count_serial", ["count_id", "serial"], unique=True)
    op.create_table(
        "stock_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("on_record", sa.String(length=60), nullable=True),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("explanation", sa.String(length=200), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_count.id"], name=op.f("fk_stock_difference_count_id_stock_count")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_difference")),
    )
    op.create_index("uq_stock_difference", "stock_difference", ["count_id", "serial"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_meter_room", table_name="meter")
    for table in ("stock_difference", "stock_count_serial", "stock_count", "meter_move"):
        op.drop_table(table)
