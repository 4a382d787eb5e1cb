"""Triggers that write what webhooks are sent in the transaction of the fact itself, whoever wrote it.

PostgreSQL looks at all rows of a statement together, SQLite at each; where no webhook wants the kind, that
is one look into a table of a few rows. Facts that an import brought are no news to where they came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MONEY_IN = "('payment', 'payment_moved', 'reverse_payment', 'reverse_payment_moved')"
TAKEN_OVER = "('bill', 'opening_balance', 'reverse_bill', 'reverse_opening_balance')"
"""What came from the billing system is no news to it, nor is that it was taken back here."""
PURPOSE = "(SELECT purpose FROM journal_entry WHERE id = {row}.entry_id)"


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of fact: the table it is a row of, and which rows; `{row}` stands for the row."""

    kind: str
    table: str
    which: str


SOURCES = (
    Source("order_states", "order_event", "{row}.from_state IS DISTINCT FROM {row}.to_state"),
    Source("service_status", "service_point_event", "{row}.source NOT LIKE 'import:%'"),
    Source("reads", "read", "{row}.source NOT LIKE 'import:%'"),
    Source(
        "meter_changes",
        "read",
        "{row}.kind IN ('start', 'final') AND {row}.supersedes_id IS NULL "
        "AND {row}.source NOT LIKE 'import:%'",
    ),
    Source(
        "receipts",
        "posting",
        f"{{row}}.ledger = 'AR' AND {PURPOSE} IN {MONEY_IN}",
    ),
    Source(
        "account_charges",
        "posting",
        f"{{row}}.ledger = 'AR' AND {PURPOSE} NOT IN {TAKEN_OVER}",
    ),
)


def create_statements(dialect: str) -> list[str]:
    """The DDL of every trigger, for `sqlite` or `postgresql`."""
    written = _sqlite if dialect == "sqlite" else _postgresql
    return [statement for of in SOURCES for statement in written(of)]


def drop_statements(dialect: str) -> list[str]:
    """The DDL that takes them away again."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS webhook_{of.kind}" for of in SOURCES]
    return [
        statement
        for of in SOURCES
        for statement in (
            f'DROP TRIGGER IF EXISTS webhook_{of.kind} ON "{of.table}"',
            f"DROP FUNCTION IF EXISTS curbstop_webhook_{of.kind}()",
        )
    ]


def _insert(of: Source, key: str, rows: str, row: str) -> str:
    """One delivery for each webhook that wants the kind."""
    which = of.which.format(row=row)
    return (
        "INSERT INTO webhook_delivery (webhook_id, kind, fact_id, key, state, failures) "  # noqa: S608 - names of our own
        f"SELECT webhook.id, '{of.kind}', {row}.id, {key}, 'waiting', 0 FROM webhook_kind "
        f"JOIN webhook ON webhook.id = webhook_kind.webhook_id {rows} "
        f"WHERE webhook_kind.kind = '{of.kind}' AND webhook.ended_at IS NULL AND {which};"
    )


def _sqlite(of: Source) -> Iterator[str]:
    # Older SQLite spells IS DISTINCT FROM as IS NOT, which every version reads.
    insert = _insert(of, "lower(hex(randomblob(16)))", "", "NEW").replace("IS DISTINCT FROM", "IS NOT")
    wanted = f"EXISTS (SELECT 1 FROM webhook_kind WHERE kind = '{of.kind}')"  # noqa: S608 - as above
    yield (
        f'CREATE TRIGGER webhook_{of.kind} AFTER INSERT ON "{of.table}" FOR EACH ROW WHEN {wanted} '
        f"BEGIN {insert} END"
    )


def _postgresql(of: Source) -> Iterator[str]:
    key = "replace(gen_random_uuid()::text, '-', '')"
    insert = _insert(of, key, "CROSS JOIN added", "added")
    wanted = f"EXISTS (SELECT 1 FROM webhook_kind WHERE kind = '{of.kind}')"  # noqa: S608 - as above
    yield (
        f"CREATE FUNCTION curbstop_webhook_{of.kind}() RETURNS trigger LANGUAGE plpgsql AS $body$ "
        f"BEGIN IF {wanted} THEN {insert} END IF; RETURN NULL; END $body$"
    )
    yield (
        f'CREATE TRIGGER webhook_{of.kind} AFTER INSERT ON "{of.table}" REFERENCING NEW TABLE AS added '
        f"FOR EACH STATEMENT EXECUTE FUNCTION curbstop_webhook_{of.kind}()"
    )
