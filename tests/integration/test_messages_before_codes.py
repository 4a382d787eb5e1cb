"""What was written in English before messages had codes still reads as it was written, on both engines."""

import json
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from server.db import open_engine
from server.migrate import downgrade, upgrade
from workorders.judgement.consequences import OpenException, Post, Recall
from workorders.ledger import guards
from workorders.messages.message import typed
from workorders.messages.words import ENGLISH, say
from workorders.queries.case_choices import waiting
from workorders.tables import ExceptionCase, FieldEvent, JournalEntry, PlanRun, Quarantine

BEFORE = "0011"
AT = "2026-03-02 15:00:00"
THEN = [
    {"do": "Post", "purpose": "fee", "words": "Field visit", "lines": [["AR", "SVC", 4500]], "account": None},
    {"do": "Recall", "technician": "t02", "reason": "done by t01"},
    {
        "do": "OpenException",
        "code": "read_high",
        "words": "Usage is high.",
        "blocking": True,
        "detail": {"usage": 9},
        "then": [],
    },
]


def _write(connection: Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    row = {name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in values.items()}
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)  # noqa: S608


def _yesterday(engine: Engine) -> None:
    """Rows as the release before wrote them."""
    with engine.begin() as connection:
        _write(
            connection, "journal_entry", id=1, source="s", purpose="p", words="Field visit",
            effective_at=AT, recorded_at=AT,
        )  # fmt: skip
        _write(connection, "posting", id=1, entry_id=1, ledger="AR", party="A-1", amount_cents=5)
        _write(connection, "posting", id=2, entry_id=1, ledger="SVC", party="", amount_cents=-5)
        _write(connection, "entry_seal", entry_id=1, sealed_at=AT)
        _write(
            connection, "field_event", id="event:abcd:00000001", kind="completed", technician_id="t01",
            device_id="abcd", counter=1, occurred_at=AT, received_at=AT, status="posted", words="Posted.",
            codes=[], digest="0", body={},
        )  # fmt: skip
        _write(connection, "ledger_balance", ledger="AR", party="A-1", amount_cents=5)
        _write(connection, "ledger_balance", ledger="SVC", party="", amount_cents=-5)
        _write(
            connection, "evidence", id=1, event_id="event:abcd:00000001", name="photo.jpg",
            content_type="image/jpeg", digest="md5-x", length=3, received=False,
        )  # fmt: skip
        _write(
            connection, "quarantine", id=1, database="tech-t01", document_id="x", revision="1-a", body={},
            code="malformed", reason="no device", received_at=AT,
        )  # fmt: skip
        _write(
            connection, "quarantine_decision", quarantine_id=1, decided_at=AT, decided_by="sam",
            words="By hand",
        )  # fmt: skip
        _write(
            connection, "exception_case", id=1, code="wrongful_cut", words="The customer had paid.",
            source="s", opened_at=AT, state="open", detail={"reasons": "…", "then": THEN},
        )  # fmt: skip
        _write(
            connection, "plan_run", id=1, day="2026-03-02", kind="day", wishes={}, asked_by="d", asked_at=AT,
            seconds=5, state="failed", progress=0, words="It stopped.",
        )  # fmt: skip


def test_rows_of_the_release_before_read_as_they_were_written(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    downgrade(engine, BEFORE)
    _yesterday(engine)
    upgrade(engine)
    with Session(engine) as session:
        case = session.get_one(ExceptionCase, 1)
        kept = session.get_one(Quarantine, 1)
        assert kept.decision is not None
        run = session.get_one(PlanRun, 1)
        said = [
            session.get_one(JournalEntry, 1).message,
            session.get_one(FieldEvent, "event:abcd:00000001").ack,
            kept.reason,
            kept.decision.message,
            case.message,
            run.message or typed(""),
        ]
        assert [say(message, ENGLISH) for message in said] == [
            "Field visit",
            "Posted.",
            "no device",
            "By hand",
            "The customer had paid.",
            "It stopped.",
        ]
        assert waiting(case) == (
            Post("fee", typed("Field visit"), (("AR", "SVC", 4500),)),
            Recall("t02", typed("done by t01")),
            OpenException("read_high", True, {"usage": 9, "text": "Usage is high."}),
        )
    with engine.connect() as connection:
        before = _guards(connection)
        assert connection.scalar(text("SELECT name FROM evidence")) == "photo.jpg"
        assert _balances(connection) == {("AR", "A-1"): 5}
    downgrade(engine, BEFORE)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT words FROM journal_entry")) == "Field visit"
        assert connection.scalar(text("SELECT words FROM exception_case")) == "The customer had paid."
        detail = connection.scalar(text("SELECT detail FROM exception_case"))
        assert (json.loads(detail) if isinstance(detail, str) else detail)["then"] == THEN
        assert _balances(connection) == {("AR", "A-1"): 5, ("SVC", ""): -5}
        since = [guard for guard in guards.ALL if guard not in (*guards.GUARDS, *guards.LATER)]
        later = ("webhook_", *(f"guard_{guard.table}_" for guard in since))
        assert _guards(connection) == {name for name in before if not name.startswith(later)}
    upgrade(engine)
    engine.dispose()


def _balances(connection: Connection) -> dict[tuple[str, str], int]:
    rows = connection.execute(text("SELECT ledger, party, amount_cents FROM ledger_balance"))
    return {(row.ledger, row.party): row.amount_cents for row in rows}


def _guards(connection: Connection) -> set[str]:
    catalogue = "sqlite_master WHERE type = 'trigger'" if connection.dialect.name == "sqlite" else (
        "pg_trigger WHERE NOT tgisinternal"
    )  # fmt: skip
    name = "name" if connection.dialect.name == "sqlite" else "tgname"
    found = set(connection.scalars(text(f"SELECT {name} FROM {catalogue}")))  # noqa: S608 - our own names
    assert {f"guard_{guard.table}_update" for guard in (*guards.GUARDS, *guards.LATER)} <= found
    return found
