"""The demo district: a town, its people, meters, money and a day of work, from a seed and a size."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from demo.households.crew import make_crew, make_spare_meters
from demo.households.households import make_households
from demo.households.money import make_debt
from demo.households.orders import make_orders, orders_a_day
from demo.households.reads import make_reads
from demo.households.rules import publish_demo_rules
from demo.households.workday import plan_day, raise_orders
from demo.households.writer import Writer
from demo.households.writing_crew import write_crew, write_zones
from demo.households.writing_households import write_households
from demo.households.writing_meters import write_meters, write_money
from demo.signins import DemoSignIns, keep_sign_ins, make_sign_ins
from demo.town_files import DemoTown, build_town
from server.config import Config
from server.db import count_rows_anew
from server.progress import Progress, progress_bars, silent
from workorders.queries.district import District
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

    The same seed, size and day give the same district. Streets, road network and map go to the data folder.
    Returns the demo users; None, and nothing is changed, when the database has accounts already.
    """
    with sessions() as session:
        if session.scalar(select(Account.id).limit(1)) is not None:
            return None
    size = DemoSize(accounts, seed, now)
    if console is None:
        return _load(sessions, config, size, silent)
    with progress_bars(console) as progress:
        return _load(sessions, config, size, progress)


def _load(sessions: sessionmaker[Session], config: Config, size: DemoSize, progress: Progress) -> DemoSignIns:
    town = build_town(config.data_dir, size.accounts, size.seed, progress)
    with sessions.begin() as session:
        session.info["district"] = District(config.district, config.timezone)
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
    households = make_households(town.addresses, seed=seed, today=today)
    zones = write_zones(writer, town.zones)
    homes = [(address.lon, address.lat) for address in town.addresses]
    crew = make_crew([zone.code for zone in town.zones], homes, seed=seed)
    write_crew(writer, crew, make_spare_meters(crew), zones)
    write_households(writer, households, zones)
    reads = [make_reads(one, seed=seed, now=writer.now, zone=writer.zone) for one in households]
    debts = [
        make_debt(one, told, seed=seed, now=writer.now) for one, told in zip(households, reads, strict=True)
    ]
    write_meters(writer, households, reads)
    write_money(writer, households, debts)
    protected = frozenset(one.account for one, debt in zip(households, debts, strict=True) if debt.hold)
    wanted = make_orders(households, protected, count=orders_a_day(len(households)), seed=seed, today=today)
    raise_orders(writer.session, wanted, now=writer.now, progress=writer.progress)
    plan_day(writer, made.network, seed=seed)
