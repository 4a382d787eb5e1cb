"""Heat-related alerts of a day, beside its forecast low."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("forecast") as table:
        table.add_column(sa.Column("heat_alert", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("forecast") as table:
        table.drop_column("heat_alert")
