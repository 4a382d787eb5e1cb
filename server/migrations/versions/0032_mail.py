"""Letters by e-mail, and reports that are sent regularly."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEY = sa.String(300).with_variant(sa.String(300, collation="C"), "postgresql")
"""By letters and not by the rules of a language: those of one receipt are a span of the index."""


def upgrade() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("filters", Json, nullable=False),
        sa.Column("sort", sa.String(length=40), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("every", sa.String(length=40), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("recipients", Json, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6", name=op.f("ck_report_schedule_hour")
        ),
        sa.CheckConstraint("month_day BETWEEN 1 AND 31", name=op.f("ck_report_schedule_month_day")),
        sa.PrimaryKeyConstraint("id", name="pk_report_schedule"),
    )
    op.create_index("ix_report_schedule_due", "report_schedule", ["ended_at", "next_due_at"])
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("recipients", Json, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=40), nullable=True),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("file_name", sa.String(length=80), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing_mail"),
        sa.UniqueConstraint("key", name="uq_outgoing_mail_key"),
    )
    op.create_index("ix_outgoing_mail_state", "outgoing_mail", ["state", "id"])
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.OUTGOING_MAIL):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("outgoing_mail")
    op.drop_table("report_schedule")
