"""A processor's settlement file: whole or not at all, and the same again changes nothing."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from server.imports import ImportReport, import_rows
from tests.integration.imports.conftest import CHICAGO
from tests.integration.usecases import world
from tests.integration.usecases.world import LATER, TODAY
from workorders.ledger import balance
from workorders.queries.verify import verify_ledger
from workorders.tables import Settlement
from workorders.usecases.cash.payments import record_payment

HEAD = "processor,batch,settled_on,kind,payment,amount\n"
DAY = TODAY.isoformat()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """A district with three payments by web and one by mail."""
    made = session_factory(engine)
    with made() as session:
        world.build(session)
        for id_, cents, channel in (
            ("w1", 5_000, "web"),
            ("w2", 3_000, "web"),
            ("w3", 900, "web"),
            ("m1", 700, "mail"),
        ):
            record_payment(session, id_, "A1", cents, channel, now=LATER, actor="portal")
        session.commit()
    return made


def load(sessions: sessionmaker[Session], *rows: str, dry_run: bool = False) -> ImportReport:
    text = HEAD + "".join(f"Demo Pay,{row}\n" for row in rows)
    return import_rows(
        sessions, "settlements", "batch.csv", text.encode(), now=LATER, zone=CHICAGO, dry_run=dry_run
    )


WHOLE = (
    f"B-1,{DAY},payment,w1,50.00",
    f"B-1,{DAY},payment,w2,30.00",
    f"B-1,{DAY},fee,,2.40",
    f"B-2,{DAY},payment,w3,9.00",
    f"B-1,{DAY},chargeback,w2,30.00",
)


def test_batches_are_taken_in_once(sessions: sessionmaker[Session]) -> None:
    assert load(sessions, *WHOLE, dry_run=True).counts == {"settlements": 2, "payments": 3, "chargebacks": 1}
    report = load(sessions, *WHOLE)
    assert report.errors == ()
    with sessions() as session:
        found = session.scalars(select(Settlement).order_by(Settlement.id)).all()
        assert [(one.batch, one.net_cents) for one in found] == [("B-1", 4_760), ("B-2", 900)]
        assert (balance(session, "UNDEP"), balance(session, "BANK")) == (700, 5_660)
        assert verify_ledger(session).sound
    again = load(sessions, *WHOLE)
    assert again.errors == ()
    assert again.counts == {
        "settlements": 0,
        "payments": 0,
        "chargebacks": 0,
        "settlements_known_already": 2,
    }
    with sessions() as session:
        assert balance(session, "BANK") == 5_660


@pytest.mark.parametrize(
    ("rows", "column", "words"),
    [
        ((f"B-1,{DAY},payment,w1,49.99",), "amount", "on record with another amount"),
        ((f"B-1,{DAY},payment,nothing,1.00",), "payment", "there is no payment nothing"),
        ((f"B-1,{DAY},payment,m1,7.00",), "payment", "does not wait for a processor"),
        ((f"B-1,{DAY},payment,,7.00",), "payment", "say which payment"),
        ((f"B-1,{DAY},fee,w1,7.00",), "payment", "of the whole batch"),
        ((f"B-1,{DAY},payment,w1,-50.00",), "amount", "above zero"),
        ((f"B-1,{DAY},payment,w1,50.00", f"B-1,{DAY},payment,w1,50.00"), "payment", "in the file already"),
        ((f"B-1,{DAY},payment,w1,50.00", "B-1,2026-01-01,fee,,1.00"), "settled_on", "another day"),
        (("B-1,2030-01-01,payment,w1,50.00",), "settled_on", "not come yet"),
    ],
)
def test_what_is_wrong_is_said_at_its_row(
    sessions: sessionmaker[Session], rows: tuple[str, ...], column: str, words: str
) -> None:
    report = load(sessions, *rows)
    said = [(one.column, one.words) for one in report.errors]
    assert any(one == column and words in text for one, text in said), said
    with sessions() as session:
        assert session.scalars(select(Settlement)).all() == []
