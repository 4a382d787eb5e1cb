"""A demo district on both engines: whole, provable, repeatable, and never loaded over another."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from demo.district import load_demo
from demo.signins import FILE, describe_sign_ins, read_sign_ins
from server.auth.users import authenticate
from server.config import Config
from server.db import open_engine, session_factory
from server.migrate import upgrade
from tests.conftest import NOW
from workorders.queries.verify import verify_ledger
from workorders.tables import Account, LedgerBalance, Order, Premise, Read, ServicePoint, Technician

SIZE = 150


@pytest.fixture(autouse=True)
def hasty_planner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.households.workday.PLAN_SECONDS", 0.2)


def fingerprint(session: Session) -> list[object]:
    """What must repeat: places, reads, balances and orders."""
    places = session.execute(
        select(Premise.number, Premise.house_number, Premise.street).order_by(Premise.number)
    ).all()
    reads = session.execute(select(Read.taken_at, Read.value, Read.kind).order_by(Read.id)).all()
    balances = session.execute(
        select(LedgerBalance.party, LedgerBalance.amount_cents).order_by(
            LedgerBalance.ledger, LedgerBalance.party
        )
    ).all()
    orders = session.execute(
        # Who works them is the planner's answer, which depends on how much it gets done in its time.
        select(Order.number, Order.type, Order.service_point_id, Order.priority).order_by(Order.number)
    ).all()
    return [places, reads, balances, orders]


def test_a_district_is_whole_and_adds_up(engine: Engine, config: Config) -> None:
    sessions = session_factory(engine)
    signs = load_demo(sessions, config, accounts=SIZE, seed=7, now=NOW)
    assert signs is not None
    with sessions() as session:
        assert session.scalar(select(func.count(Premise.id))) == SIZE
        assert session.scalar(select(func.count(Technician.id))) == 6
        assert verify_ledger(session).differences == ()
        states = set(session.scalars(select(ServicePoint.state)))
        assert states == {"on", "off", "off_np"}
        assert session.scalar(select(func.count(Order.number)).where(Order.state == "dispatched"))
    for user in signs.users:
        staff = authenticate(sessions, user.name, user.password, "127.0.0.1", NOW)
        assert staff.roles == {user.role}
    path = config.data_dir / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_sign_ins(config.data_dir) == signs
    assert all(user.password in describe_sign_ins(config) for user in signs.users)
    assert load_demo(sessions, config, accounts=SIZE, seed=8, now=NOW) is None
    with sessions() as session:
        assert session.scalar(select(func.count(Premise.id))) == SIZE


def test_the_same_seed_gives_the_same_district(tmp_path: Path, migrated_template: dict[str, str]) -> None:
    prints = []
    for name in ("one", "two"):
        config = Config(data_dir=tmp_path / name, secret_key="x" * 40).checked()
        config.data_dir.mkdir()
        engine = open_engine(config.database_url)
        upgrade(engine)
        load_demo(session_factory(engine), config, accounts=SIZE, seed=11, now=NOW)
        with session_factory(engine)() as session:
            prints.append(fingerprint(session))
        engine.dispose()
    assert prints[0] == prints[1]


def test_a_load_that_fails_leaves_nothing(
    engine: Engine, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("stopped")

    monkeypatch.setattr("demo.district.plan_day", fail)
    sessions = session_factory(engine)
    with pytest.raises(RuntimeError, match="stopped"):
        load_demo(sessions, config, accounts=SIZE, seed=7, now=NOW)
    with sessions() as session:
        assert session.scalar(select(func.count(Account.id))) == 0
    assert read_sign_ins(config.data_dir) is None
