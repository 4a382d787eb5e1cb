"""Export batches: which rows were given to other systems, and the digest of what they got."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("until_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("until_id > after_id", name=op.f("ck_export_batch_span")),
        sa.PrimaryKeyConstraint("id", name="pk_export_batch"),
    )
    op.create_index("uq_export_batch_number", "export_batch", ["kind", "number"], unique=True)
    for statement in guards.table_statements(op.get_bind().dialect.name, guards.EXPORT_BATCH):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("export_batch")
