"""Undoing an import: all of it goes as long as nothing rests on it, and nothing of it otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from server.imports.kinds import KINDS
from tests.conftest import NOW
from tests.integration.imports.conftest import ACCOUNTS, METERS, PREMISES, Load
from tests.integration.imports.conftest import load as load  # noqa: PLC0414 - a fixture
from tests.integration.imports.conftest import sessions as sessions  # noqa: PLC0414 - a fixture
from workorders.ledger import trial_balance
from workorders.problems import Problem
from workorders.queries.import_runs import find_run
from workorders.queries.undoing_imports import NOT_UNDONE, UNDONE, Undoing, undoing_of
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    Account,
    AdminChange,
    Customer,
    ImportRun,
    Installation,
    Meter,
    Order,
    Outbox,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
)
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.exchange.export_batches import make_batch
from workorders.usecases.exchange.undo_import import undo_import

READS = "serial,read_on,value\nCB-1,2026-01-05,104000\nCB-3,2026-01-05,40\n"
ORDERS = "type,service_point,extra.flag_reason\nreread,SP-1,high\nreread,SP-3,high\n"
LATER = NOW + timedelta(hours=1)
ALL: tuple[type[Any], ...] = (
    Premise,
    ServicePoint,
    ServicePointEvent,
    Customer,
    Account,
    ServiceAgreement,
    Meter,
    Installation,
    Read,
)


class District:
    """What imports bring and undoing takes."""

    def __init__(self, sessions: sessionmaker[Session], load: Load) -> None:
        self.sessions = sessions
        self._load = load

    def load(self, kind: str, text: str) -> int:
        report = self._load(kind, text)
        assert report.written, report.errors
        assert report.run is not None
        return report.run

    def whole(self) -> list[int]:
        texts = (("premises", PREMISES), ("accounts", ACCOUNTS), ("meters", METERS), ("reads", READS))
        return [self.load(kind, text) for kind, text in texts]

    def counts(self) -> list[int]:
        with self.sessions() as session:
            return [session.scalar(select(func.count()).select_from(one)) or 0 for one in ALL]

    def undoing(self, run: int) -> Undoing:
        with self.sessions() as session:
            return undoing_of(session, find_run(session, run))

    def undo(self, run: int) -> Undoing:
        with self.sessions.begin() as session:
            return undo_import(session, run, now=LATER, actor="sam")

    def blocked_by(self, run: int) -> dict[str, tuple[str, ...]]:
        before = self.counts()
        found = self.undoing(run)
        with pytest.raises(Problem) as refused:
            self.undo(run)
        assert refused.value.code == "import_not_undoable"
        assert self.counts() == before
        return {one.table: one.numbers for one in found.built_on}


@pytest.fixture
def district(sessions: sessionmaker[Session], load: Load) -> District:
    return District(sessions, load)


def test_in_the_reverse_order_everything_goes_and_can_come_again(district: District) -> None:
    for attempt in (1, 2):
        runs = district.whole()
        assert all(district.counts())
        for run in reversed(runs):
            said = district.undoing(run)
            assert said.possible
            assert district.undo(run) == said, "what it says before is what it does"
        assert district.counts() == [0] * len(ALL), attempt
    with district.sessions() as session:
        assert not any(trial_balance(session).values()), "balances taken over are reversed"
        assert verify_ledger(session).sound
        states = set(session.scalars(select(ImportRun.state)))
        lines = session.scalars(select(AdminChange).where(AdminChange.kind == "import_undone")).all()
        assert (states, len(lines)) == ({"undone"}, 8)


def test_what_it_says_it_would_take(district: District) -> None:
    premises, accounts, meters, reads = district.whole()
    assert district.undoing(reads).takes == {"read": 2}
    assert set(district.blocked_by(meters)) == {"read"}
    district.undo(reads)
    assert district.undoing(meters).takes == {"read": 3, "installation": 2, "meter": 4}
    district.undo(meters)
    assert district.undoing(accounts).takes == {
        "service_agreement": 3,
        "account": 3,
        "customer": 2,
        "journal_entry": 2,
    }
    assert district.blocked_by(premises) == {"service_agreement": ("SP-1", "SP-2", "SP-3")}


def test_money_order_correction_or_export_keep_it(district: District) -> None:
    premises, accounts, _meters, reads = district.whole()
    with district.sessions.begin() as session:
        record_payment(session, "p-1", "A-3", 500, "web", now=LATER, actor="casey")
        make_batch(session, "reads", now=LATER, actor="sam")
    found = district.blocked_by(accounts)
    assert found["payment"] == found["posting"] == ("A-3",)
    assert district.blocked_by(reads) == {"export_batch": ("reads 1",)}
    district.load("orders", ORDERS)
    assert "work_order" in district.blocked_by(premises)
    assert set(district.blocked_by(accounts)) >= {"payment", "posting", "work_order"}


def test_orders_are_cancelled_unless_somebody_has_begun(district: District) -> None:
    district.load("premises", PREMISES)
    district.load("accounts", ACCOUNTS)
    district.load("meters", METERS)
    run = district.load("orders", ORDERS)
    assert district.undoing(run).takes == {"work_order": 2}
    district.undo(run)
    with district.sessions() as session:
        assert set(session.scalars(select(Order.state))) == {"cancelled"}
    again = district.load("orders", ORDERS)
    with district.sessions.begin() as session:
        order = session.scalars(select(Order).where(Order.state != "cancelled")).first()
        assert order is not None
        order.state, order.technician_id = "assigned", "t01"
        number = order.number
    assert district.blocked_by(again) == {"work_order": (number,)}


def test_a_refused_an_undone_and_a_kind_of_the_books_are_not_undone(district: District, load: Load) -> None:
    premises = district.load("premises", PREMISES)
    refused = load("accounts", "account,customer_name\nA-1,\n")
    assert refused.run is not None
    for run in (refused.run, 99):
        with pytest.raises(Problem):
            district.undo(run)
    district.undo(premises)
    with pytest.raises(Problem):
        district.undo(premises)
    district.load("premises", PREMISES)
    district.load("accounts", ACCOUNTS)
    paid = district.load("payments", "id,account,amount,received_on\nB-1,A-1,10.00,2026-03-01\n")
    assert district.undoing(paid).refused == NOT_UNDONE["payments"]


@pytest.mark.parametrize("model", [Read, ServicePointEvent])
def test_outside_of_an_undoing_the_facts_stay(district: District, model: type[Any]) -> None:
    district.whole()
    with pytest.raises(DBAPIError, match="append_only"), district.sessions.begin() as session:
        session.execute(delete(model))


def test_during_an_undoing_others_facts_stay(district: District) -> None:
    _premises, _accounts, _meters, reads = district.whole()
    with district.sessions() as session:
        run = session.get_one(ImportRun, reads)
        run.state = "undoing"
        session.flush()
        others = delete(Read).where(Read.id < (run.first_read or 0))
        with pytest.raises(DBAPIError, match="append_only"):
            session.execute(others)


def test_two_at_once_undo_it_once(district: District) -> None:
    run = district.load("premises", PREMISES)
    with district.sessions() as one:
        undo_import(one, run, now=LATER, actor="sam")
        one.commit()
    with pytest.raises(Problem), district.sessions.begin() as other:
        undo_import(other, run, now=LATER, actor="sue")


def test_every_kind_of_file_is_undone_or_says_why_not() -> None:
    assert UNDONE.keys() | NOT_UNDONE.keys() == KINDS.keys()
    assert not UNDONE.keys() & NOT_UNDONE.keys()


def test_a_meter_that_goes_is_offered_on_no_tablet(district: District) -> None:
    district.load("premises", PREMISES)
    run = district.load("meters", METERS)
    with district.sessions.begin() as session:
        session.execute(delete(Outbox))
    district.undo(run)
    with district.sessions() as session:
        waiting = session.execute(select(Outbox.technician_id, Outbox.topic, Outbox.key)).all()
    assert waiting == [("t01", "ref", "technician")]


def test_reads_of_further_registers_keep_their_file(district: District) -> None:
    district.load("premises", PREMISES)
    meter = "serial,make,size,dials,registers,service_point,installed_on,start_read\n"
    district.load("meters", meter + "C1,Demo,5/8,6,low:5:1:gal:adds:Low side,SP-1,2020-05-01,0\n")
    run = district.load("reads", "serial,read_on,value,register\nC1,2026-01-05,700,\nC1,2026-01-05,31,low\n")
    assert district.undoing(run).refused is not None
    with pytest.raises(Problem):
        district.undo(run)


def test_the_same_file_comes_in_again_though_its_undoing_was_waited_for(district: District) -> None:
    """The source of the second run is asked for once the first is undone for certain."""
    run = district.load("accounts", "account,customer_name,opening_balance\nA-9,Demo,5.00\n")
    district.undo(run)
    again = district.load("accounts", "account,customer_name,opening_balance\nA-9,Demo,5.00\n")
    with district.sessions() as session:
        first, second = (session.get_one(ImportRun, one).source for one in (run, again))
    assert first != second
