"""Files that were imported, what each added, and the way in which an import's facts go with it."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards, undoing
from workorders.tables.base import Json, UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("errors", Json, nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("first_read", sa.BigInteger(), nullable=True),
        sa.Column("last_read", sa.BigInteger(), nullable=True),
        sa.Column("first_event", sa.BigInteger(), nullable=True),
        sa.Column("last_event", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
    )
    op.create_index("ix_import_run_sha256", "import_run", ["sha256", "kind"])
    op.create_table(
        "import_key",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name="fk_import_key_run_id"),
        sa.PrimaryKeyConstraint("run_id", "key", name="pk_import_key"),
    )
    dialect = op.get_bind().dialect.name
    for statement in guards.table_statements(dialect, guards.IMPORT_RUN):
        op.execute(statement)
    for statement in undoing.open_statements(dialect):
        op.execute(statement)


def downgrade() -> None:
    for statement in undoing.closed_statements(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("import_key")
    op.drop_table("import_run")
