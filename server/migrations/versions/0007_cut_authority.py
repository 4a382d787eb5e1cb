"""The authority to cut and its evidence get a table of their own; orders on tablets are published without it."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EXPIRES, EVIDENCE = "authority_expires_at", "protections"
"""Where orders kept them before, inside their extra input."""

_order = sa.table(
    "work_order",
    sa.column("number", sa.String),
    sa.column("type", sa.String),
    sa.column("technician_id", sa.String),
    sa.column("requested_at", UtcDateTime),
    sa.column("extra", Json),
)
_authority = sa.table(
    "cut_authority",
    sa.column("order_number", sa.String),
    sa.column("granted_at", UtcDateTime),
    sa.column("expires_at", UtcDateTime),
    sa.column("evidence", Json),
    sa.column("id", sa.Integer),
)
_outbox = sa.table(
    "outbox",
    sa.column("technician_id", sa.String),
    sa.column("topic", sa.String),
    sa.column("key", sa.String),
    sa.column("created_at", UtcDateTime),
)


def upgrade() -> None:
    op.create_table(
        "cut_authority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name=op.f("fk_cut_authority_order_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut_authority")),
    )
    op.create_index(op.f("ix_cut_authority_order_number"), "cut_authority", ["order_number"], unique=False)
    _move_out_of_orders()


def downgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(_authority.c.order_number, _authority.c.expires_at, _authority.c.evidence, _order.c.extra)
        .join(_order, _order.c.number == _authority.c.order_number)
        .order_by(_authority.c.id)
    ).all()
    for row in rows:
        back = row.extra | {EXPIRES: row.expires_at.isoformat(), EVIDENCE: row.evidence}
        connection.execute(sa.update(_order).where(_order.c.number == row.order_number).values(extra=back))
    op.drop_table("cut_authority")


def _move_out_of_orders() -> None:
    connection = op.get_bind()
    now = datetime.now(UTC)
    orders = connection.execute(sa.select(_order).where(_order.c.type == "disconnect_np")).all()
    for row in orders:
        if not {EXPIRES, EVIDENCE} & row.extra.keys():
            continue
        kept = {name: value for name, value in row.extra.items() if name not in (EXPIRES, EVIDENCE)}
        connection.execute(sa.update(_order).where(_order.c.number == row.number).values(extra=kept))
        _keep(connection, row)
        if row.technician_id is not None:
            # What the tablet holds still carries the evidence: it gets the document anew.
            told = {"technician_id": row.technician_id, "topic": "order", "key": row.number}
            connection.execute(sa.insert(_outbox).values(**told, created_at=now))


def _keep(connection: sa.Connection, row: Any) -> None:
    """An authority that was typed by hand and is no instant gives none; the order is judged without it."""
    evidence = row.extra.get(EVIDENCE) or {}
    try:
        expires_at = datetime.fromisoformat(row.extra.get(EXPIRES) or "")
        granted_at = datetime.fromisoformat(evidence.get("at") or row.requested_at.isoformat())
    except (TypeError, ValueError):
        return
    if expires_at.tzinfo is None:
        return
    values = {"order_number": row.number, "granted_at": granted_at, "expires_at": expires_at}
    connection.execute(sa.insert(_authority).values(**values, evidence=evidence))
