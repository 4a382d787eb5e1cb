"""Any day: office commands and field events in any order, delivered late, twice, altered, out of order.

Whatever happens, the books balance, everything derived is proven by `verify_ledger`, and no event is lost.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from server.db import open_engine, session_factory
from tests.integration.usecases import world
from tests.integration.usecases.any_writing import PICK, TYPES, WRITTEN, Written, any_document
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.ledger import trial_balance
from workorders.metering.rooms import Place
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import Assignment, ExceptionCase, FieldEvent, Order, Quarantine
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.events import ingest_event
from workorders.usecases.meters.stock import transfer
from workorders.usecases.orders.assignment import assign_order, recall_order, set_route, unassign_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.follow_on import release_silent
from workorders.usecases.orders.orders import approve, close_order, hold

HOUSEHOLDS = st.integers(1, 3)
TECHNICIANS = st.sampled_from(("t01", "t02"))
SIMPLE: dict[str, Callable[..., Order]] = {"approve": approve}
REASONED: dict[str, Callable[..., Order]] = {
    "hold": hold,
    "close": close_order,
    "recall": recall_order,
    "unassign": unassign_order,
    "cancel": cancel_order,
}


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF").close()


class AnyDay(RuleBasedStateMachine):
    """One district, one day."""

    template: str

    @initialize(types=st.lists(st.sampled_from(TYPES), min_size=3, max_size=3))
    def morning(self, types: list[str]) -> None:
        """An order for each household is on a tablet already."""
        self.folder = Path(tempfile.mkdtemp(prefix="any-day-"))
        target = self.folder / "day.sqlite"
        shutil.copy(self.template, target)
        self.engine = open_engine(f"sqlite:///{target}")
        event.listen(self.engine, "connect", _without_waiting_for_the_disk)
        self.sessions = session_factory(self.engine)
        self.now = NOW
        self.tablets = {name: Tablet(name) for name in ("t01", "t02")}
        self.waiting: list[dict[str, Any]] = []
        self.delivered: list[dict[str, Any]] = []
        self.payments = 0
        for household, type_ in enumerate(types, start=1):
            self.somebody_raises(type_, household, f"t0{1 + household % 2}", True)

    def office(self, act: Callable[[Session], Any]) -> None:
        """A command of the office: done, or refused with a Problem and nothing written."""
        try:
            with self.sessions.begin() as session:
                act(session)
        except Problem:
            return

    def pick(self, session: Session, number: int) -> Order | None:
        orders = session.scalars(select(Order).order_by(Order.number)).all()
        return orders[number % len(orders)] if orders else None

    @rule(type_=st.sampled_from(TYPES), household=HOUSEHOLDS, technician=TECHNICIANS, send=st.booleans())
    def somebody_raises(self, type_: str, household: int, technician: str, send: bool) -> None:
        def act(session: Session) -> None:
            order = world.order(session, type_, household, now=self.now)
            if send:
                assign_order(session, order.number, technician, route_day=TODAY, now=self.now, actor="d")

        self.office(act)

    @rule(which=PICK, technician=TECHNICIANS, dispatch=st.booleans())
    def the_dispatcher_assigns(self, which: int, technician: str, dispatch: bool) -> None:
        def act(session: Session) -> None:
            order = self.pick(session, which)
            if order is not None:
                assign_order(
                    session,
                    order.number,
                    technician,
                    route_day=TODAY,
                    now=self.now,
                    actor="d",
                    dispatch=dispatch,
                )

        self.office(act)

    @rule(which=PICK, what=st.sampled_from((*SIMPLE, *REASONED)))
    def the_office_changes_its_mind(self, which: int, what: str) -> None:
        def act(session: Session) -> None:
            order = self.pick(session, which)
            if order is None:
                return
            if what in SIMPLE:
                SIMPLE[what](session, order.number, now=self.now, actor="office")
            else:
                REASONED[what](session, order.number, reason="changed", now=self.now, actor="office")

        self.office(act)

    @rule(technician=TECHNICIANS, numbers=st.lists(PICK, max_size=3))
    def a_route_is_planned(self, technician: str, numbers: list[int]) -> None:
        def act(session: Session) -> None:
            orders = [order.number for n in numbers if (order := self.pick(session, n)) is not None]
            set_route(session, technician, TODAY, orders, now=self.now, actor="d")

        self.office(act)

    @rule(household=HOUSEHOLDS, cents=st.sampled_from((1_000, world.DEBT)), ago=st.integers(0, 120))
    def a_customer_pays(self, household: int, cents: int, ago: int) -> None:
        self.payments += 1
        at = self.now - timedelta(minutes=ago)
        self.office(
            lambda session: record_payment(
                session,
                f"p{self.payments}",
                f"A{household}",
                cents,
                "web",
                now=self.now,
                received_at=at,
                actor="web",
            )
        )

    @rule(technician=TECHNICIANS, meter=st.integers(1, 4), back=st.booleans())
    def a_meter_moves(self, technician: str, meter: int, back: bool) -> None:
        serial = f"N{technician}{meter}".upper()
        there = Place("in_stock") if back else Place("in_van", technician)
        self.office(
            lambda session: transfer(
                session, [serial], there, reason="day’s load", now=self.now, actor="stock"
            )
        )

    @rule(which=PICK, accept=st.booleans())
    def the_supervisor_decides(self, which: int, accept: bool) -> None:
        def act(session: Session) -> None:
            cases = session.scalars(
                select(ExceptionCase.id).where(ExceptionCase.state == "open").order_by(ExceptionCase.id)
            ).all()
            if cases:
                case = cases[which % len(cases)]
                decide_exception(session, case, accept=accept, words="looked at", now=self.now, actor="s")

        self.office(act)

    @rule(minutes=st.integers(1, 180))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.office(lambda session: release_silent(session, now=self.now))

    @rule(technician=TECHNICIANS, everything=st.lists(WRITTEN, min_size=1, max_size=5))
    def a_tablet_writes(self, technician: str, everything: list[Written]) -> None:
        for written in everything:
            self._write(technician, written)

    def _write(self, technician: str, written: Written) -> None:
        """About any order it ever had, under any of its epochs, whether it saw the newest change or not."""
        with self.sessions() as session:
            epochs = session.scalars(
                select(Assignment)
                .where(Assignment.technician_id == technician)
                .order_by(Assignment.order_number, Assignment.epoch)
            ).all()
            if not epochs:
                return
            assignment = epochs[written.which % len(epochs)]
            order = session.get_one(Order, assignment.order_number)
            given: dict[str, Any] = {
                "at": self.now + timedelta(minutes=written.minutes),
                "epoch": assignment.epoch if written.old else order.epoch,
                "seen": world.last_seq(session, order.number) if written.seen else None,
            }
            self.waiting.append(any_document(self.tablets[technician], order, written, given))

    @rule(picks=st.lists(PICK, min_size=1, max_size=5))
    def events_arrive(self, picks: list[int]) -> None:
        for which in picks:
            if self.waiting:
                document = self.waiting.pop(which % len(self.waiting))
                self._deliver(document, "1-x")
                self.delivered.append(document)

    @rule(which=PICK, revision=st.integers(1, 3), change=st.booleans())
    def an_event_comes_again(self, which: int, revision: int, change: bool) -> None:
        """As it was, or altered under the same id."""
        if self.delivered:
            document = self.delivered[which % len(self.delivered)]
            self._deliver(document | ({"rule_set": 7} if change else {}), f"{revision}-x")

    def _deliver(self, document: dict[str, Any], revision: str) -> None:
        with self.sessions.begin() as session:
            verdict = ingest_event(
                session,
                document,
                database=f"tech-{document['technician']}",
                revision=revision,
                received_at=self._heard(document),
            )
        assert verdict.status in {"posted", "review", "quarantined"}

    def _heard(self, document: dict[str, Any]) -> datetime:
        return max(self.now, datetime.fromisoformat(document["at"]))

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "sessions"):
            with self.sessions() as session:
                assert sum(trial_balance(session).values()) == 0

    def teardown(self) -> None:
        if not hasattr(self, "sessions"):
            return
        try:
            for document in reversed(self.waiting):
                self._deliver(document, "1-last")
            with self.sessions() as session:
                assert verify_ledger(session).differences == ()
                self._nothing_is_lost(session)
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def _nothing_is_lost(self, session: Session) -> None:
        kept = set(session.scalars(select(FieldEvent.id))) | set(
            session.scalars(select(Quarantine.document_id))
        )
        written = {document["_id"] for document in (*self.waiting, *self.delivered)}
        assert written <= kept
        statuses = set(session.scalars(select(FieldEvent.status)))
        assert statuses <= {"posted", "review"}
        open_or_not = session.scalar(select(func.count()).where(FieldEvent.status == "review")) or 0
        blocking = session.scalars(select(ExceptionCase).where(ExceptionCase.state == "open")).all()
        waiting = {case.source for case in blocking if case.detail.get("blocking", True)}
        assert open_or_not == len(waiting & kept)


@pytest.mark.slow
def test_any_day_ends_with_balanced_books_and_nothing_lost(
    migrated_template: dict[str, str], tmp_path: Path
) -> None:
    template = tmp_path / "template.sqlite"
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), template)
    engine = open_engine(f"sqlite:///{template}")
    with session_factory(engine).begin() as session:
        world.build(session)
    engine.dispose()
    machine = type("AnyDayFromTemplate", (AnyDay,), {"template": str(template)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
