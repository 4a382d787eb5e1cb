"""Indexes of foreign keys that were followed without one: SQLite looks through them when a parent is added."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

COLUMNS = [
    ("service_agreement", "start_read_id"),
    ("service_agreement", "final_read_id"),
    ("adjustment", "to_account_id"),
]


def upgrade() -> None:
    for table, column in COLUMNS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in COLUMNS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
