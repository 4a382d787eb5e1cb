"""Bound what a line of the ledger holds, and keep the id of the request that raised an order."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger.guards import bound_statements, unbound_statements

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_order", sa.Column("request_key", sa.String(length=125), nullable=True))
    op.add_column("work_order", sa.Column("request_digest", sa.String(length=64), nullable=True))
    op.create_index("uq_work_order_request_key", "work_order", ["request_key"], unique=True)
    for statement in bound_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in unbound_statements(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index("uq_work_order_request_key", "work_order")
    op.drop_column("work_order", "request_digest")
    op.drop_column("work_order", "request_key")
