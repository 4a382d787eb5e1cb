"""Guards of money and facts, spatial indexes."""

from alembic import op

from geo.territory import spatial_index
from workorders.ledger import guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # SQLite has this key in the table; here it closes a circle and can only be added afterwards.
        op.create_foreign_key(
            "fk_journal_entry_seal",
            "journal_entry",
            "entry_seal",
            ["id"],
            ["entry_id"],
            deferrable=True,
            initially="DEFERRED",
        )
    for statement in [*guards.create_statements(dialect), *spatial_index.create_statements(dialect)]:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in [*spatial_index.drop_statements(dialect), *guards.drop_statements(dialect)]:
        op.execute(statement)
    if dialect == "postgresql":
        op.drop_constraint("fk_journal_entry_seal", "journal_entry")
