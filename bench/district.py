"""A demo district of any size for measurements, and the crowded day that a large one can have."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.databases import fresh_database
from demo.district import load_demo
from server.config import Config
from server.db import count_rows_anew
from server.migrate import upgrade
from server.services import Services, open_services, utc_now
from workorders.judgement.lifecycle import ACTIVE
from workorders.tables import Order, ServicePoint, Shift, Technician
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.many import raise_orders
from workorders.usecases.orders.orders import OrderRequest

OPEN_ORDERS, CREW, ROUTED = 2_500, 60, 15
"""Open orders of a crowded day, technicians, and orders on each one's route."""
BY = "bench"


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a database: for SQLite a file that stays in `folder`, for PostgreSQL a new cluster."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'curbstop.sqlite'}"
        return
    with fresh_database(engine) as url:
        yield url


def district(url: str, folder: Path, accounts: int) -> Services:
    """The demo district in that database, loaded when it is empty; streets and map go to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    config = Config(data_dir=folder, database_url=url, secret_key="x" * 40, log_level="ERROR").checked()
    services = open_services(config)
    upgrade(services.engine)
    load_demo(services.sessions, config, accounts=accounts, now=utc_now(), console=Console(stderr=True))
    return services


def crowd(services: Services) -> None:
    """Fill the district's day: more technicians, and orders until OPEN_ORDERS are open."""
    now, zone = services.clock(), ZoneInfo(services.config.timezone)
    with services.sessions.begin() as session:
        crew = _crew(session, now, zone)
        is_open = session.scalar(select(func.count()).where(Order.state.in_(ACTIVE))) or 0
        busy = select(Order.service_point_id).where(Order.state.in_(ACTIVE))
        free = select(ServicePoint.id).where(ServicePoint.state == "on", ServicePoint.id.not_in(busy))
        points = session.scalars(
            free.order_by(ServicePoint.id % 97, ServicePoint.id).limit(OPEN_ORDERS)
        ).all()
        due = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
        wanted = [
            OrderRequest(
                type="reread", service_point_id=point, due_until=due, extra={"flag_reason": "estimate"}
            )
            for point in points[: max(OPEN_ORDERS - is_open, 0)]
        ]
        refused = [one for one in raise_orders(session, wanted, now=now, actor=BY) if one is not None]
        if refused:
            raise refused[0]
        _routes(session, crew, now, zone)
    with services.sessions.begin() as session:
        count_rows_anew(session)


def _crew(session: Session, now: datetime, zone: ZoneInfo) -> list[str]:
    """As many technicians as CREW says, each with a shift today."""
    known = session.scalars(select(Technician).order_by(Technician.id)).all()
    day, home = now.astimezone(zone).date(), known[0].home
    made = [
        Technician(id=f"b{number:02d}", name=f"Bench technician {number}", skills=["water"], home=home)
        for number in range(len(known) + 1, CREW + 1)
    ]
    session.add_all(made)
    session.flush()
    starts, ends = (datetime.combine(day, time(hour), zone) for hour in (8, 16))
    session.add_all(
        Shift(technician_id=one.id, day=day, starts_at=starts, ends_at=ends, break_minutes=30) for one in made
    )
    session.flush()
    return [one.id for one in made]


def _routes(session: Session, crew: list[str], now: datetime, zone: ZoneInfo) -> None:
    """Give each of the crew ROUTED of today's orders."""
    waiting = select(Order.number).where(Order.requested_by == BY, Order.technician_id.is_(None))
    numbers = iter(session.scalars(waiting.order_by(Order.number).limit(ROUTED * len(crew))).all())
    today = now.astimezone(zone).date()
    for technician in crew:
        for number, _ in zip(numbers, range(ROUTED), strict=False):
            assign_order(session, number, technician, route_day=today, now=now, actor=BY)
