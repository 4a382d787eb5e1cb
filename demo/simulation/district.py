"""A small district to act in, made once with the real code and copied for every seed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import shapely
from sqlalchemy.orm import Session

from demo.simulation.clock import START
from demo.simulation.enrolling import enrol
from demo.simulation.seeds import Seeds
from demo.simulation.storage import Storage
from server.config import Config
from server.db import open_engine, session_factory
from server.migrate import upgrade
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from workorders.catalogue import CATALOGUE
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.tables import (
    Account,
    Customer,
    Installation,
    Meter,
    Notice,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
    Technician,
)
from workorders.usecases.district.publish_rules import publish_rules, sample_document

ACCOUNTS = 30
DEBTS = (12_850, 25_600, 6_000, 0)
"""Cents that accounts owe from before, in turn."""
METERS_IN_VAN = 8
SECRET = "a simulated district has no secrets at all"  # noqa: S105 - as it says
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - names in it are made at random
MEMORY = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
"""Where runs keep their files, if there is such a place: nothing of them needs to survive a power cut."""
BEFORE = START - timedelta(days=1)
TODAY: date = START.date()


@dataclass(frozen=True, slots=True)
class District:
    """The template: its database file, and what each technician's tablet holds."""

    file: Path
    tablets: tuple[Storage, ...]


def config_of(folder: Path) -> Config:
    """The settings of a simulated district in `folder`."""
    return Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'curbstop.sqlite'}",
        secret_key=SECRET,
        token_minutes=120,
        log_level="ERROR",
    ).checked()


@contextmanager
def made_district(tablets: int) -> Iterator[District]:
    """A template with as many technicians as tablets, in a folder that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="curbstop-template-", dir=MEMORY) as name:
        config = config_of(Path(name))
        engine = open_engine(config.database_url)
        upgrade(engine)
        sessions = session_factory(engine)
        seeds = Seeds(0)
        with sessions.begin() as session:
            publish_rules(session, sample_document(), now=START - timedelta(days=300))
            names = [f"t{number:02d}" for number in range(1, tablets + 1)]
            _technicians(session, names)
            for number in range(1, ACCOUNTS + 1):
                _account(session, number)
        with sessions.begin() as session:
            storages = tuple(enrol(session, SECRET, name, seeds.of("template"), BEFORE) for name in names)
        store = SqlStore(engine)
        for technician in names:
            ensure_technician(sessions, store, technician, now=BEFORE)
        store.close()
        # The last one to close the file carries into it what was written ahead.
        engine.dispose()
        yield District(Path(str(engine.url.database)), storages)


def _technicians(session: Session, names: list[str]) -> None:
    skills = sorted({skill for order_type in CATALOGUE.values() for skill in order_type.skills})
    session.add_all(Technician(id=name, name=f"Technician {name}", skills=skills) for name in names)
    session.flush()
    session.add_all(
        Meter(
            serial=f"N{name}{number}".upper(),
            make="Demo",
            size="5/8",
            dials=6,
            status="in_van",
            van_technician_id=name,
        )
        for name in names
        for number in range(1, METERS_IN_VAN + 1)
    )
    session.flush()


def _account(session: Session, number: int) -> None:
    """One account: every third has two service points, every ninth three; a few services are off."""
    customer = Customer(name=f"Demo customer {number}", phone="555-0100")
    session.add(customer)
    session.flush()
    account = Account(number=f"A{number}", customer_id=customer.id)
    session.add(account)
    session.flush()
    points = 3 if number % 9 == 0 else 2 if number % 3 == 0 else 1
    for place in range(1, points + 1):
        _service(session, account, f"{number}{'abc'[place - 1]}", 10 * number + place)
    debt = DEBTS[number % len(DEBTS)]
    if debt:
        _debt(session, account, debt)


def _service(session: Session, account: Account, name: str, order: int) -> None:
    premise = Premise(
        number=f"P-{name}",
        house_number=str(100 + order),
        street="Alder Street",
        city="Demo Falls",
        postcode="00000",
        position=shapely.Point(-98.6 + order / 1000, 39.1),
    )
    session.add(premise)
    session.flush()
    state = "off" if order % 70 == 1 else "on"
    point = ServicePoint(number=f"SP-{name}", premise_id=premise.id, size="5/8", state=state)
    meter = Meter(serial=f"M{name}".upper(), make="Demo", size="5/8", dials=6, status="installed")
    session.add_all([point, meter])
    session.flush()
    since = START - timedelta(days=400)
    session.add_all(
        [
            ServiceAgreement(account_id=account.id, service_point_id=point.id, start_on=since.date()),
            ServicePointEvent(service_point_id=point.id, state=state, at=since, source="import:simulation"),
            Installation(
                meter_id=meter.id,
                service_point_id=point.id,
                installed_at=since,
                start_read=0,
                source="import:simulation",
            ),
            *(
                Read(
                    meter_id=meter.id,
                    service_point_id=point.id,
                    taken_at=START - timedelta(days=30 * (6 - month)),
                    value=100_000 + 4_000 * month,
                    kind="actual",
                    source=f"import:{name}:{month}",
                    billed=True,
                )
                for month in range(6)
            ),
        ]
    )


def _debt(session: Session, account: Account, cents: int) -> None:
    for kind, days in (("past_due", 45), ("final", 12)):
        session.add(
            Notice(
                account_id=account.id,
                kind=kind,
                sent_on=TODAY - timedelta(days=days),
                valid_until=TODAY + timedelta(days=60),
                amount_cents=cents,
            )
        )
    post(
        session,
        source=f"import:{account.number}",
        purpose="opening",
        message=Message.of("entry.opening", account=account.number),
        lines=[("AR", "OPEN", cents)],
        parties={"account": account.number},
        effective_at=START - timedelta(days=400),
        now=BEFORE,
    )
