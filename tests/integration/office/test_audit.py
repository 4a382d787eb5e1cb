"""The audit as a chain: searched by administrators, and every line that was touched is found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.auth import users
from server.migrate import alembic_config
from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from workorders.ledger.guards import drop_statements
from workorders.policy.audit_chain import BEGINNING, line_hash
from workorders.queries.admin_changes import audit_differences, lines_counted, newest_hash
from workorders.queries.verify import verify_ledger
from workorders.tables import AdminChange
from workorders.usecases.administration.audit import note_change
from workorders.usecases.lost_races import in_transaction


def change(session: Session) -> None:
    """Several lines, as administrators leave them."""
    users.set_roles(session, "carla", ["csr", "cashier"], now=CLOCK, actor="ada")
    users.set_active(session, "dana", False, now=CLOCK + timedelta(microseconds=7), actor="ada")
    pair = {
        "full_name": ("Ñandú “a” \u2028", None),
        "cents": (1, 2),
        "active": (True, False),
        "roles": ([], ["x"]),
    }
    note_change(session, "person:casey", "changed", now=CLOCK, actor="ada", changes=pair, reason="moved away")


def test_every_line_covers_the_one_before(office: Office) -> None:
    with office.services.sessions.begin() as session:
        before = lines_counted(session)
        change(session)
    with office.services.read_sessions() as session:
        assert list(audit_differences(session)) == []
        assert lines_counted(session) == before + 3
        assert verify_ledger(session).looked_at["audit_lines"] == before + 3
        lines = session.scalars(select(AdminChange).order_by(AdminChange.id)).all()
        assert len({one.hash for one in lines}) == len(lines)
        assert newest_hash(session) == lines[-1].hash


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE admin_change SET reason = 'stayed' WHERE reason = 'moved away'",
        "UPDATE admin_change SET actor = 'sam' WHERE id = (SELECT MIN(id) FROM admin_change)",
        "DELETE FROM admin_change WHERE id = (SELECT MIN(id) FROM admin_change)",
        "DELETE FROM admin_change WHERE id = (SELECT MAX(id) FROM admin_change)",
        "DELETE FROM admin_change",
        "INSERT INTO admin_change (subject, at, actor, kind, changes, hash)"
        " SELECT subject, at, actor, kind, changes, hash FROM admin_change WHERE reason = 'moved away'",
    ],
)
def test_what_hands_changed_is_found(office: Office, edit: str) -> None:
    with office.services.sessions.begin() as session:
        change(session)
        for statement in drop_statements(session.get_bind().dialect.name):
            session.execute(text(statement))
        session.execute(text(edit))
    with office.services.read_sessions() as session:
        assert {one.check for one in verify_ledger(session).differences} == {"audit"}


def test_lines_of_many_administrators_at_once_make_one_chain(office: Office) -> None:
    def note(number: int) -> None:
        def work(session: Session) -> None:
            note_change(session, f"person:p{number}", "changed", now=CLOCK, actor="ada")

        in_transaction(office.services.sessions, work)

    with ThreadPoolExecutor(8) as several:
        list(several.map(note, range(24)))
    with office.services.read_sessions() as session:
        assert list(audit_differences(session)) == []


def test_the_migration_chains_the_lines_there_are(office: Office) -> None:
    with office.services.sessions.begin() as session:
        change(session)
        kept = session.scalars(select(AdminChange.hash).order_by(AdminChange.id)).all()
    with office.services.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0033")
    with office.services.engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
    with office.services.read_sessions() as session:
        assert session.scalars(select(AdminChange.hash).order_by(AdminChange.id)).all() == kept
        assert list(audit_differences(session)) == []


def test_a_hash_is_of_every_word() -> None:
    at = datetime(2026, 3, 2, 14, tzinfo=UTC)
    words: dict[str, Any] = {
        "subject": "person:a",
        "at": at,
        "actor": "ada",
        "kind": "roles",
        "reason": None,
        "changes": {"a": [1, 2]},
    }
    hashes = {line_hash(BEGINNING, **words)}
    for name, other in (
        ("subject", "person:b"),
        ("at", at + timedelta(microseconds=1)),
        ("actor", "sam"),
        ("kind", "locked"),
        ("reason", "x"),
        ("changes", {"a": [1, 3]}),
    ):
        hashes.add(line_hash(BEGINNING, **words | {name: other}))
    hashes.add(line_hash("1" * 64, **words))
    assert len(hashes) == 8


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("q=carla", "cashier".title(), "moved away"),
        ("q=MOVED+casey", "moved away", "Locked out"),
        ("q=100%25", "Nothing fits this search.", "moved away"),
        ("kind=locked", "Dana Dispatcher", "moved away"),
        ("from=2026-03-03", "Nothing fits this search.", "moved away"),
        ("until=2026-03-02", "moved away", "Nothing fits"),
        ("kind=nothing", "Nothing fits this search.", "moved away"),
    ],
)
def test_administrators_search_it(office: Office, query: str, found: str, missing: str) -> None:
    with office.services.sessions.begin() as session:
        change(session)
    page = office.client("ada").get(f"/admin/audit?{query}")
    assert page.status_code == 200
    table = page.text.split('id="lines"')[1].split('id="proof"')[0]
    assert found in table
    assert missing not in table


def test_long_audits_are_read_page_by_page(office: Office) -> None:
    with office.services.sessions.begin() as session:
        for number in range(120):
            note_change(session, f"person:p{number:03}", "changed", now=CLOCK, actor="ada", reason="once")
        head = newest_hash(session)
    ada = office.client("ada")
    first = ada.get("/admin/audit?q=once").text
    assert ("p119" in first, "p019" in first, head in first) == (True, False, True)
    address = first.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(address).text
    assert ("p019" in second, "p119" in second) == (True, False)
    assert ada.get("/admin/audit?from=yesterday").status_code == 422
    assert office.client("sam").get("/admin/audit").status_code == 403
