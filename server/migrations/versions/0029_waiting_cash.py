"""What of the cash office waits, by itself: receipts in custody, bags for the bank, numbers to account for.

Without these every page of the cash office read all receipts, turn-ins and drawers there ever were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

HELD = sa.text(
    "INSERT INTO receipt_in_custody (receipt_number) SELECT receipt.number FROM receipt"
    " WHERE receipt.amount_cents > 0"
    " AND NOT EXISTS (SELECT 1 FROM turn_in_receipt WHERE receipt_number = receipt.number AND NOT released)"
    " AND NOT EXISTS (SELECT 1 FROM payment_reversal WHERE payment_reversal.source = receipt.source)"
)
WAITING = sa.text(
    "INSERT INTO waiting_bag (subject)"
    " SELECT id FROM turn_in WHERE state = 'signed' AND id NOT IN (SELECT subject FROM deposit_item)"
    " UNION SELECT id FROM drawer WHERE state = 'closed' AND id NOT IN (SELECT subject FROM deposit_item)"
)


def upgrade() -> None:
    op.create_table(
        "receipt_in_custody",
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_number"], ["receipt.number"], name=op.f("fk_receipt_in_custody_receipt_number_receipt")
        ),
        sa.PrimaryKeyConstraint("receipt_number", name="pk_receipt_in_custody"),
    )
    op.create_table(
        "waiting_bag",
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_waiting_bag"),
    )
    op.create_index("ix_turn_in_receipt_receipt_number", "turn_in_receipt", ["receipt_number"])
    op.add_column("receipt_block", sa.Column("accounted", sa.Integer(), nullable=True))
    op.execute(HELD)
    op.execute(WAITING)


def downgrade() -> None:
    op.drop_column("receipt_block", "accounted")
    op.drop_index("ix_turn_in_receipt_receipt_number", "turn_in_receipt")
    op.drop_table("waiting_bag")
    op.drop_table("receipt_in_custody")
