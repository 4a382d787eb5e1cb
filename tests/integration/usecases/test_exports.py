"""Exports on both engines: each row once, the same bytes again, nothing lost when ended half-way."""

import csv
import io
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from server.commands.export import export_command
from server.config import Config
from server.db import session_factory
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_reports_tie import played
from tests.integration.usecases.world import LATER
from workorders.ledger import custody, post, trial_balance
from workorders.messages.message import Message
from workorders.queries.exports import EXPORTS, csv_of
from workorders.tables import Installation, Posting, Read, ServicePointEvent
from workorders.usecases.exchange.export_batches import is_unchanged, make_batch


def rows_of(text_: str) -> list[dict[str, str]]:
    """What another system reads: nothing of the program's own but the format that the page documents."""
    assert "\r\n" in text_
    return list(csv.DictReader(io.StringIO(text_, newline=""), strict=True))


def exported(session: Session, kind: str) -> list[dict[str, str]]:
    """The next batch as another system reads it; nothing when nothing is new."""
    batch = make_batch(session, kind, now=LATER, actor="curbstop")
    if batch is None:
        return []
    found = rows_of("".join(csv_of(session, EXPORTS[kind], batch.after_id, batch.until_id)))
    assert len(found) == batch.rows
    return found


def worked(session: Session) -> None:
    played(session)
    exchange = world.sent(session, "exchange", 6)
    world.take(session, Tablet("t01", counter=500).completed(exchange, answers.exchange(6, "NT011")))


def test_the_journal_rebuilds_the_books(session: Session) -> None:
    worked(session)
    first = exported(session, "journal")
    post(
        session,
        source="x",
        purpose="correction",
        message=Message.of("entry.payment_void"),
        lines=[("AR", "REV", 77)],
        parties={"account": "A1"},
        effective_at=LATER,
        now=LATER,
    )
    both = [*first, *exported(session, "journal")]
    books: Counter[str] = Counter()
    for row in both:
        books[row["ledger"]] += int(row["debit_cents"]) - int(row["credit_cents"])
    assert books == Counter(trial_balance(session))
    ids = [row["posting_id"] for row in both]
    assert len(set(ids)) == len(ids) == session.scalar(select(func.count()).select_from(Posting))
    assert exported(session, "journal") == []


def test_what_accounts_owe_follows_from_the_charges(session: Session) -> None:
    worked(session)
    owed: Counter[str] = Counter()
    for row in exported(session, "account_charges"):
        owed[row["account"]] += int(row["amount_cents"])
    balances = session.execute(
        select(Posting.party, func.sum(Posting.amount_cents))
        .where(Posting.ledger == "AR")
        .group_by(Posting.party)
    )
    assert owed == Counter({party: int(cents) for party, cents in balances})


def test_receipts_carry_every_way_and_what_was_taken_back(session: Session) -> None:
    worked(session)
    rows = exported(session, "receipts")
    by_receipt = {row["receipt"]: row for row in rows if row["receipt"]}
    assert by_receipt["T01-000001"]["method"] == "cash"
    back = [row for row in rows if row["payment"] == "p2"]
    assert sorted(int(row["amount_cents"]) for row in back) == [-8_000, 8_000]
    field = sum(int(row["amount_cents"]) for row in rows if row["receipt"])
    assert field == 8_456
    assert sum(custody(session).values()) < field


def test_reads_meters_and_services_are_all_there(session: Session) -> None:
    worked(session)
    reads = exported(session, "reads")
    assert len(reads) == session.scalar(select(func.count()).select_from(Read))
    changes = exported(session, "meter_changes")
    put_in = session.scalars(select(Installation).where(Installation.source.like("event:%"))).one()
    assert [(row["change"], row["meter"]) for row in changes] == [
        ("removed", "M6"),
        ("set", put_in.meter.serial),
    ]
    status = exported(session, "service_status")
    assert len(status) == session.scalar(select(func.count()).select_from(ServicePointEvent))
    assert {row["state"] for row in status} == {"on", "off_np"}


def test_a_batch_read_again_has_the_same_bytes_and_a_change_is_seen(session: Session) -> None:
    worked(session)
    batch = make_batch(session, "reads", now=LATER, actor="curbstop")
    assert batch is not None
    worked_later = world.sent(session, "reread", 1)
    world.take(session, Tablet("t02", counter=600).completed(worked_later, answers.reread(1, 145_000)))
    assert is_unchanged(session, batch)
    session.execute(text(drop_guard(session)))
    session.execute(text("UPDATE read SET value = value + 1 WHERE id = (SELECT min(id) FROM read)"))
    assert not is_unchanged(session, batch)


def drop_guard(session: Session) -> str:
    on = " ON read" if session.get_bind().dialect.name == "postgresql" else ""
    return f"DROP TRIGGER guard_read_update{on}"


def test_a_row_written_before_and_committed_after_is_not_left_out(district_engine: Engine) -> None:
    """Ids are taken in another order than transactions end: the export waits for who is still writing."""
    sessions, found, given = session_factory(district_engine), list[dict[str, str]](), threading.Event()

    def export() -> None:
        given.set()
        with sessions.begin() as other:
            found.extend(exported(other, "journal"))

    with sessions() as writer:
        late: dict[str, Any] = {"purpose": "payment", "parties": {"account": "A1"}, "now": LATER}
        message = Message.of("entry.payment_void")
        lines = [("AR", "REV", 1)]
        post(writer, source="late", message=message, lines=lines, effective_at=LATER, **late)
        thread = threading.Thread(target=export)
        thread.start()
        assert given.wait(30)
        writer.commit()
    thread.join(60)
    assert not thread.is_alive()
    assert [row["ledger"] for row in found if row["source"] == "late"] == ["AR", "REV"]


@pytest.mark.parametrize("ended_at", ["fsync", "replace", "commit"])
def test_ended_half_way_the_next_run_gives_the_same(
    district_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended_at: str
) -> None:
    """At each step: nothing half is in the folder, and no row is lost or given under two numbers."""
    services = _Services(district_engine)
    monkeypatch.setattr("server.commands.export.open_services", lambda _config: services)

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(export_command, [*arguments, "--to", str(tmp_path)])

    with monkeypatch.context() as patched:
        if ended_at == "fsync":
            patched.setattr("server.commands.export.os.fsync", end)
        elif ended_at == "replace":
            patched.setattr(Path, "replace", end)
        else:
            event.listen(services.sessions, "before_commit", end)
        assert run("reads").exit_code == 1
    if ended_at == "commit":
        event.remove(services.sessions, "before_commit", end)
    whole = sorted(path.name for path in tmp_path.glob("*.csv"))
    assert whole == (["reads-000001.csv"] if ended_at == "commit" else [])
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    assert run("reads").exit_code == 0
    data = (tmp_path / "reads-000001.csv").read_bytes()
    assert before in ({}, {"reads-000001.csv": data})
    with services.read_sessions() as session:
        assert len(rows_of(data.decode())) == session.scalar(select(func.count()).select_from(Read))
    assert "Nothing new" in run("reads").output
    assert run("reads", "--again", "1", "--compare").exit_code == 0
    assert (tmp_path / "reads-000001.csv").read_bytes() == data
    assert run("reads", "--again", "1", "--json").exit_code == 0
    document = json.loads((tmp_path / "reads-000001.json").read_text())
    assert [str(row["read_id"]) for row in document["rows"]] == [
        row["read_id"] for row in rows_of(data.decode())
    ]
    with services.sessions.begin() as session:
        session.execute(text(delete_guard(session)))
        session.execute(text("DELETE FROM export_batch"))


def delete_guard(session: Session) -> str:
    on = " ON export_batch" if session.get_bind().dialect.name == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS guard_export_batch_delete{on}"


class _Services:
    """What the command asks of the services."""

    def __init__(self, engine: Engine) -> None:
        self.engine = _Undisposed()
        self.config = Config()
        self.sessions = session_factory(engine)
        self.read_sessions = session_factory(engine, read_only=True)

    def clock(self) -> Any:
        return LATER


class _Undisposed:
    def dispose(self) -> None:
        """The district's engine is used by the next test too."""
