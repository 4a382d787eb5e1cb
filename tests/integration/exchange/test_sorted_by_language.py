"""On a PostgreSQL that sorts by the rules of a language, as most are made, where ";" comes before ":"."""

import os
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.engine import make_url

from server.db import open_engine, session_factory
from server.imports import import_rows
from server.migrate import upgrade
from tests.conftest import NOW, POSTGRES
from tests.integration.imports.conftest import ACCOUNTS, CHICAGO, PREMISES
from workorders.queries.outgoing_mail import letters_of_receipt
from workorders.tables import Account, OutgoingMail, Premise, ServicePoint, ServicePointEvent, Technician
from workorders.usecases.exchange.undo_import import undo_import


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A migrated database of its own that sorts as a dictionary does."""
    if not os.environ.get(POSTGRES):
        pytest.skip("needs PostgreSQL")
    name = f"t_{uuid.uuid4().hex}"
    server = create_engine(os.environ[POSTGRES], isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        made = f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        connection.execute(text(made))
    url = make_url(os.environ[POSTGRES]).set(database=name).render_as_string(hide_password=False)
    engine = open_engine(url)
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 'premise;' < 'premise:1'")), "the database sorts as meant"
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def test_an_import_is_undone_whole(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        session.add(Technician(id="t01", name="Demo technician 1", skills=["water"]))
    runs = []
    for kind, content in (("premises", PREMISES), ("accounts", ACCOUNTS)):
        report = import_rows(sessions, kind, "f.csv", content.encode(), now=NOW, zone=CHICAGO)
        assert report.run is not None
        runs.append(report.run)
    for run in reversed(runs):
        with sessions.begin() as session:
            undo_import(session, run, now=NOW, actor="sam")
    with sessions() as session:
        for model in (Account, ServicePointEvent, ServicePoint, Premise):
            assert session.scalar(select(func.count()).select_from(model)) == 0, model


def test_the_letters_of_a_receipt_are_found(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        for key in (
            "receipt:R1:zoe@demo.example",
            "receipt:R12:zoe@demo.example",
            "receipt:R1:1@x.example",
        ):
            session.add(
                OutgoingMail(
                    key=key,
                    kind="receipt",
                    language="en",
                    created_at=NOW,
                    created_by="casey",
                    state="waiting",
                )
            )
    with sessions() as session:
        found = {one.key for one in letters_of_receipt(session, "R1")}
    assert found == {"receipt:R1:zoe@demo.example", "receipt:R1:1@x.example"}
