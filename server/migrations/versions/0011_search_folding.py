"""Fold accents and split words in PostgreSQL's word indexes as SQLite does."""

from alembic import op

from workorders.tables import search_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in (
            *search_index.drop_statements("postgresql"),
            *search_index.create_statements("postgresql"),
        ):
            op.execute(statement)


def downgrade() -> None:
    """The indexes of 0003 are made by the same statements."""
