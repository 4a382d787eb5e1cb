"""Whose a block of receipt numbers is; what a restored database continues from."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("receipt_block", sa.Column("technician_id", sa.String(length=20), nullable=True))
    op.execute(
        "UPDATE receipt_block SET technician_id = (SELECT technician_id FROM device_technician"
        " WHERE device_technician.receipt_prefix = receipt_block.prefix)"
    )
    op.create_table(
        "incarnation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("backup_taken_at", UtcDateTime(), nullable=False),
        sa.Column("sequence_floor", sa.BigInteger(), nullable=False),
        sa.Column("epoch_floor", sa.Integer(), nullable=False),
        sa.Column("generation_step", sa.Integer(), nullable=False),
        sa.Column("documents_raised_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_incarnation")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("work_order", "cancel_seq", type_=sa.BigInteger())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("work_order", "cancel_seq", type_=sa.Integer())
    op.drop_table("incarnation")
    op.drop_column("receipt_block", "technician_id")
