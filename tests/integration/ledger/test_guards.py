"""The database refuses what would bend the ledger or a fact, whoever writes the SQL."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import shapely
from sqlalchemy import Engine, column, insert, table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import open_engine
from server.migrate import downgrade, upgrade
from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.ledger import post
from workorders.ledger.guards import GUARDS, create_statements, drop_statements
from workorders.messages.message import typed
from workorders.tables import (
    EntrySeal,
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Meter,
    Posting,
    Premise,
    Quarantine,
    Read,
    ServicePoint,
    ServicePointEvent,
    metadata,
)
from workorders.tables.base import UtcDateTime

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.fixture
def facts(session: Session, point: ServicePoint) -> Iterator[Session]:
    post(
        session,
        source="one",
        purpose="fee",
        message=typed("w"),
        lines=[("AR", "SVC", 500)],
        parties={"account": "A1"},
        effective_at=NOW,
        now=NOW,
    )
    meter = Meter(serial="M1", make="Demo", size="5/8", dials=6)
    session.add(meter)
    session.flush()
    session.add_all(
        [
            FieldEvent(
                id="event:ab12cd34:00000001",
                kind="started",
                technician_id="t01",
                device_id="ab12cd34",
                counter=1,
                occurred_at=NOW,
                received_at=NOW,
                status="review",
                ack_code="ack.noted",
                codes=[],
                digest="0" * 64,
                body={"a": 1},
            ),
            ServicePointEvent(service_point_id=point.id, state="off", at=NOW, source="one"),
            Read(
                meter_id=meter.id,
                service_point_id=point.id,
                taken_at=NOW,
                value=5,
                kind="actual",
                source="one",
            ),
            ExceptionCase(code="c", source="one", opened_at=NOW),
            Quarantine(
                database="tech-t01",
                document_id="x",
                revision="1-a",
                body={},
                code="c",
                params={"text": "r"},
                received_at=NOW,
            ),
        ]
    )
    session.commit()
    yield session
    session.rollback()


@pytest.fixture
def point(session: Session) -> ServicePoint:
    premise = Premise(
        number="P1",
        house_number="1",
        street="Alder",
        city="Demo",
        postcode="0",
        position=shapely.Point(-98, 39),
    )
    session.add(premise)
    session.flush()
    made = ServicePoint(number="SP1", premise_id=premise.id, size="5/8")
    session.add(made)
    session.flush()
    return made


FORBIDDEN = (
    "UPDATE posting SET amount_cents = amount_cents + 1",
    "DELETE FROM posting",
    "UPDATE journal_entry SET code = 'other'",
    "DELETE FROM journal_entry",
    "UPDATE entry_seal SET sealed_at = sealed_at",
    "DELETE FROM entry_seal",
    "INSERT INTO posting (entry_id, ledger, party, amount_cents) SELECT id, 'AR', 'A', 5 FROM journal_entry",
    "UPDATE field_event SET body = '{}'",
    "UPDATE field_event SET digest = 'x'",
    "DELETE FROM field_event",
    "UPDATE service_point_event SET state = 'on'",
    "DELETE FROM service_point_event",
    "UPDATE read SET value = 6",
    "DELETE FROM read",
    "UPDATE exception_case SET code = 'other'",
    "DELETE FROM exception_case",
    "DELETE FROM quarantine",
)
ALLOWED = (
    "UPDATE field_event SET status = 'posted', ack_code = 'ack.posted'",
    "UPDATE read SET billed = true",
    "UPDATE exception_case SET state = 'accepted', decided_by = 'x'",
)


def test_facts_are_not_changed_by_hand_but_decisions_are(facts: Session) -> None:
    for statement in FORBIDDEN:
        with pytest.raises(IntegrityError, match=r"append_only|entry_sealed"), facts.begin_nested():
            facts.execute(text(statement))
    for statement in ALLOWED:
        facts.execute(text(statement))
    facts.commit()


def open_entry(session: Session, *amounts: int) -> int:
    entry = JournalEntry(source="open", purpose="p", code="text", effective_at=NOW, recorded_at=NOW)
    session.add(entry)
    session.flush()
    session.add_all(
        [Posting(entry_id=entry.id, ledger="AR", party="A1", amount_cents=cents) for cents in amounts]
    )
    session.flush()
    return entry.id


def test_what_does_not_balance_is_not_sealed(session: Session) -> None:
    for amounts in ((), (100,), (100, -99)):
        with pytest.raises(IntegrityError, match="entry_unbalanced"), session.begin_nested():
            session.execute(insert(EntrySeal).values(entry_id=open_entry(session, *amounts), sealed_at=NOW))


def test_an_open_entry_is_not_committed(session: Session) -> None:
    open_entry(session, 100, -100)
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        session.commit()


def test_the_guards_are_taken_down_and_put_up_again(engine: Engine) -> None:
    dialect = engine.dialect.name
    with engine.begin() as connection:
        for statement in [*drop_statements(dialect), *create_statements(dialect)]:
            connection.execute(text(statement))


def test_truncate_is_refused(facts: Session, backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is tested above")
    with pytest.raises(IntegrityError, match="append_only"):
        facts.execute(text("TRUNCATE posting"))


def test_guards_name_tables_and_columns_that_exist() -> None:
    for guard in GUARDS:
        assert set(guard.frozen) <= set(metadata.tables[guard.table].columns.keys())


@pytest.mark.parametrize("cents", [AMOUNT_MAX_CENTS + 1, -AMOUNT_MAX_CENTS - 1, 2 * 10**18])
def test_no_line_is_larger_than_the_books_can_add_up(session: Session, cents: int) -> None:
    entry = JournalEntry(source="two", purpose="fee", code="text", effective_at=NOW, recorded_at=NOW)
    session.add(entry)
    session.flush()
    with pytest.raises(IntegrityError, match="posting_too_large"):
        session.execute(
            insert(Posting).values(entry_id=entry.id, ledger="AR", party="A1", amount_cents=cents)
        )


def test_a_database_that_holds_larger_lines_is_migrated_as_it_is(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    downgrade(engine, "0006")
    with engine.begin() as connection:
        # The columns of that release, not those of today's model.
        names = ("id", "source", "purpose", "words")
        times = (column(name, UtcDateTime()) for name in ("effective_at", "recorded_at"))
        old = table("journal_entry", *map(column, names), *times)
        entry = insert(old).values(
            source="old", purpose="fee", words="A fee", effective_at=NOW, recorded_at=NOW
        )
        number = connection.execute(entry.returning(old.c.id)).scalar_one()
        for party, cents in (("A1", 2 * 10**18), ("A2", -2 * 10**18)):
            connection.execute(
                insert(Posting).values(entry_id=number, ledger="AR", party=party, amount_cents=cents)
            )
        connection.execute(insert(EntrySeal).values(entry_id=number, sealed_at=NOW))
    upgrade(engine)
    engine.dispose()
