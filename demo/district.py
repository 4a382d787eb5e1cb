"""The demo district: a town, its people, meters, money and a day of work, from a seed and a size."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from demo.households.money import make_debt
from demo.households.moves import play_moves
from demo.households.orders import make_orders, orders_a_day
from demo.households.people import write_people
from demo.households.rules import publish_demo_rules
from demo.households.workday import plan_day, raise_orders
from demo.households.writer import Writer
from demo.signins import DemoSignIns, keep_sign_ins, make_sign_ins
from demo.town_files import DemoTown, build_town
from server.config import Config
from server.db import count_rows_anew
from server.progress import Progress, progress_bars, silent
from server.services import district_of
from workorders.tables import Account


@dataclass(frozen=True, slots=True)
class DemoSize:
    """What is asked for: how many accounts, from which seed, and the moment the demo starts at."""

    accounts: int
    seed: int
    now: datetime


def load_demo(
    sessions: sessionmaker[Session],
    config: Config,
    *,
    accounts: int = 2500,
    seed: int = 7,
    now: datetime,
    console: Console | None = None,
) -> DemoSignIns | None:
    """Fill an empty database with a demo district of `accounts` accounts, in one transaction.

    The same seed, size and moment give the same district. Streets, network and map go to the data folder.
    Returns the demo users; None, and nothing is changed, when the database has accounts already.
    """
    with sessions() as session:
        if session.scalar(select(Account.id).limit(1)) is not None:
            return None
    size = DemoSize(accounts, seed, now)
    with _nothing_thrown_away(), progress_bars(console) if console else nullcontext(silent) as progress:
        return _load(sessions, config, size, progress)


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """No looking for rings among millions of rows that refer to no other: a sixth of a large load."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _load(sessions: sessionmaker[Session], config: Config, size: DemoSize, progress: Progress) -> DemoSignIns:
    town = build_town(config.data_dir, size.accounts, size.seed, progress)
    with sessions.begin() as session:
        session.info["district"] = district_of(config)
        _write_district(Writer(session, progress, size.now, ZoneInfo(config.timezone)), town, size.seed)
        signs = make_sign_ins(session, now=size.now)
        count_rows_anew(session)
    keep_sign_ins(config.data_dir, signs)
    return signs


def _write_district(writer: Writer, made: DemoTown, seed: int) -> None:
    """Everything of the district in the order in which rows need each other."""
    town = made.town
    publish_demo_rules(writer.session, town.yard, now=writer.now)
    today = writer.now.astimezone(writer.zone).date()
    people = write_people(writer, town, partial(make_debt, seed=seed, now=writer.now), seed=seed)
    households, kept = people.households, people.protected
    protected = frozenset(one.account for one in kept)
    wanted = make_orders(households, protected, count=orders_a_day(len(households)), seed=seed, today=today)
    raise_orders(writer.session, wanted, now=writer.now, progress=writer.progress)
    plan_day(writer, made.network, seed=seed)
    busy = {one.household.service_point for one in wanted}
    owing = {one.service_point for one in kept}
    play_moves(writer.session, households, frozenset(busy | owing), now=writer.now, today=today)
