"""Two at once on PostgreSQL: nothing is refused, lost, kept aside or done twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from tests.integration.usecases import answers, world
from tests.integration.usecases.money_day import check_invariant
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW, TODAY
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import ExceptionCase, Order, Payment, Quarantine
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.events import ingest_event
from workorders.usecases.lost_races import in_transaction
from workorders.usecases.orders.assignment import assign_order, set_route

ROUNDS = 12
Act = Callable[[Session], Any]


@pytest.fixture
def rounds(pytestconfig: pytest.Config) -> int:
    """How often everything races: 200 times with --long."""
    return 200 if pytestconfig.option.long else ROUNDS


@pytest.fixture
def sessions(engine: Engine, backend: str, rounds: int) -> Iterator[sessionmaker[Session]]:
    if backend != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    made = session_factory(engine)
    with made.begin() as session:
        world.build(session, households=max(rounds, ROUNDS))
    yield made
    # Servers of closed connections have counted what happened on them.
    engine.dispose()
    with engine.connect() as connection:
        counted = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert connection.scalar(counted) == 0, "locks were taken in different orders"


def at_once(sessions: sessionmaker[Session], *acts: Act) -> None:
    """Begin all of them together; a Problem is an answer, anything else is raised."""
    ready = Barrier(len(acts))

    def one(act: Act) -> None:
        ready.wait()
        try:
            in_transaction(sessions, act)
        except Problem:
            return

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(one, act) for act in acts]:
            done.result()


def pays(id_: str, household: int, cents: int = DEBT) -> Act:
    return lambda session: record_payment(
        session, id_, f"A{household}", cents, "web", now=LATER, received_at=NOW, actor="web"
    )


def arrives(document: dict[str, Any]) -> Act:
    database = f"tech-{document['technician']}"
    return lambda session: ingest_event(
        session, document, database=database, revision="1-a", received_at=LATER
    )


def is_assigned(number: str) -> Act:
    return lambda session: assign_order(session, number, "t02", route_day=TODAY, now=LATER, actor="d")


def test_races_about_an_account(sessions: sessionmaker[Session], rounds: int) -> None:
    tablet = Tablet()
    for household in range(1, rounds + 1):
        with sessions.begin() as session:
            cut = world.sent(session, "disconnect_np", household)
            number = cut.number
            done = tablet.completed(cut, answers.cut(household), at=NOW + timedelta(hours=1))
            paid = tablet.payment(cut, 100)
        kind = household % 4
        if kind == 0:
            at_once(sessions, pays(f"a{household}", household, 850), pays(f"b{household}", household, DEBT))
            expected = -850
        elif kind == 1:
            at_once(sessions, pays(f"a{household}", household), arrives(done))
            expected = 0
        elif kind == 2:
            at_once(
                sessions,
                pays(f"a{household}", household),
                is_assigned(number),
            )
            expected = 0
        else:
            at_once(sessions, pays(f"a{household}", household), arrives(paid), arrives(done))
            expected = -100
        with sessions() as session:
            assert balance(session, "AR", f"A{household}") == expected, kind
            assert session.get_one(Order, number).state in {"cancelled", "completed"}, kind
            check_invariant(session)
    with sessions() as session:
        assert session.scalars(select(Quarantine)).all() == []
        assert verify_ledger(session).differences == ()


def test_one_id_at_two_counters_is_one_payment(sessions: sessionmaker[Session]) -> None:
    for household in range(1, ROUNDS, 2):
        id_ = f"p{household}"
        at_once(sessions, pays(id_, household), pays(id_, household), pays(id_, household + 1))
    with sessions() as session:
        assert len(session.scalars(select(Payment)).all()) == ROUNDS // 2
        assert verify_ledger(session).differences == ()


def is_routed(technician: str, numbers: list[str]) -> Act:
    return lambda session: set_route(session, technician, TODAY, numbers, now=LATER, actor="d")


def is_decided(case: int, *, accept: bool, who: str) -> Act:
    return lambda session: decide_exception(session, case, accept=accept, words="seen", now=LATER, actor=who)


def test_two_routes_with_orders_of_the_same_accounts(sessions: sessionmaker[Session], rounds: int) -> None:
    for household in range(1, rounds, 2):
        with sessions.begin() as session:
            # Ascending numbers alternate between the accounts, so locking one by one would cross.
            first, second, third, fourth = (
                world.order(session, type_, at).number
                for type_, at in (
                    ("reread", household),
                    ("reread", household + 1),
                    ("exchange", household + 1),
                    ("exchange", household),
                )
            )
        at_once(
            sessions,
            is_routed("t01", [third, first, second]),
            is_routed("t02", [fourth, second]),
            is_assigned(first),
            pays(f"r{household}", household, 100),
        )
        with sessions() as session:
            for number in (first, second, third, fourth):
                assert session.get_one(Order, number).state == "dispatched"


def test_two_decisions_and_what_arrives_meanwhile(sessions: sessionmaker[Session], rounds: int) -> None:
    tablet = Tablet()
    for household in range(1, rounds + 1):
        with sessions.begin() as session:
            order = world.sent(session, "reread", household)
            number = order.number
            strange = answers.reread(household) | {"serial_seen": "SOMETHING"}
            done = tablet.completed(order, strange)
            late = tablet.event("en_route", order)
        in_transaction(sessions, arrives(done))
        with sessions() as session:
            blocking = select(ExceptionCase.id).where(
                ExceptionCase.order_number == number, ExceptionCase.code == "serial_mismatch"
            )
            case = session.scalars(blocking).one()
        at_once(
            sessions,
            is_decided(case, accept=True, who="sam"),
            is_decided(case, accept=False, who="ada"),
            arrives(late),
            pays(f"d{household}", household, 100),
        )
        with sessions() as session:
            decided = session.get_one(ExceptionCase, case)
            expected = {"sam": ("accepted", "completed"), "ada": ("rejected", "rejected")}
            assert decided.decided_by is not None
            state = session.get_one(Order, number).state
            assert (decided.state, state) == expected[decided.decided_by]
    with sessions() as session:
        assert session.scalars(select(Quarantine)).all() == []
        assert verify_ledger(session).differences == ()


def test_an_assignment_and_what_the_first_technician_reports(
    sessions: sessionmaker[Session], rounds: int
) -> None:
    tablet = Tablet()
    for household in range(1, rounds + 1):
        with sessions.begin() as session:
            order = world.sent(session, "reread", household)
            number = order.number
            done = tablet.completed(order, answers.reread(household))
        at_once(sessions, is_assigned(number), arrives(done))
        with sessions() as session:
            # Whoever was first: the work counts, and nobody else is sent there for it.
            assert session.get_one(Order, number).state in {"completed", "exception"}
    with sessions() as session:
        assert session.scalars(select(Quarantine)).all() == []
