"""Agreements from application to the last bill, applications for service, and landlords' standing agreements."""

import sqlalchemy as sa
from alembic import op

from workorders.ledger import guards
from workorders.tables.base import Json, UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN, WAITING = "state in ('active', 'stopping')", "state in ('applied', 'approved')"


def upgrade() -> None:
    _applications()
    _agreements()
    # Not in a batch, which would make the table anew and lose the triggers of the search.
    op.add_column("customer", _text("mailing_address", 200, null=True))
    op.add_column("customer", _text("credit_class", 40, null=True))
    op.add_column("account", _text("request_key", 125, null=True))
    op.create_index("uq_account_request_key", "account", ["request_key"], unique=True)
    for guard in guards.AGREEMENTS:
        for statement in guards.table_statements(op.get_bind().dialect.name, guard):
            op.execute(statement)


def _text(name: str, length: int, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=null)


def _day(name: str, *, null: bool = False) -> "sa.Column[sa.Date]":
    return sa.Column(name, sa.Date(), nullable=null)


def _at(name: str, *, null: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, UtcDateTime(), nullable=null)


def _id(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=null)


def _applications() -> None:
    op.create_table(
        "application",
        _text("id", 20),
        _id("account_id"),
        _id("premise_id"),
        _day("start_on"),
        _text("credit_class", 40),
        _text("evidence", 200, null=True),
        sa.Column("required", Json, nullable=False),
        _text("state", 40),
        _at("applied_at"),
        _text("applied_by", 80),
        _at("decided_at", null=True),
        _text("decided_by", 80, null=True),
        _text("reason", 200, null=True),
        _text("request_key", 125, null=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_application_account_id"),
        sa.ForeignKeyConstraint(["premise_id"], ["premise.id"], name="fk_application_premise_id"),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sa.UniqueConstraint("request_key", name="uq_application_request_key"),
    )
    for column in ("account_id", "premise_id", "state"):
        op.create_index(f"ix_application_{column}", "application", [column])
    op.create_table(
        "standing_agreement",
        _id("id"),
        _id("premise_id"),
        _id("account_id"),
        _day("starts_on"),
        _day("ends_on", null=True),
        _text("evidence", 200),
        _at("added_at"),
        _text("added_by", 80),
        _at("ended_at", null=True),
        _text("ended_by", 80, null=True),
        sa.ForeignKeyConstraint(["premise_id"], ["premise.id"], name="fk_standing_agreement_premise_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_standing_agreement_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_standing_agreement"),
    )
    for column in ("premise_id", "account_id"):
        op.create_index(f"ix_standing_agreement_{column}", "standing_agreement", [column])


LINKS = (
    ("application_id", "application", "id"),
    ("start_order", "work_order", "number"),
    ("start_read_id", "read", "id"),
    ("stop_order", "work_order", "number"),
    ("final_read_id", "read", "id"),
)


def _agreements() -> None:
    op.drop_index("uq_service_agreement_open", "service_agreement")
    with op.batch_alter_table("service_agreement") as table:
        table.add_column(sa.Column("state", sa.String(length=40), nullable=False, server_default="active"))
        table.add_column(_text("application_id", 20, null=True))
        table.add_column(_text("starts_by", 40, null=True))
        table.add_column(_text("start_order", 20, null=True))
        table.add_column(_id("start_read_id", null=True))
        table.add_column(_day("stop_on", null=True))
        table.add_column(_text("stops_by", 40, null=True))
        table.add_column(_text("stop_order", 20, null=True))
        table.add_column(_id("final_read_id", null=True))
        table.add_column(_text("forwarding_address", 200, null=True))
        table.add_column(_at("handed_off_at", null=True))
        for column, other, key in LINKS:
            table.create_foreign_key(f"fk_service_agreement_{column}", other, [column], [key])
    # What had ended before agreements had states was billed by the system that ran then.
    op.execute("UPDATE service_agreement SET state = 'closed' WHERE end_on IS NOT NULL")
    for name, where in (("open", OPEN), ("waiting", WAITING)):
        op.create_index(
            f"uq_service_agreement_{name}",
            "service_agreement",
            ["service_point_id"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    for column in ("state", "application_id", "start_order", "stop_order", "handed_off_at"):
        op.create_index(f"ix_service_agreement_{column}", "service_agreement", [column])
    op.create_table(
        "agreement_event",
        _id("id"),
        _id("agreement_id"),
        _at("at"),
        _text("actor", 80),
        _text("kind", 40),
        _text("from_state", 40, null=True),
        _text("to_state", 40),
        sa.Column("detail", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["service_agreement.id"], name="fk_agreement_event_agreement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_event"),
    )
    op.create_index("ix_agreement_event_agreement_id", "agreement_event", ["agreement_id"])


def downgrade() -> None:
    op.drop_table("agreement_event")
    op.execute("DELETE FROM service_agreement WHERE state IN ('applied', 'approved', 'withdrawn')")
    for name in ("uq_service_agreement_open", "uq_service_agreement_waiting"):
        op.drop_index(name, "service_agreement")
    for column in ("state", "application_id", "start_order", "stop_order", "handed_off_at"):
        op.drop_index(f"ix_service_agreement_{column}", "service_agreement")
    with op.batch_alter_table("service_agreement") as table:
        for column, _, _ in LINKS:
            table.drop_constraint(f"fk_service_agreement_{column}", type_="foreignkey")
        for column in ("state", "starts_by", "stop_on", "stops_by", "forwarding_address", "handed_off_at"):
            table.drop_column(column)
        for column, _, _ in LINKS:
            table.drop_column(column)
    op.create_index(
        "uq_service_agreement_open",
        "service_agreement",
        ["service_point_id"],
        unique=True,
        sqlite_where=sa.text("end_on is null"),
        postgresql_where=sa.text("end_on is null"),
    )
    op.drop_table("standing_agreement")
    op.drop_table("application")
    op.drop_index("uq_account_request_key", "account")
    op.drop_column("account", "request_key")
    op.drop_column("customer", "credit_class")
    op.drop_column("customer", "mailing_address")
