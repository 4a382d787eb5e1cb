"""The migration finds in an old district what the use cases would have kept as waiting."""

from datetime import timedelta
from importlib import import_module

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import session_factory
from server.migrate import downgrade, upgrade
from tests.integration.usecases import world
from tests.integration.usecases.cash_steps import handed_in, paid_at_the_door
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER
from workorders.queries.verify import verify_ledger
from workorders.tables import ReceiptInCustody, WaitingBag
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.turn_ins import cancel_turn_in, open_turn_in

MIGRATION = import_module("server.migrations.versions.0029_waiting_cash")


def test_a_district_from_before_is_brought_to_the_same(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions() as session:
        world.build(session, 8)
        tablet = Tablet()
        numbers = [paid_at_the_door(session, tablet, 2 + place, 5_000) for place in range(5)]
        deposited = handed_in(session, numbers[:1], 5_000)
        make_deposit(session, [deposited.id], now=LATER, actor="casey")
        handed_in(session, numbers[1:2], 5_000)
        given_up = open_turn_in(session, "t01", numbers[2:3], now=LATER, actor="casey")
        cancel_turn_in(session, given_up.id, reason="x", now=LATER + timedelta(minutes=1), actor="casey")
        open_turn_in(session, "t01", numbers[3:4], now=LATER, actor="casey")
        kept = _waiting(session)
        session.commit()
    assert kept[0] == {numbers[2], numbers[4]}
    assert len(kept[1]) == 1
    downgrade(engine, MIGRATION.down_revision)
    upgrade(engine)
    with sessions() as session:
        assert _waiting(session) == kept
        assert verify_ledger(session).differences == ()


def _waiting(session: Session) -> tuple[set[str], set[str]]:
    held = session.scalars(select(ReceiptInCustody.receipt_number))
    return set(held), set(session.scalars(select(WaitingBag.subject)))
