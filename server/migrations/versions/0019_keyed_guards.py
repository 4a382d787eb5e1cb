"""The checks of postings and seals go by index from a session's first entry on."""

from alembic import op

from workorders.ledger.guards import keyed_statements, unkeyed_statements

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing on SQLite, which plans each statement by itself."""
    for statement in keyed_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """As PostgreSQL plans by itself."""
    for statement in unkeyed_statements(op.get_bind().dialect.name):
        op.execute(statement)
