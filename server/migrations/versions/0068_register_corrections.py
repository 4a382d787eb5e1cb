"""A read of a register may take another's place; reads are found by their order."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In one statement: a table that SQLite copies would lose the triggers that guard it.
    op.execute(
        "ALTER TABLE register_read ADD COLUMN supersedes_id INTEGER"
        " CONSTRAINT fk_register_read_supersedes_id REFERENCES register_read (id)"
    )
    op.create_index(op.f("ix_register_read_supersedes_id"), "register_read", ["supersedes_id"])
    with_order = sa.text("order_number is not null")
    op.create_index(
        "ix_read_order_number",
        "read",
        ["order_number"],
        sqlite_where=with_order,
        postgresql_where=with_order,
    )


def downgrade() -> None:
    op.drop_index("ix_read_order_number", "read")
    op.drop_index(op.f("ix_register_read_supersedes_id"), "register_read")
    op.drop_column("register_read", "supersedes_id")
