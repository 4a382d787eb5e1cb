"""Administration: what administrators changed, and the sign-in sessions that there are."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("changes", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_admin_change"),
    )
    op.create_index("ix_admin_change_subject", "admin_change", ["subject"])
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.ADMIN_CHANGE):
        op.execute(statement)
    op.create_table(
        "sign_in_session",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_sign_in_session_user_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("number", name="pk_sign_in_session"),
        sa.UniqueConstraint("session_id", name="uq_sign_in_session_session_id"),
    )
    op.create_index("ix_sign_in_session_user_id", "sign_in_session", ["user_id"])
    op.create_index("ix_sign_in_session_started_at", "sign_in_session", ["started_at"])


def downgrade() -> None:
    op.drop_table("sign_in_session")
    op.drop_table("admin_change")
