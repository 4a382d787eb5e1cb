"""Sign-in by an identity provider: who a person is there."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0045"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_identity",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_staff_identity_user_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_staff_identity"),
        sa.UniqueConstraint("user_id", "issuer", name="uq_staff_identity_user"),
    )
    op.create_index("ix_staff_identity_user_id", "staff_identity", ["user_id"])


def downgrade() -> None:
    op.drop_table("staff_identity")
