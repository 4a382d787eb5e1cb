"""An index for each key that is followed, and for each order in which pages list what is newest.

Without the first of them every page of an account and every ingested completion read the whole table of
reads: a read's successor is looked for by the read it supersedes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FOLLOWED = (
    ("read", "supersedes_id"),
    ("technician", "zone_id"),
    ("enrolment_code", "device_id"),
    ("used_assertion", "device_id"),
)
NEWEST = (
    ("ix_payment_received", "payment", ["received_at", "id"]),
    ("ix_receipt_taken_at", "receipt", ["taken_at"]),
    ("ix_exception_case_decided", "exception_case", ["decided_at", "id"]),
    ("ix_work_order_state", "work_order", ["state", "number"]),
    ("ix_work_order_outcome", "work_order", ["outcome"]),
)
FAILED = sa.text("published_at is null and failures > 0")


def upgrade() -> None:
    for table, column in FOLLOWED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.drop_index("ix_work_order_state", "work_order")
    for name, table, columns in NEWEST:
        op.create_index(name, table, columns)
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["technician_id", "topic", "key"],
        sqlite_where=FAILED,
        postgresql_where=FAILED,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_failed", "outbox")
    for name, table, _columns in reversed(NEWEST):
        op.drop_index(name, table)
    op.create_index("ix_work_order_state", "work_order", ["state"])
    for table, column in reversed(FOLLOWED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
