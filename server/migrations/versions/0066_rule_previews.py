"""Previews of rules, worked out by the worker; a note that is sent twice is kept once."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("found", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_preview"),
    )
    op.create_index("ix_rule_preview_state", "rule_preview", ["state"])
    op.add_column("account_note", sa.Column("request_key", sa.String(length=121), nullable=True))
    op.create_index("uq_account_note_request_key", "account_note", ["request_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_account_note_request_key", table_name="account_note")
    op.drop_column("account_note", "request_key")
    op.drop_table("rule_preview")
