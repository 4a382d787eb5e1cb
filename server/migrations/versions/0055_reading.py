"""Reading meters in bulk: routes, read files and their layouts, findings, calls, letters, backflow tests."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime

revision = "0055"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        sa.Column("mailed_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch")),
    )
    op.create_table(
        "read_layout",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("day_form", sa.String(length=40), nullable=False),
        sa.Column("skip_codes", Json, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_read_layout")),
    )
    op.create_table(
        "read_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("gap_days", Json, nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["layout"], ["read_layout.name"], name=op.f("fk_read_file_layout")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_read_file_digest")),
    )
    op.create_index(op.f("ix_read_file_layout"), "read_file", ["layout"], unique=False)
    op.create_table(
        "meter_skip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("skipped_on", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["read_file.id"], name=op.f("fk_meter_skip_file_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_meter_skip_meter_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_meter_skip_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_skip")),
    )
    op.create_index(op.f("ix_meter_skip_file_id"), "meter_skip", ["file_id"], unique=False)
    op.create_index(op.f("ix_meter_skip_meter_id"), "meter_skip", ["meter_id"], unique=False)
    op.create_index(op.f("ix_meter_skip_service_point_id"), "meter_skip", ["service_point_id"], unique=False)
    op.create_index(op.f("ix_meter_skip_skipped_on"), "meter_skip", ["skipped_on"], unique=False)
    op.create_index("uq_meter_skip", "meter_skip", ["service_point_id", "skipped_on"], unique=True)
    op.create_table(
        "reading_stop",
        sa.Column("service_point_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_reading_stop_service_point_id")
        ),
        sa.PrimaryKeyConstraint("service_point_id", name=op.f("pk_reading_stop")),
    )
    op.create_index(op.f("ix_reading_stop_route"), "reading_stop", ["route"], unique=False)
    op.create_table(
        "backflow_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("tester", sa.String(length=120), nullable=False),
        sa.Column("certificate", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["backflow_device.id"], name=op.f("fk_backflow_test_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backflow_test")),
    )
    op.create_index(op.f("ix_backflow_test_device_id"), "backflow_test", ["device_id"], unique=False)
    op.create_index("uq_backflow_test", "backflow_test", ["device_id", "tested_on"], unique=True)
    op.create_table(
        "read_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("read_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("usage", sa.Integer(), nullable=True),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["read_file.id"], name=op.f("fk_read_finding_file_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_read_finding_meter_id")),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name=op.f("fk_read_finding_order_number")
        ),
        sa.ForeignKeyConstraint(["read_id"], ["read.id"], name=op.f("fk_read_finding_read_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_read_finding_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_finding")),
    )
    op.create_index(op.f("ix_read_finding_file_id"), "read_finding", ["file_id"], unique=False)
    op.create_index(op.f("ix_read_finding_found_on"), "read_finding", ["found_on"], unique=False)
    op.create_index(op.f("ix_read_finding_meter_id"), "read_finding", ["meter_id"], unique=False)
    op.create_index(op.f("ix_read_finding_order_number"), "read_finding", ["order_number"], unique=False)
    op.create_index(op.f("ix_read_finding_read_id"), "read_finding", ["read_id"], unique=False)
    op.create_index(
        op.f("ix_read_finding_service_point_id"), "read_finding", ["service_point_id"], unique=False
    )
    op.create_index("ix_read_finding_state", "read_finding", ["state", "kind"], unique=False)
    op.create_index("uq_read_finding", "read_finding", ["service_point_id", "kind", "found_on"], unique=True)
    op.create_table(
        "service_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("backflow_device_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_service_letter_account_id")),
        sa.ForeignKeyConstraint(
            ["backflow_device_id"], ["backflow_device.id"], name=op.f("fk_service_letter_backflow_device_id")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batch.id"], name=op.f("fk_service_letter_batch_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_service_letter_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_letter")),
    )
    op.create_index(op.f("ix_service_letter_account_id"), "service_letter", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_service_letter_backflow_device_id"), "service_letter", ["backflow_device_id"], unique=False
    )
    op.create_index(op.f("ix_service_letter_batch_id"), "service_letter", ["batch_id"], unique=False)
    op.create_index(
        op.f("ix_service_letter_service_point_id"), "service_letter", ["service_point_id"], unique=False
    )
    op.create_table(
        "courtesy_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_courtesy_call_account_id")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["read_finding.id"], name=op.f("fk_courtesy_call_finding_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courtesy_call")),
    )
    op.create_index(op.f("ix_courtesy_call_account_id"), "courtesy_call", ["account_id"], unique=False)
    op.create_index(op.f("ix_courtesy_call_finding_id"), "courtesy_call", ["finding_id"], unique=False)


def downgrade() -> None:
    op.drop_table("courtesy_call")
    op.drop_table("service_letter")
    op.drop_table("read_finding")
    op.drop_table("backflow_test")
    op.drop_table("reading_stop")
    op.drop_table("meter_skip")
    op.drop_table("read_file")
    op.drop_table("read_layout")
    op.drop_table("letter_batch")
