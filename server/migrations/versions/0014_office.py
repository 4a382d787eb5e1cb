"""Forecasts that cut rules ask for, sessions that were signed out, and evidence under its whole name."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_from", UtcDateTime(), nullable=False),
        sa.Column("low_c", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast")),
    )
    op.create_index("uq_forecast_known", "forecast", ["day", "known_from"], unique=True)
    op.create_table(
        "ended_session",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_session")),
    )
    op.create_index("ix_ended_session_at", "ended_session", ["ended_at"])
    _names_of_evidence(120, 400)


def downgrade() -> None:
    _names_of_evidence(400, 120)
    op.drop_index("ix_ended_session_at", "ended_session")
    op.drop_table("ended_session")
    op.drop_index("uq_forecast_known", "forecast")
    op.drop_table("forecast")


def _names_of_evidence(before: int, after: int) -> None:
    """SQLite cannot change a column, so that Alembic copies the table there."""
    with op.batch_alter_table("evidence") as table:
        table.alter_column("name", existing_type=sa.String(length=before), type_=sa.String(length=after))
