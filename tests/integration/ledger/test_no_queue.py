"""Writers of the ledger on PostgreSQL do not wait for one another: each is done before any has committed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from server.db import session_factory
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW
from workorders.ledger import trial_balance
from workorders.queries.verify import verify_ledger
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.events import ingest_event

Act = Callable[[Session], Any]
PATIENCE_SECONDS = 60


def pays(household: int) -> Act:
    """A payment at the counter: UNDEP and the account's own balance."""
    return lambda session: record_payment(
        session, f"p{household}", f"A{household}", DEBT, "counter", now=LATER, received_at=NOW, actor="c"
    )


def arrives(document: dict[str, Any]) -> Act:
    """A completion from the field: SVC, REV and what it charges."""
    database = f"tech-{document['technician']}"
    return lambda session: ingest_event(
        session, document, database=database, revision="1-a", received_at=LATER
    )


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_nobody_waits_for_a_row_of_the_ledger(engine: Engine) -> None:
    sessions = session_factory(engine)
    names = ("t01", "t02")
    with sessions.begin() as session:
        world.build(session, households=5, technicians=names)
        cuts = [world.sent(session, "disconnect_np", n, who) for n, who in enumerate(names, start=1)]
        written = [
            Tablet(who).completed(cut, answers.cut(n))
            for n, (who, cut) in enumerate(zip(names, cuts, strict=True), start=1)
        ]
    acts = [pays(4), pays(5), *map(arrives, written)]
    posted = Barrier(len(acts), timeout=PATIENCE_SECONDS)

    def one(act: Act) -> None:
        with sessions.begin() as session:
            session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
            act(session)
            # Everybody's entries are written and nobody's are committed.
            posted.wait()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(one, act) for act in acts]:
            done.result()
    with sessions() as session:
        sums = trial_balance(session)
        assert sums["UNDEP"] == 2 * DEBT
        assert verify_ledger(session).differences == ()
