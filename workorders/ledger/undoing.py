"""The one way in which a read or a service point's state may go: with the import that brought it.

They are facts, and triggers keep facts. An import on which nothing was built is undone in one transaction, in
which its run has the state `undoing`: only then, only within the span of ids that the run wrote down when it
was made, and only what an import wrote. The run itself, and the audit's line about it, stay.
"""

from collections.abc import Iterator

UNDOABLE = (("read", "read"), ("service_point_event", "event"))
"""Tables, and what the columns of their span in `import_run` are called."""


def _refused(span: str) -> str:
    return (
        f"OLD.source NOT LIKE 'import:%' OR NOT EXISTS (SELECT 1 FROM import_run WHERE state = 'undoing' "  # noqa: S608 - names of our own
        f"AND OLD.id BETWEEN first_{span} AND last_{span})"
    )


def open_statements(dialect: str) -> Iterator[str]:
    """The DDL that lets an import's facts go with it, in place of the guards that let none go."""
    for table, span in UNDOABLE:
        words = f"append_only: a row of {table} may not be deleted"
        yield _dropped(dialect, table)
        if dialect == "sqlite":
            yield (
                f'CREATE TRIGGER guard_{table}_delete BEFORE DELETE ON "{table}" WHEN {_refused(span)} '
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
            continue
        yield (
            f"CREATE FUNCTION curbstop_keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"IF {_refused(span)} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF; "
            "RETURN OLD; END $body$"
        )
        yield (
            f'CREATE TRIGGER guard_{table}_delete BEFORE DELETE ON "{table}" FOR EACH ROW '
            f"EXECUTE FUNCTION curbstop_keep_{table}()"
        )


def closed_statements(dialect: str) -> Iterator[str]:
    """The DDL that puts the guards that were there before back."""
    for table, _span in UNDOABLE:
        words = f"append_only: a row of {table} may not be deleted"
        yield _dropped(dialect, table)
        if dialect == "sqlite":
            yield (
                f'CREATE TRIGGER guard_{table}_delete BEFORE DELETE ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
            continue
        yield f"DROP FUNCTION curbstop_keep_{table}()"
        yield (
            f'CREATE TRIGGER guard_{table}_delete BEFORE DELETE ON "{table}" FOR EACH ROW '
            f"EXECUTE FUNCTION curbstop_refuse('{words}')"
        )


def _dropped(dialect: str, table: str) -> str:
    return f"DROP TRIGGER guard_{table}_delete" + ("" if dialect == "sqlite" else f' ON "{table}"')
