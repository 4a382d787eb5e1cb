"""Keep documents in their rows and photos as they are, where PostgreSQL would pack them."""

from alembic import op

from sync.stores.sql.tables import PACKED, UNPACKED

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run(UNPACKED)


def downgrade() -> None:
    _run(PACKED)


def _run(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)
