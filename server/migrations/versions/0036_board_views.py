"""Views of the dispatcher's board that people save under a name."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", Json, nullable=False),
        sa.Column("by_default", sa.Boolean(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name="fk_board_view_user_id_staff_user"),
        sa.PrimaryKeyConstraint("id", name="pk_board_view"),
    )
    op.create_index("uq_board_view_name", "board_view", ["user_id", "name"], unique=True)


def downgrade() -> None:
    op.drop_table("board_view")
