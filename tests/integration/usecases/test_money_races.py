"""Two at once on PostgreSQL: nothing is refused, lost, kept aside or done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from tests.integration.usecases import answers, world
from tests.integration.usecases.money_day import check_invariant
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW, TODAY
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import Order, Payment, Quarantine
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.events import ingest_event
from workorders.usecases.lost_races import in_transaction
from workorders.usecases.orders.assignment import assign_order

ROUNDS = 12
Act = Callable[[Session], Any]


@pytest.fixture
def sessions(engine: Engine, backend: str) -> sessionmaker[Session]:
    if backend != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    made = session_factory(engine)
    with made.begin() as session:
        world.build(session, households=ROUNDS)
    return made


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


def test_races_about_an_account(sessions: sessionmaker[Session]) -> None:
    tablet = Tablet()
    for household in range(1, ROUNDS + 1):
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
