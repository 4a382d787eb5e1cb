"""What the plan of a rest of a day must keep to is called its limits, in the column and in the result."""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_run = sa.table(
    "plan_run", sa.column("id", sa.Integer), sa.column("kind", sa.String), sa.column("result", Json)
)


def upgrade() -> None:
    op.execute("ALTER TABLE plan_run RENAME COLUMN wishes TO limits")
    _rename_in_results("wishes", "limits")


def downgrade() -> None:
    _rename_in_results("limits", "wishes")
    op.execute("ALTER TABLE plan_run RENAME COLUMN limits TO wishes")


def _rename_in_results(before: str, after: str) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(_run.c.id, _run.c.result).where(_run.c.kind == "rest")).all()
    for row in rows:
        if row.result is not None and before in row.result:
            renamed = {after if name == before else name: value for name, value in row.result.items()}
            connection.execute(sa.update(_run).where(_run.c.id == row.id).values(result=renamed))
