"""A machine of money days: cuts, payments from office and door, taking back, in any order and late.

Whatever happens: what is owed at or below the policy's threshold means no open cut of that account, and no
service point cut for non-payment without a reconnect under way or an open case.
"""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, aliased, sessionmaker

from server.db import open_engine, session_factory
from tests.conftest import _drop, _postgres_database
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.judgement.lifecycle import ACTIVE, State
from workorders.ledger import post, trial_balance
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    Account,
    Assignment,
    ExceptionCase,
    JournalEntry,
    Order,
    Payment,
    PendingPayment,
    Posting,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
)
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.events import ingest_event
from workorders.usecases.lost_races import in_transaction
from workorders.usecases.orders.assignment import assign_order

POINTS = st.integers(1, 5)
ACCOUNTS = st.integers(1, 3)
PICK = st.integers(0, 30)
ACCOUNT_OF = {1: "A1", 2: "A2", 3: "A3", 4: "A1", 5: "A3"}
"""Who answers for which service point: two accounts have two each."""
DOOR = (1, world.DEBT, world.DEBT + 4_500)
OFFICE = (1, 4_500, world.DEBT, world.DEBT + 4_500, 600_000)
"""One cent, a fee, the debt, the debt with a fee, and more than one person may post."""


def build(session: Session) -> None:
    """Three accounts, five service points; SP-5 was cut before the records begin."""
    world.build(session, households=5)
    for number, account in ACCOUNT_OF.items():
        owner = select(Account.id).where(Account.number == account).scalar_subquery()
        point = world.point(session, number)
        session.execute(
            update(ServiceAgreement)
            .where(ServiceAgreement.service_point_id == point.id)
            .values(account_id=owner)
        )
    off = world.point(session, 5)
    off.state = "off_np"
    event_ = ServicePointEvent(
        service_point_id=off.id, state="off_np", at=NOW - timedelta(days=9), source="import:cut"
    )
    session.add(event_)


def past_due(session: Session, account: str) -> int:
    """What the accounts owe without the bills of today, added up from the postings by themselves."""
    turned = aliased(JournalEntry)
    total = session.scalar(
        select(func.sum(Posting.amount_cents)).where(Posting.ledger == "AR", Posting.party == account)
    )
    bills = session.scalar(
        select(func.sum(Posting.amount_cents))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .outerjoin(turned, turned.reverses_id == JournalEntry.id)
        .where(
            Posting.ledger == "AR",
            Posting.party == account,
            JournalEntry.purpose == "bill",
            turned.id.is_(None),
        )
    )
    return int(total or 0) - int(bills or 0)


def check_invariant(session: Session) -> None:
    """No open cut and no service point left off for an account that owes nothing past due."""
    for account in session.scalars(select(Account)):
        if past_due(session, account.number) > 0:
            continue
        pending = ACTIVE - {State.EXCEPTION}
        cuts = session.scalars(
            select(Order.number).where(
                Order.account_id == account.id, Order.type == "disconnect_np", Order.state.in_(pending)
            )
        ).all()
        assert not cuts, f"{account.number} owes nothing past due, but {cuts} stand open"
        for point in session.scalars(
            select(ServicePoint)
            .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
            .where(ServiceAgreement.account_id == account.id, ServicePoint.state == "off_np")
        ):
            reconnects = session.scalars(
                select(Order.number).where(
                    Order.service_point_id == point.id, Order.type == "reconnect", Order.state.in_(ACTIVE)
                )
            ).all()
            case = session.scalar(
                select(ExceptionCase.id)
                .join(Order, Order.number == ExceptionCase.order_number)
                .where(Order.service_point_id == point.id, ExceptionCase.state == "open")
                .limit(1)
            )
            assert reconnects or case, f"{point.number} of {account.number} is off and nobody is sent"
            assert len(reconnects) <= 1, f"{point.number} has {reconnects}"


class MoneyDay(RuleBasedStateMachine):
    """One district and one day; `together` lets so many transactions run at once."""

    template: str
    together = 1
    engine: Engine
    sessions: sessionmaker[Session]

    @initialize()
    def morning(self) -> None:
        """A copy of the template."""
        self.folder = Path(tempfile.mkdtemp(prefix="money-day-"))
        if self.template.startswith("sqlite"):
            target = self.folder / "day.sqlite"
            shutil.copy(str(make_url(self.template).database), target)
            self.engine = open_engine(f"sqlite:///{target}")
            event.listen(
                self.engine,
                "connect",
                lambda connection, _: connection.execute("PRAGMA synchronous = OFF").close(),
            )
        else:
            self.engine = open_engine(_postgres_database(str(make_url(self.template).database)))
        self.sessions = session_factory(self.engine)
        self.now = NOW
        self.count = 0
        self.tablets = {name: Tablet(name) for name in ("t01", "t02")}
        self.waiting: list[dict[str, Any]] = []
        self.line: list[Callable[[Session], Any]] = []

    def run(self, act: Callable[[Session], Any]) -> None:
        """Let the act wait until `together` of them run at once."""
        self.line.append(act)
        if len(self.line) >= self.together:
            self.run_line()

    def run_line(self) -> None:
        line, self.line = self.line, []
        if len(line) == 1:
            self._one(line[0])
            return
        with ThreadPoolExecutor(max(len(line), 1)) as threads:
            for future in [threads.submit(self._one, act) for act in line]:
                future.result()

    def _one(self, act: Callable[[Session], Any]) -> None:
        try:
            in_transaction(self.sessions, act)
        except Problem:
            return

    def next_id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    @rule(point=POINTS, technician=st.sampled_from(("t01", "t02", None)))
    def a_cut_is_raised(self, point: int, technician: str | None) -> None:
        now = self.now

        def act(session: Session) -> None:
            order = world.order(session, "disconnect_np", point, now=now)
            if technician is not None:
                assign_order(session, order.number, technician, route_day=TODAY, now=now, actor="d")

        self.run(act)

    @rule(which=PICK, technician=st.sampled_from(("t01", "t02")))
    def an_order_is_assigned(self, which: int, technician: str) -> None:
        now = self.now

        def act(session: Session) -> None:
            numbers = session.scalars(
                select(Order.number).where(Order.state.in_(ACTIVE)).order_by(Order.number)
            ).all()
            if numbers:
                number = numbers[which % len(numbers)]
                assign_order(session, number, technician, route_day=TODAY, now=now, actor="d")

        self.run(act)

    @rule(account=ACCOUNTS, cents=st.sampled_from(OFFICE), ago=st.integers(0, 90))
    def somebody_pays_at_the_office(self, account: int, cents: int, ago: int) -> None:
        now, id_ = self.now, self.next_id("p")
        at = now - timedelta(minutes=ago)
        self.run(
            lambda session: record_payment(
                session, id_, f"A{account}", cents, "web", now=now, received_at=at, actor="casey"
            )
        )

    @rule(which=PICK, approve=st.booleans())
    def a_second_person_decides(self, which: int, approve: bool) -> None:
        now = self.now

        def act(session: Session) -> None:
            ids = session.scalars(select(PendingPayment.id).order_by(PendingPayment.id)).all()
            if ids:
                id_ = ids[which % len(ids)]
                approve_payment(session, id_, approve=approve, words="seen", now=now, actor="sam")

        self.run(act)

    @rule(which=PICK, kind=st.sampled_from(("void", "returned")))
    def a_payment_is_taken_back(self, which: int, kind: str) -> None:
        now, id_ = self.now, self.next_id("r")

        def act(session: Session) -> None:
            ids = session.scalars(select(Payment.id).order_by(Payment.id)).all()
            if ids:
                back = ids[which % len(ids)]
                take_payment_back(session, id_, payment=back, kind=kind, reason="x", now=now, actor="sam")

        self.run(act)

    @rule(account=ACCOUNTS)
    def a_bill_is_posted(self, account: int) -> None:
        now, id_ = self.now, self.next_id("bill:")
        self.run(
            lambda session: post(
                session,
                source=id_,
                purpose="bill",
                message=Message("entry.bill"),
                lines=[("AR", "REV", 4_000)],
                parties={"account": f"A{account}"},
                effective_at=now,
                now=now,
            )
        )

    @rule(which=PICK, accept=st.booleans())
    def the_supervisor_decides(self, which: int, accept: bool) -> None:
        now = self.now

        def act(session: Session) -> None:
            cases = session.scalars(
                select(ExceptionCase.id).where(ExceptionCase.state == "open").order_by(ExceptionCase.id)
            ).all()
            if cases:
                case = cases[which % len(cases)]
                decide_exception(session, case, accept=accept, words="seen", now=now, actor="sam")

        self.run(act)

    @rule(minutes=st.integers(1, 60))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        which=PICK,
        what=st.sampled_from(("done", "done", "pays", "pays and left on", "not home")),
        cents=st.sampled_from(DOOR),
        photo=st.booleans(),
        other=st.booleans(),
    )
    def a_technician_writes(self, which: int, what: str, cents: int, photo: bool, other: bool) -> None:
        """About an order that was ever on the tablet, whatever the office did with it since."""
        self.run_line()
        with self.sessions() as session:
            held = session.scalars(
                select(Assignment).order_by(Assignment.order_number, Assignment.epoch)
            ).all()
            if not held:
                return
            one = held[which % len(held)]
            order = session.get_one(Order, one.order_number)
            tablet = self.tablets[one.technician_id]
            given: dict[str, Any] = {"epoch": one.epoch, "at": self.now}
            number = int(order.service_point.number.removeprefix("SP-"))
            cut = order.type == "disconnect_np"
            if "pays" in what and cut:
                account = "A2" if other else None
                self.waiting.append(tablet.payment(order, cents, account=account, **given))
            if what == "pays and left on" and cut:
                left_on = {"contact": "customer", "proof_shown": False, "cut_made": False}
                self.waiting.append(tablet.completed(order, left_on, outcome="collected", **given))
            if what == "not home":
                self.waiting.append(tablet.unable(order, "no_access", **given))
            if what == "done":
                done = answers.cut(number) if cut else answers.on(number)
                photos = given if photo or not cut else given | {"photos": ()}
                self.waiting.append(tablet.completed(order, done, **photos))

    @rule(which=st.lists(PICK, min_size=1, max_size=3))
    def a_tablet_is_heard(self, which: list[int]) -> None:
        for one in which:
            if self.waiting:
                document, now = self.waiting.pop(one % len(self.waiting)), self.now
                self.run(partial(self._take, document=document, now=now))

    def _take(self, session: Session, document: dict[str, Any], now: Any) -> None:
        verdict = ingest_event(
            session,
            document,
            database=f"tech-{document['technician']}",
            revision="1-a",
            received_at=now,
        )
        assert verdict.status in {"posted", "review"}, verdict

    @invariant()
    def nobody_who_paid_is_cut_or_left_off(self) -> None:
        if hasattr(self, "sessions") and not self.line:
            with self.sessions() as session:
                check_invariant(session)

    def teardown(self) -> None:
        if not hasattr(self, "sessions"):
            return
        try:
            self.run_line()
            for document in self.waiting:
                self.run(partial(self._take, document=document, now=self.now))
            self.run_line()
            with self.sessions() as session:
                check_invariant(session)
                assert verify_ledger(session).differences == ()
                assert sum(trial_balance(session).values()) == 0
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)
            if not self.template.startswith("sqlite"):
                _drop(self.engine.url.render_as_string(hide_password=False))
