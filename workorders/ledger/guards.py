"""Triggers that keep facts and money as they were written, whoever holds the connection.

The same rules in the dialects of both engines: an entry is sealed only when it has postings that sum to
zero, a sealed entry takes no more postings, and what is a fact is never changed nor deleted. The
migrations execute these statements; `workorders.queries.verify` finds what somebody changed with the
triggers taken away.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from workorders.grammar.money import AMOUNT_MAX_CENTS


@dataclass(frozen=True, slots=True)
class Guard:
    """A table whose rows may not be deleted, and whose `frozen` columns may not change (empty: none may).

    In one of the `final` values of its column `state` nothing of a row may change.
    """

    table: str
    frozen: tuple[str, ...] = ()
    final: tuple[str, ...] = ()


GUARDS: tuple[Guard, ...] = (
    Guard("journal_entry"),
    Guard("posting"),
    Guard("entry_seal"),
    Guard("receipt"),
    Guard("payment"),
    Guard("service_point_event"),
    Guard("meter_test"),
    Guard("order_event"),
    Guard("quarantine"),
    Guard(
        "field_event",
        (
            "id",
            "kind",
            "technician_id",
            "device_id",
            "counter",
            "order_number",
            "epoch",
            "device_at",
            "occurred_at",
            "received_at",
            "digest",
            "rule_set",
            "body",
        ),
    ),
    Guard(
        "read",
        ("id", "meter_id", "service_point_id", "taken_at", "value", "kind", "source", "supersedes_id"),
    ),
    Guard("exception_case", ("id", "code", "order_number", "source", "opened_at", "detail")),
)

UNBALANCED = "COALESCE((SELECT SUM(amount_cents) FROM posting WHERE entry_id = NEW.entry_id), 1) <> 0"
IS_SEALED = "EXISTS (SELECT 1 FROM entry_seal WHERE entry_id = NEW.entry_id)"
NOT_BALANCED = "entry_unbalanced: an entry is sealed only with postings that sum to zero"
SEALED = "entry_sealed: a sealed entry takes no more postings"


TOO_LARGE = f"ABS(NEW.amount_cents) > {AMOUNT_MAX_CENTS}"
OUT_OF_BOUNDS = f"posting_too_large: a line of the ledger holds at most {AMOUNT_MAX_CENTS} cents"

KEYED = ("curbstop_check_posting", "curbstop_check_seal")
"""Functions that look up what belongs to one entry."""

QUARANTINE_DECISION = Guard("quarantine_decision")
"""Guarded by the migration that makes the table."""
PAYMENT_REVERSAL = Guard("payment_reversal")
"""As above."""
PENDING_PAYMENT = Guard(
    "pending_payment",
    ("id", "account_id", "amount_cents", "channel", "received_at", "recorded_at", "recorded_by", "reference"),
)
"""As above: who decided and how is written later, the payment itself never changes."""
BILL = Guard("bill")
"""As above."""
HOLD_EVENT = Guard("hold_event")
"""As above."""
AGREEMENTS = (
    Guard("agreement_event"),
    Guard(
        "application", ("id", "account_id", "premise_id", "start_on", "required", "applied_at", "applied_by")
    ),
)
"""As above: what was asked for and required of a customer stays; what was decided about it is added."""
CARE = (
    Guard("record_change"),
    Guard("account_note", ("id", "account_id", "at", "actor", "kind", "words", "call_back_on")),
    Guard(
        "enrollment", ("id", "account_id", "kind", "starts_on", "reason", "evidence", "added_at", "added_by")
    ),
    Guard(
        "adjustment",
        (
            "id",
            "account_id",
            "to_account_id",
            "kind",
            "amount_cents",
            "reason",
            "evidence",
            "requested_at",
            "requested_by",
        ),
        ("posted", "refused"),
    ),
)
"""As above."""
LATER = (QUARANTINE_DECISION, PAYMENT_REVERSAL, PENDING_PAYMENT)
COLLECTIONS = (BILL, HOLD_EVENT)
CASH_OFFICE: tuple[Guard, ...] = (
    Guard(
        "turn_in",
        ("id", "kind", "technician_id", "device_id", "opened_at", "opened_by", "expected_cents"),
        ("signed", "cancelled"),
    ),
    Guard("turn_in_receipt", ("turn_in_id", "receipt_number", "amount_cents")),
    Guard("cash_count"),
    Guard("cash_signature"),
    Guard("receipt_explanation"),
    Guard("drawer_move"),
    Guard("drawer_payment"),
    Guard("deposit"),
    Guard("deposit_item"),
    Guard("deposit_correction"),
)
"""As above: a turn-in that was signed stays as it is for ever."""
DRAWER_AT_FIRST = Guard("drawer", ("id", "owner", "day", "float_cents", "opened_at"), ("closed",))
"""What the migration that made the table could guard: drawers had no kind and no office then."""
DRAWER = Guard("drawer", ("id", "kind", "office", "owner", "day", "float_cents", "opened_at"), ("closed",))
"""A drawer that was closed stays as it is for ever, and whose it is and where never changes."""
COUNT_SET_ASIDE = Guard("count_set_aside")
"""As above."""
DRAWER_TAKEN_OVER = Guard("drawer_taken_over")
"""As above."""
COUNTER: tuple[Guard, ...] = (
    Guard(
        "payment_batch",
        ("id", "channel", "control_count", "control_cents", "opened_at", "opened_by"),
        ("closed",),
    ),
    Guard("counter_receipt"),
    Guard("payment_tender"),
)
"""As above: what was handed out is never changed, and a closed batch stays closed."""
BANK_STATEMENTS: tuple[Guard, ...] = (
    Guard("bank_statement"),
    Guard(
        "bank_line",
        (
            "id",
            "statement_id",
            "key",
            "kind",
            "posted_on",
            "amount_cents",
            "reference",
            "bank_reference",
            "bank_account",
            "description",
        ),
        ("matched", "corrected", "returned", "set_aside"),
    ),
)
"""As above: what the bank said stays, and a line that was decided stays decided."""
EXPORT_BATCH = Guard("export_batch")
"""As above: what was given to another system stays known."""
ADMIN_CHANGE = Guard("admin_change")
"""As above: what an administrator changed stays known."""
OUTGOING_MAIL = Guard(
    "outgoing_mail",
    ("id", "key", "kind", "details", "recipients", "created_at", "created_by"),
    ("written", "set_aside"),
)
"""As above: what was sent to whom stays known, and nothing is sent twice."""
SETTLEMENTS: tuple[Guard, ...] = (
    Guard("settlement"),
    Guard("settled_payment"),
    Guard("settlement_chargeback"),
)
"""As above: what a processor paid out stays known."""
RECOVERY: tuple[Guard, ...] = (
    Guard(
        "returned_mail",
        ("id", "account_id", "notice_id", "returned_on", "reason", "new_address", "noted_at", "noted_by"),
        ("resolved",),
    ),
    Guard("late_fee"),
    Guard("agency_event"),
    Guard("agency_placement", ("id", "account_id", "agency", "placed_at", "placed_by", "placed_cents")),
    Guard(
        "lien",
        ("id", "account_id", "premise_id", "amount_cents", "filed_on", "reference", "noted_at", "noted_by"),
    ),
)
"""As above: what was handed to billing, to an agency or to the recorder stays known."""
STOCK: tuple[Guard, ...] = (
    Guard("meter_move"),
    Guard("stock_count", ("id", "place", "opened_at", "opened_by"), ("closed",)),
    Guard("stock_count_serial"),
    Guard("stock_difference", ("id", "count_id", "serial", "kind", "on_record")),
)
"""As above: where a meter was, and what was counted, is never rewritten."""
REGISTER_READ = Guard("register_read")
"""As above."""
REMOTE_COMMAND = Guard(
    "remote_command", ("id", "order_number", "epoch", "meter_id", "kind", "requested_at", "requested_by")
)
"""As above: what was asked of the head-end stays; what it answered is added."""
IMPORT_RUN = Guard(
    "import_run",
    (
        "id",
        "kind",
        "file",
        "sha256",
        "source",
        "way",
        "rows",
        "counts",
        "errors",
        "made_at",
        "made_by",
        "first_read",
        "last_read",
        "first_event",
        "last_event",
    ),
    ("refused", "undone"),
)
"""As above: what a file brought stays known; it is undone at most once."""
VAULT_TRANSFER = Guard(
    "vault_transfer", ("id", "office", "kind", "amount_cents", "asked_at", "asked_by"), ("done", "refused")
)
"""As above: what was handed over stays."""
VAULT_COUNT_AT_FIRST = Guard(
    "vault_count", ("id", "office", "opened_at", "opened_by"), ("closed", "set_aside")
)
"""What the migration that made the table could guard: only vaults were counted then."""
VAULT_COUNT = Guard(
    "vault_count", ("id", "office", "ledger", "opened_at", "opened_by"), ("closed", "set_aside")
)
"""What was counted stays."""
PETTY: tuple[Guard, ...] = (
    Guard("petty_fund", ("office", "opened_at", "opened_by")),
    Guard(
        "petty_voucher",
        (
            "id",
            "office",
            "payee",
            "reason",
            "account",
            "amount_cents",
            "receipt",
            "second_needed",
            "asked_at",
            "asked_by",
        ),
        ("filled", "refused", "returned"),
    ),
    Guard(
        "petty_transfer",
        ("id", "office", "kind", "amount_cents", "asked_at", "asked_by"),
        ("done", "refused"),
    ),
    Guard("petty_transfer_voucher"),
)
"""As above: what was paid out of petty cash and what filled it again stays."""
ALL = (
    *GUARDS,
    *LATER,
    *COLLECTIONS,
    *CASH_OFFICE,
    DRAWER,
    COUNT_SET_ASIDE,
    DRAWER_TAKEN_OVER,
    *AGREEMENTS,
    *CARE,
    *COUNTER,
    *BANK_STATEMENTS,
    EXPORT_BATCH,
    ADMIN_CHANGE,
    OUTGOING_MAIL,
    *SETTLEMENTS,
    *RECOVERY,
    *STOCK,
    REGISTER_READ,
    REMOTE_COMMAND,
    IMPORT_RUN,
    VAULT_TRANSFER,
    VAULT_COUNT,
    *PETTY,
)
"""Every guard there is, whichever migration set it up."""


def create_statements(dialect: str) -> list[str]:
    """The DDL that sets every guard of `GUARDS` up, for `sqlite` or `postgresql`, in order."""
    return list(_sqlite_create() if _is_sqlite(dialect) else _postgresql_create())


def drop_statements(dialect: str) -> list[str]:
    """The DDL that takes every guard away again, also where it is gone already."""
    return list(_sqlite_drop() if _is_sqlite(dialect) else _postgresql_drop())


def keyed_statements(dialect: str) -> list[str]:
    """The DDL that lets the checks of postings and seals go by index, however the tables looked at first.

    PostgreSQL keeps the plan of a session's first posting; made while few entries were sealed, it read them
    all for each posting, so that what a load costs grew with the square of its entries.
    """
    if _is_sqlite(dialect):
        return []
    return [f"ALTER FUNCTION {name}() SET enable_seqscan = off" for name in KEYED]


def unkeyed_statements(dialect: str) -> list[str]:
    """The DDL that takes `keyed_statements` back."""
    return [] if _is_sqlite(dialect) else [f"ALTER FUNCTION {name}() RESET ALL" for name in KEYED]


def table_statements(dialect: str, guard: Guard) -> list[str]:
    """The DDL that guards one more table; the functions of `create_statements` must be there."""
    return list(_sqlite_table(guard) if _is_sqlite(dialect) else _postgresql_table(guard))


def bound_statements(dialect: str) -> list[str]:
    """The DDL that refuses a posting of more than AMOUNT_MAX_CENTS; what is there already stays."""
    if _is_sqlite(dialect):
        return [
            f"CREATE TRIGGER guard_posting_amount BEFORE INSERT ON posting WHEN {TOO_LARGE} "
            f"BEGIN SELECT RAISE(ABORT, '{OUT_OF_BOUNDS}'); END"
        ]
    refusal = (
        f"IF {TOO_LARGE} THEN RAISE EXCEPTION '{OUT_OF_BOUNDS}' USING ERRCODE = '23000'; END IF; RETURN NEW;"
    )
    return [
        _function("curbstop_check_amount", f"IF {TOO_LARGE} THEN {refusal} END IF; RETURN NEW;"),
        "CREATE TRIGGER guard_posting_amount BEFORE INSERT ON posting "
        "FOR EACH ROW EXECUTE FUNCTION curbstop_check_amount()",
    ]


def unbound_statements(dialect: str) -> list[str]:
    """The DDL that takes the bound of postings away again."""
    if _is_sqlite(dialect):
        return ["DROP TRIGGER IF EXISTS guard_posting_amount"]
    return [
        "DROP TRIGGER IF EXISTS guard_posting_amount ON posting",
        "DROP FUNCTION IF EXISTS curbstop_check_amount()",
    ]


def _is_sqlite(dialect: str) -> bool:
    if dialect not in ("sqlite", "postgresql"):
        raise ValueError(f"no guards for the dialect {dialect}")
    return dialect == "sqlite"


def _refusal(guard: Guard, act: str) -> str:
    return f"append_only: a row of {guard.table} may not be {act}"


def _changed(guard: Guard, different: str) -> str:
    """The WHEN clause that lets through an update of columns that are not frozen."""
    if not guard.frozen:
        return ""
    changes = [f'OLD."{name}" {different} NEW."{name}"' for name in guard.frozen]
    changes += [f"OLD.state = '{state}'" for state in guard.final]
    return "WHEN (" + " OR ".join(changes) + ") "


def _sqlite_create() -> Iterator[str]:
    yield (
        f"CREATE TRIGGER guard_entry_seal_balanced BEFORE INSERT ON entry_seal WHEN {UNBALANCED} "
        f"BEGIN SELECT RAISE(ABORT, '{NOT_BALANCED}'); END"
    )
    yield (
        f"CREATE TRIGGER guard_posting_sealed BEFORE INSERT ON posting WHEN {IS_SEALED} "
        f"BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
    )
    for guard in GUARDS:
        yield from _sqlite_table(guard)


def _sqlite_table(guard: Guard) -> Iterator[str]:
    yield (
        f'CREATE TRIGGER guard_{guard.table}_update BEFORE UPDATE ON "{guard.table}" '
        f"{_changed(guard, 'IS NOT')}BEGIN SELECT RAISE(ABORT, '{_refusal(guard, 'changed')}'); END"
    )
    yield (
        f'CREATE TRIGGER guard_{guard.table}_delete BEFORE DELETE ON "{guard.table}" '
        f"BEGIN SELECT RAISE(ABORT, '{_refusal(guard, 'deleted')}'); END"
    )


def _sqlite_drop() -> Iterator[str]:
    for guard in ALL:
        yield f"DROP TRIGGER IF EXISTS guard_{guard.table}_update"
        yield f"DROP TRIGGER IF EXISTS guard_{guard.table}_delete"
    yield "DROP TRIGGER IF EXISTS guard_posting_sealed"
    yield "DROP TRIGGER IF EXISTS guard_entry_seal_balanced"


def _postgresql_create() -> Iterator[str]:
    yield from _postgresql_functions()
    yield (
        "CREATE TRIGGER guard_entry_seal_balanced BEFORE INSERT ON entry_seal "
        "FOR EACH ROW EXECUTE FUNCTION curbstop_check_seal()"
    )
    yield (
        "CREATE TRIGGER guard_posting_sealed BEFORE INSERT ON posting "
        "FOR EACH ROW EXECUTE FUNCTION curbstop_check_posting()"
    )
    for guard in GUARDS:
        yield from _postgresql_table(guard)


def _postgresql_table(guard: Guard) -> Iterator[str]:
    yield (
        f'CREATE TRIGGER guard_{guard.table}_update BEFORE UPDATE ON "{guard.table}" FOR EACH ROW '
        f"{_changed(guard, 'IS DISTINCT FROM')}"
        f"EXECUTE FUNCTION curbstop_refuse('{_refusal(guard, 'changed')}')"
    )
    yield (
        f'CREATE TRIGGER guard_{guard.table}_delete BEFORE DELETE ON "{guard.table}" FOR EACH ROW '
        f"EXECUTE FUNCTION curbstop_refuse('{_refusal(guard, 'deleted')}')"
    )
    yield (
        f'CREATE TRIGGER guard_{guard.table}_truncate BEFORE TRUNCATE ON "{guard.table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION curbstop_refuse('{_refusal(guard, 'deleted')}')"
    )


def _postgresql_functions() -> Iterator[str]:
    yield _function("curbstop_refuse", "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '23000';")
    yield _function(
        "curbstop_check_seal",
        f"IF {UNBALANCED} THEN RAISE EXCEPTION '{NOT_BALANCED}' USING ERRCODE = '23000'; END IF; RETURN NEW;",
    )
    yield _function(
        "curbstop_check_posting",
        f"IF {IS_SEALED} THEN RAISE EXCEPTION '{SEALED}' USING ERRCODE = '23000'; END IF; RETURN NEW;",
    )


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {body} END $body$"


def _postgresql_drop() -> Iterator[str]:
    for guard in ALL:
        for act in ("update", "delete", "truncate"):
            yield f'DROP TRIGGER IF EXISTS guard_{guard.table}_{act} ON "{guard.table}"'
    yield "DROP TRIGGER IF EXISTS guard_posting_sealed ON posting"
    yield "DROP TRIGGER IF EXISTS guard_entry_seal_balanced ON entry_seal"
    for name in ("curbstop_check_posting", "curbstop_check_seal", "curbstop_refuse"):
        yield f"DROP FUNCTION IF EXISTS {name}()"
