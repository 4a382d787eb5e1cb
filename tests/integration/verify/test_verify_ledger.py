"""The proof finds nothing in what the program wrote, and names whatever somebody edited by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from server.commands.verify_ledger import verify_ledger_command
from server.db import session_factory
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, take
from workorders.ledger.guards import drop_statements
from workorders.queries.verify import verify_ledger
from workorders.usecases.cash.payments import record_payment

EDITS: tuple[tuple[str, str], ...] = (
    ("UPDATE posting SET amount_cents = amount_cents + 1 WHERE id = 1", "entry"),
    ("DELETE FROM posting WHERE entry_id = 1", "entry"),
    (
        "UPDATE posting SET party = 'A2' WHERE party = 'A1' AND ledger = 'AR' AND amount_cents = 4500",
        "balance",
    ),
    ("UPDATE ledger_balance SET amount_cents = 0 WHERE ledger = 'AR' AND party = 'A1'", "balance"),
    ("INSERT INTO ledger_balance (ledger, party, amount_cents) VALUES ('AR', 'A77', 5)", "balance"),
    ("UPDATE receipt SET amount_cents = 1", "receipt"),
    ("UPDATE receipt SET technician_id = 't02'", "receipt"),
    ("DELETE FROM receipt_in_custody", "receipt_in_custody"),
    ("DELETE FROM receipt_in_custody; DELETE FROM receipt", "custody"),
    ("UPDATE payment SET amount_cents = 1", "payment"),
    ("UPDATE journal_entry SET source = 'payment:other' WHERE source = 'payment:p1'", "payment"),
    ("UPDATE field_event SET body = '{}' WHERE kind = 'payment'", "event"),
    ("UPDATE field_event SET digest = 'x' WHERE kind = 'completed'", "event"),
    ("UPDATE service_point SET state = 'on' WHERE number = 'SP-1'", "service_point"),
    ("UPDATE service_point_event SET state = 'off' WHERE state = 'off_np'", "service_point"),
    ("DELETE FROM service_point_event WHERE service_point_id = 2", "service_point"),
    ("UPDATE meter SET status = 'in_stock' WHERE serial = 'M1'", "meter"),
    ("UPDATE work_order SET state = 'cancelled'", "order"),
)


@pytest.fixture
def day(engine: Engine) -> Iterator[Session]:
    """A day with a cut, cash at the door and a payment at the counter."""
    with session_factory(engine)() as session:
        world.build(session)
        cut = world.sent(session, "disconnect_np", 1)
        tablet = Tablet()
        take(session, tablet.payment(cut, 2_000))
        take(session, tablet.completed(cut, answers.cut(1)))
        record_payment(session, "p1", "A2", 3_000, "counter", now=NOW, actor="cashier")
        session.commit()
        yield session
        session.rollback()


def test_what_the_program_wrote_adds_up_and_what_hands_changed_is_named(day: Session, engine: Engine) -> None:
    sound = verify_ledger(day)
    assert sound.sound
    assert (sound.looked_at["entries"], sound.looked_at["receipts"], sound.looked_at["events"]) == (6, 1, 2)
    for statement in drop_statements(engine.dialect.name):
        day.execute(text(statement))
    for statement, check in EDITS:
        edit = day.begin_nested()
        for one in statement.split("; "):
            changed = day.execute(text(one))
        assert changed.rowcount, statement  # type: ignore[attr-defined]  # an edit's result is a CursorResult
        found = verify_ledger(day)
        assert check in {difference.check for difference in found.differences}, statement
        edit.rollback()
    assert verify_ledger(day).sound


def test_a_posting_without_its_entry_is_found(day: Session, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps foreign keys whatever a session says")
    day.rollback()
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.rollback()
        raw.execute("PRAGMA foreign_keys = OFF")
        for statement in drop_statements("sqlite"):
            raw.execute(statement)
        raw.execute("DELETE FROM journal_entry WHERE id = 1")
        raw.execute("DELETE FROM entry_seal WHERE entry_id = 2")
        raw.execute("PRAGMA foreign_keys = ON")
    words = " ".join(difference.words for difference in verify_ledger(day).differences)
    assert "Postings of entry 1 are there, the entry is not." in words
    assert "Entry 2 is not sealed." in words


def test_the_command_is_loud(
    day: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    quiet = run(verify_ledger_command, [])
    assert (quiet.exit_code, "Everything adds up." in quiet.output) == (0, True), quiet.output
    day.execute(text("UPDATE service_point SET state = 'on' WHERE number = 'SP-1'"))
    day.commit()
    loud = run(verify_ledger_command, [])
    assert loud.exit_code == 1
    assert "SP-1 shows on; its latest event says off_np." in loud.output
    answer = json.loads(run(verify_ledger_command, ["--json"]).output)
    assert (answer["sound"], [one["key"] for one in answer["differences"]]) == (False, ["SP-1"])
