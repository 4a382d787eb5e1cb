"""What the search box finds by a part: telephone numbers, email addresses, ends of serials, locks and seals."""

from alembic import op

from workorders.tables import search_ends

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in search_ends.create_statements(op.get_context().dialect.name):
        op.execute(statement)
    for column in ("lock_number", "seal_number"):
        op.create_index(op.f(f"ix_service_point_{column}"), "service_point", [column])


def downgrade() -> None:
    for column in ("lock_number", "seal_number"):
        op.drop_index(op.f(f"ix_service_point_{column}"), "service_point")
    for statement in search_ends.drop_statements():
        op.execute(statement)
