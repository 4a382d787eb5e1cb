"""Tables"""

import sqlalchemy as sa
from alembic import op

from workorders.tables.base import Json, UtcDateTime, geo

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_name"), "customer", ["name"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=80), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("app_version", sa.String(length=20), nullable=True),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(id) = 8", name=op.f("ck_device_id_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_revoked_at"), "device", ["revoked_at"], unique=False)
    op.create_table(
        "enrolment_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_attempt")),
    )
    op.create_index("ix_enrolment_attempt_recent", "enrolment_attempt", ["address", "at"], unique=False)
    op.create_table(
        "exception_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_case")),
    )
    op.create_index(op.f("ix_exception_case_code"), "exception_case", ["code"], unique=False)
    op.create_index(op.f("ix_exception_case_order_number"), "exception_case", ["order_number"], unique=False)
    op.create_index(op.f("ix_exception_case_state"), "exception_case", ["state"], unique=False)
    op.create_index("uq_exception_case_source", "exception_case", ["source", "code"], unique=True)
    op.create_table(
        "field_event",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("device_at", UtcDateTime(), nullable=True),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("codes", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rule_set", sa.Integer(), nullable=True),
        sa.Column("body", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_event")),
    )
    op.create_index(op.f("ix_field_event_device_id"), "field_event", ["device_id"], unique=False)
    op.create_index(op.f("ix_field_event_order_number"), "field_event", ["order_number"], unique=False)
    op.create_index(op.f("ix_field_event_status"), "field_event", ["status"], unique=False)
    op.create_index(op.f("ix_field_event_technician_id"), "field_event", ["technician_id"], unique=False)
    op.create_table(
        "ingest_checkpoint",
        sa.Column("database", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("last_event_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("database", name=op.f("pk_ingest_checkpoint")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry_seal.entry_id"],
            name="fk_journal_entry_seal",
            initially="DEFERRED",
            deferrable=True,
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["journal_entry.id"], name=op.f("fk_journal_entry_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_entry_reverses_id")),
    )
    op.create_index(op.f("ix_journal_entry_order_number"), "journal_entry", ["order_number"], unique=False)
    op.create_index("ix_journal_entry_recorded", "journal_entry", ["recorded_at"], unique=False)
    op.create_index("uq_journal_entry_source", "journal_entry", ["source", "purpose"], unique=True)
    op.create_table(
        "ledger_balance",
        sa.Column("ledger", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "party", name=op.f("pk_ledger_balance")),
    )
    op.create_table(
        "plan_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
    )
    op.create_index(op.f("ix_plan_run_day"), "plan_run", ["day"], unique=False)
    op.create_index(op.f("ix_plan_run_state"), "plan_run", ["state"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("database", sa.String(length=80), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.String(length=80), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(
        "uq_quarantine_revision", "quarantine", ["database", "document_id", "revision"], unique=True
    )
    op.create_table(
        "receipt_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_block")),
        sa.UniqueConstraint("prefix", name=op.f("uq_receipt_block_prefix")),
    )
    op.create_index(op.f("ix_receipt_block_device_id"), "receipt_block", ["device_id"], unique=False)
    op.create_table(
        "rule_set",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_set")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_last", "sign_in_attempt", ["last_at"], unique=False)
    op.create_table(
        "staff_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_sign_in_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_staff_user_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_user_name")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("area", geo("MULTIPOLYGON"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("code", name=op.f("uq_zone_code")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("rate_class", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("check_ban", sa.Boolean(), nullable=False),
        sa.Column("tax_exempt", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_account_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("number", name=op.f("uq_account_number")),
    )
    op.create_index(op.f("ix_account_customer_id"), "account", ["customer_id"], unique=False)
    op.create_table(
        "entry_seal",
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_entry_seal_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_seal")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["field_event.id"], name=op.f("fk_evidence_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_event_id"), "evidence", ["event_id"], unique=False)
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_index("uq_evidence_name", "evidence", ["event_id", "name"], unique=True)
    op.create_table(
        "fee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("exempt_rate_classes", Json, nullable=False),
        sa.Column("rule_set", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_fee_amount")),
        sa.ForeignKeyConstraint(["rule_set"], ["rule_set.version"], name=op.f("fk_fee_rule_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee")),
    )
    op.create_index("uq_fee_dated", "fee", ["code", "effective_from"], unique=True)
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_posting_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_posting_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_entry_id"), "posting", ["entry_id"], unique=False)
    op.create_index("ix_posting_party", "posting", ["ledger", "party"], unique=False)
    op.create_table(
        "premise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("house_number", sa.String(length=20), nullable=False),
        sa.Column("street", sa.String(length=160), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("position", geo("POINT"), nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=True),
        sa.Column("access_note", sa.Text(), nullable=True),
        sa.Column("dog", sa.Boolean(), nullable=False),
        sa.Column("hazard", sa.String(length=200), nullable=True),
        sa.Column("medical", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_premise_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premise")),
        sa.UniqueConstraint("number", name=op.f("uq_premise_number")),
    )
    op.create_index(op.f("ix_premise_street"), "premise", ["street"], unique=False)
    op.create_index(op.f("ix_premise_zone_id"), "premise", ["zone_id"], unique=False)
    op.create_table(
        "rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("rule_set", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rule_set"], ["rule_set.version"], name=op.f("fk_rule_rule_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
    )
    op.create_index("uq_rule_dated", "rule", ["kind", "key", "effective_from"], unique=True)
    op.create_table(
        "technician",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("skills", Json, nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=True),
        sa.Column("home", geo("POINT"), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_technician_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician")),
    )
    op.create_table(
        "used_assertion",
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=8), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_used_assertion_device_id")),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_used_assertion")),
    )
    op.create_index(op.f("ix_used_assertion_expires_at"), "used_assertion", ["expires_at"], unique=False)
    op.create_table(
        "device_technician",
        sa.Column("device_id", sa.String(length=8), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("public_jwk", Json, nullable=False),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("receipt_prefix", sa.String(length=20), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_technician_device_id")),
        sa.ForeignKeyConstraint(
            ["receipt_prefix"], ["receipt_block.prefix"], name=op.f("fk_device_technician_receipt_prefix")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_device_technician_technician_id")
        ),
        sa.PrimaryKeyConstraint("device_id", "technician_id", name=op.f("pk_device_technician")),
        sa.UniqueConstraint("receipt_prefix", name=op.f("uq_device_technician_receipt_prefix")),
        sa.UniqueConstraint("thumbprint", name=op.f("uq_device_technician_thumbprint")),
    )
    op.create_index(
        op.f("ix_device_technician_technician_id"), "device_technician", ["technician_id"], unique=False
    )
    op.create_table(
        "enrolment_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("device_id", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_enrolment_code_device_id")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_enrolment_code_technician_id")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_enrolment_code")),
    )
    op.create_index(
        op.f("ix_enrolment_code_technician_id"), "enrolment_code", ["technician_id"], unique=False
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hold_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_account_id"), "hold", ["account_id"], unique=False)
    op.create_table(
        "meter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("make", sa.String(length=60), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("dials", sa.Integer(), nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("endpoint", sa.String(length=60), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("van_technician_id", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "(status = 'in_van') = (van_technician_id is not null)", name=op.f("ck_meter_van")
        ),
        sa.CheckConstraint("dials between 3 and 9", name=op.f("ck_meter_dials")),
        sa.CheckConstraint("multiplier >= 1", name=op.f("ck_meter_multiplier")),
        sa.ForeignKeyConstraint(
            ["van_technician_id"], ["technician.id"], name=op.f("fk_meter_van_technician_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint("serial", name=op.f("uq_meter_serial")),
    )
    op.create_index(op.f("ix_meter_van_technician_id"), "meter", ["van_technician_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_account_id"), "notice", ["account_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_outbox_technician_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("published_at is null"),
        postgresql_where=sa.text("published_at is null"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_account_id"), "payment", ["account_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("check_number", sa.String(length=40), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("chain_ok", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_receipt_account_id")),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_receipt_technician_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receipt")),
        sa.UniqueConstraint("source", name=op.f("uq_receipt_source")),
    )
    op.create_index(op.f("ix_receipt_account_id"), "receipt", ["account_id"], unique=False)
    op.create_index(op.f("ix_receipt_device_id"), "receipt", ["device_id"], unique=False)
    op.create_index(op.f("ix_receipt_order_number"), "receipt", ["order_number"], unique=False)
    op.create_index(op.f("ix_receipt_technician_id"), "receipt", ["technician_id"], unique=False)
    op.create_table(
        "route_way",
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stops", Json, nullable=False),
        sa.Column("drive_seconds", Json, nullable=False),
        sa.Column("geometry", Json, nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_route_way_technician_id")
        ),
        sa.PrimaryKeyConstraint("technician_id", "day", name=op.f("pk_route_way")),
    )
    op.create_table(
        "service_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("premise_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("meter_location", sa.String(length=200), nullable=True),
        sa.Column("lock_number", sa.String(length=40), nullable=True),
        sa.Column("seal_number", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["premise_id"], ["premise.id"], name=op.f("fk_service_point_premise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point")),
        sa.UniqueConstraint("number", name=op.f("uq_service_point_number")),
    )
    op.create_index(op.f("ix_service_point_premise_id"), "service_point", ["premise_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("home_start", sa.Boolean(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_shift_technician_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index(op.f("ix_shift_day"), "shift", ["day"], unique=False)
    op.create_index(op.f("ix_shift_technician_id"), "shift", ["technician_id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("installed_at", UtcDateTime(), nullable=False),
        sa.Column("start_read", sa.Integer(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("final_read", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_installation_meter_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_installation_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_index(op.f("ix_installation_meter_id"), "installation", ["meter_id"], unique=False)
    op.create_index(
        op.f("ix_installation_service_point_id"), "installation", ["service_point_id"], unique=False
    )
    op.create_index(
        "uq_installation_meter_open",
        "installation",
        ["meter_id"],
        unique=True,
        sqlite_where=sa.text("removed_at is null"),
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_index(
        "uq_installation_service_point_open",
        "installation",
        ["service_point_id"],
        unique=True,
        sqlite_where=sa.text("removed_at is null"),
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "meter_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("tested_at", UtcDateTime(), nullable=False),
        sa.Column("standard", sa.String(length=60), nullable=False),
        sa.Column("flows", Json, nullable=False),
        sa.Column("accuracy_percent", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_meter_test_meter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_test")),
        sa.UniqueConstraint("source", name=op.f("uq_meter_test_source")),
    )
    op.create_index(op.f("ix_meter_test_meter_id"), "meter_test", ["meter_id"], unique=False)
    op.create_table(
        "read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("billed", sa.Boolean(), nullable=False),
        sa.Column("flags", Json, nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_read_meter_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_read_service_point_id")
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["read.id"], name=op.f("fk_read_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read")),
    )
    op.create_index("ix_read_meter_taken", "read", ["meter_id", "taken_at"], unique=False)
    op.create_index(op.f("ix_read_service_point_id"), "read", ["service_point_id"], unique=False)
    op.create_index("uq_read_source", "read", ["source", "meter_id", "kind"], unique=True)
    op.create_table(
        "service_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_service_agreement_account_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_service_agreement_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_agreement")),
    )
    op.create_index(
        op.f("ix_service_agreement_account_id"), "service_agreement", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_service_agreement_service_point_id"), "service_agreement", ["service_point_id"], unique=False
    )
    op.create_index(
        "uq_service_agreement_open",
        "service_agreement",
        ["service_point_id"],
        unique=True,
        sqlite_where=sa.text("end_on is null"),
        postgresql_where=sa.text("end_on is null"),
    )
    op.create_table(
        "service_point_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_service_point_event_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point_event")),
    )
    op.create_index(
        op.f("ix_service_point_event_service_point_id"),
        "service_point_event",
        ["service_point_id"],
        unique=False,
    )
    op.create_index(
        "uq_service_point_event_source",
        "service_point_event",
        ["source", "service_point_id", "state"],
        unique=True,
    )
    op.create_table(
        "work_order",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("service_point_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("due_from", UtcDateTime(), nullable=True),
        sa.Column("due_until", UtcDateTime(), nullable=True),
        sa.Column("appointment_from", UtcDateTime(), nullable=True),
        sa.Column("appointment_until", UtcDateTime(), nullable=True),
        sa.Column("planned_minutes", sa.Integer(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("extra", Json, nullable=False),
        sa.Column("no_charge", sa.Boolean(), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("route_day", sa.Date(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("planned_start", UtcDateTime(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.String(length=80), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.Column("cancel_seq", sa.Integer(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("follows_number", sa.String(length=20), nullable=True),
        sa.Column("follow_reason", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_order_account_id")),
        sa.ForeignKeyConstraint(
            ["follows_number"], ["work_order.number"], name=op.f("fk_work_order_follows_number")
        ),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_work_order_service_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_work_order_technician_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_work_order")),
    )
    op.create_index(op.f("ix_work_order_account_id"), "work_order", ["account_id"], unique=False)
    op.create_index(op.f("ix_work_order_follows_number"), "work_order", ["follows_number"], unique=False)
    op.create_index(op.f("ix_work_order_route_day"), "work_order", ["route_day"], unique=False)
    op.create_index(op.f("ix_work_order_service_point_id"), "work_order", ["service_point_id"], unique=False)
    op.create_index(op.f("ix_work_order_state"), "work_order", ["state"], unique=False)
    op.create_index(op.f("ix_work_order_technician_id"), "work_order", ["technician_id"], unique=False)
    op.create_index(op.f("ix_work_order_type"), "work_order", ["type"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.String(length=20), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name=op.f("fk_assignment_order_number")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_assignment_technician_id")
        ),
        sa.PrimaryKeyConstraint("order_number", "epoch", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_technician_id"), "assignment", ["technician_id"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("detail", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["work_order.number"], name=op.f("fk_order_event_order_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index("ix_order_event_order", "order_event", ["order_number", "id"], unique=False)
    op.create_table(
        "sync_attachment",
        sa.Column("db_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doc_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("rev", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("db_id", "doc_id", "rev", "name", name=op.f("pk_sync_attachment")),
        comment="Which stored bytes a revision's attachment is",
    )
    op.create_index("ix_sync_attachment_db_id_sha256", "sync_attachment", ["db_id", "sha256"], unique=False)
    op.create_table(
        "sync_blob",
        sa.Column("db_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="as stored: gzip for compressible types"
        ),
        sa.PrimaryKeyConstraint("db_id", "sha256", name=op.f("pk_sync_blob")),
        comment="Attachment bytes by content, once per database",
    )
    op.create_table(
        "sync_database",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "uuid", sa.Text(), nullable=False, comment="32 hex digits; new when a database is made again"
        ),
        sa.Column("update_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("doc_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("doc_del_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("purge_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("revs_limit", sa.Integer(), server_default=sa.text("(1000)"), nullable=False),
        sa.Column("security", sa.LargeBinary(), nullable=False, comment="JSON of _security"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_database")),
        sa.UniqueConstraint("name", name=op.f("uq_sync_database_name")),
        comment="One replicated database; its row is locked by every writer, so sequences appear in order",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sync_revision",
        sa.Column("db_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doc_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("rev", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column(
            "body", sa.LargeBinary(), nullable=False, comment="JSON object without fields that start with _"
        ),
        sa.Column(
            "files", sa.LargeBinary(), nullable=True, comment="JSON of _attachments as stubs, null when none"
        ),
        sa.PrimaryKeyConstraint("db_id", "doc_id", "rev", name=op.f("pk_sync_revision")),
        comment="The body of one revision; ancestors lose theirs at compaction",
    )
    op.create_table(
        "sync_document",
        sa.Column("db_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("doc_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "seq", sa.BigInteger(), nullable=False, comment="position in the feed, moved by every change"
        ),
        sa.Column("rev", sa.Text(), nullable=False, comment="winning revision"),
        sa.Column("deleted", sa.Boolean(), nullable=False, comment="whether the winner is a deletion"),
        sa.Column(
            "others",
            sa.LargeBinary(),
            nullable=True,
            comment="JSON [[rev, deleted], …] of the other leaves, null when none",
        ),
        sa.Column(
            "tree",
            sa.LargeBinary(),
            nullable=False,
            comment="revision tree as sync.protocol.revtree dumps it",
        ),
        sa.ForeignKeyConstraint(
            ["db_id"], ["sync_database.id"], name=op.f("fk_sync_document_db_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("db_id", "doc_id", name=op.f("pk_sync_document")),
        comment="A document's place in the feed and its revision tree",
    )
    op.create_index("uq_sync_document_db_id_seq", "sync_document", ["db_id", "seq"], unique=True)
    op.create_table(
        "sync_local",
        sa.Column("db_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=False,
            comment="namespace: empty for the server, device:<id> for a tablet",
        ),
        sa.Column(
            "doc_id",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="without _local/",
        ),
        sa.Column("rev", sa.BigInteger(), nullable=False, comment="N of 0-N"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["db_id"], ["sync_database.id"], name=op.f("fk_sync_local_db_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("db_id", "owner", "doc_id", name=op.f("pk_sync_local")),
        comment="Checkpoints and other documents that never replicate",
    )


def downgrade() -> None:
    op.drop_table("sync_local")
    op.drop_index("uq_sync_document_db_id_seq", table_name="sync_document")
    op.drop_table("sync_document")
    op.drop_table("sync_revision")
    op.drop_table("sync_database")
    op.drop_table("sync_blob")
    op.drop_index("ix_sync_attachment_db_id_sha256", table_name="sync_attachment")
    op.drop_table("sync_attachment")
    op.drop_index("ix_order_event_order", table_name="order_event")
    op.drop_table("order_event")
    op.drop_index(op.f("ix_assignment_technician_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_work_order_type"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_technician_id"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_state"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_service_point_id"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_route_day"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_follows_number"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_account_id"), table_name="work_order")
    op.drop_table("work_order")
    op.drop_index("uq_service_point_event_source", table_name="service_point_event")
    op.drop_index(op.f("ix_service_point_event_service_point_id"), table_name="service_point_event")
    op.drop_table("service_point_event")
    op.drop_index(
        "uq_service_agreement_open",
        table_name="service_agreement",
        sqlite_where=sa.text("end_on is null"),
        postgresql_where=sa.text("end_on is null"),
    )
    op.drop_index(op.f("ix_service_agreement_service_point_id"), table_name="service_agreement")
    op.drop_index(op.f("ix_service_agreement_account_id"), table_name="service_agreement")
    op.drop_table("service_agreement")
    op.drop_index("uq_read_source", table_name="read")
    op.drop_index(op.f("ix_read_service_point_id"), table_name="read")
    op.drop_index("ix_read_meter_taken", table_name="read")
    op.drop_table("read")
    op.drop_index(op.f("ix_meter_test_meter_id"), table_name="meter_test")
    op.drop_table("meter_test")
    op.drop_index(
        "uq_installation_service_point_open",
        table_name="installation",
        sqlite_where=sa.text("removed_at is null"),
        postgresql_where=sa.text("removed_at is null"),
    )
    op.drop_index(
        "uq_installation_meter_open",
        table_name="installation",
        sqlite_where=sa.text("removed_at is null"),
        postgresql_where=sa.text("removed_at is null"),
    )
    op.drop_index(op.f("ix_installation_service_point_id"), table_name="installation")
    op.drop_index(op.f("ix_installation_meter_id"), table_name="installation")
    op.drop_table("installation")
    op.drop_index(op.f("ix_shift_technician_id"), table_name="shift")
    op.drop_index(op.f("ix_shift_day"), table_name="shift")
    op.drop_table("shift")
    op.drop_index(op.f("ix_service_point_premise_id"), table_name="service_point")
    op.drop_table("service_point")
    op.drop_table("route_way")
    op.drop_index(op.f("ix_receipt_technician_id"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_order_number"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_device_id"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_account_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_payment_account_id"), table_name="payment")
    op.drop_table("payment")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        sqlite_where=sa.text("published_at is null"),
        postgresql_where=sa.text("published_at is null"),
    )
    op.drop_table("outbox")
    op.drop_index(op.f("ix_notice_account_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_meter_van_technician_id"), table_name="meter")
    op.drop_table("meter")
    op.drop_index(op.f("ix_hold_account_id"), table_name="hold")
    op.drop_table("hold")
    op.drop_index(op.f("ix_enrolment_code_technician_id"), table_name="enrolment_code")
    op.drop_table("enrolment_code")
    op.drop_index(op.f("ix_device_technician_technician_id"), table_name="device_technician")
    op.drop_table("device_technician")
    op.drop_index(op.f("ix_used_assertion_expires_at"), table_name="used_assertion")
    op.drop_table("used_assertion")
    op.drop_table("technician")
    op.drop_index("uq_rule_dated", table_name="rule")
    op.drop_table("rule")
    op.drop_index(op.f("ix_premise_zone_id"), table_name="premise")
    op.drop_index(op.f("ix_premise_street"), table_name="premise")
    op.drop_table("premise")
    op.drop_index("ix_posting_party", table_name="posting")
    op.drop_index(op.f("ix_posting_entry_id"), table_name="posting")
    op.drop_table("posting")
    op.drop_index("uq_fee_dated", table_name="fee")
    op.drop_table("fee")
    op.drop_index("uq_evidence_name", table_name="evidence")
    op.drop_index(op.f("ix_evidence_sha256"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_event_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("entry_seal")
    op.drop_index(op.f("ix_account_customer_id"), table_name="account")
    op.drop_table("account")
    op.drop_table("zone")
    op.drop_table("staff_user")
    op.drop_index("ix_sign_in_attempt_last", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("rule_set")
    op.drop_index(op.f("ix_receipt_block_device_id"), table_name="receipt_block")
    op.drop_table("receipt_block")
    op.drop_index("uq_quarantine_revision", table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_index(op.f("ix_plan_run_state"), table_name="plan_run")
    op.drop_index(op.f("ix_plan_run_day"), table_name="plan_run")
    op.drop_table("plan_run")
    op.drop_table("ledger_balance")
    op.drop_index("uq_journal_entry_source", table_name="journal_entry")
    op.drop_index("ix_journal_entry_recorded", table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_order_number"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("ingest_checkpoint")
    op.drop_index(op.f("ix_field_event_technician_id"), table_name="field_event")
    op.drop_index(op.f("ix_field_event_status"), table_name="field_event")
    op.drop_index(op.f("ix_field_event_order_number"), table_name="field_event")
    op.drop_index(op.f("ix_field_event_device_id"), table_name="field_event")
    op.drop_table("field_event")
    op.drop_index("uq_exception_case_source", table_name="exception_case")
    op.drop_index(op.f("ix_exception_case_state"), table_name="exception_case")
    op.drop_index(op.f("ix_exception_case_order_number"), table_name="exception_case")
    op.drop_index(op.f("ix_exception_case_code"), table_name="exception_case")
    op.drop_table("exception_case")
    op.drop_index("ix_enrolment_attempt_recent", table_name="enrolment_attempt")
    op.drop_table("enrolment_attempt")
    op.drop_index(op.f("ix_device_revoked_at"), table_name="device")
    op.drop_table("device")
    op.drop_index(op.f("ix_customer_name"), table_name="customer")
    op.drop_table("customer")
    op.drop_table("counter")
