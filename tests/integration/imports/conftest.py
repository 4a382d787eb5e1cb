"""A small district in CSV, and the importing of it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from server.imports import ImportReport, import_rows
from tests.conftest import NOW
from workorders.tables import Technician

CHICAGO = ZoneInfo("America/Chicago")
PREMISES = """\
premise,house_number,street,city,postcode,longitude,latitude,dog,service_point,service,size,state
P-1,114,Alder Street,Demo Falls,00001,-98.6012,39.1007,yes,SP-1,water,5/8,on
P-1,114,Alder Street,Demo Falls,00001,-98.6012,39.1007,yes,SP-2,electric,200A,off
P-2,116,Alder Street,Demo Falls,00001,-98.5012,39.1008,no,SP-3,water,5/8,off_np
"""
ACCOUNTS = """\
account,customer_name,phone,opened_on,service_points,opening_balance,balance_on
A-1,Demo customer 1,555-0101,2020-05-01,SP-1 SP-2,128.50,2026-02-01
A-2,Demo customer 1,555-0101,2021-05-01,,-20,
A-3,Demo customer 3,,2021-05-01,SP-3,,
"""
METERS = """\
serial,make,size,dials,service_point,installed_on,start_read,last_read,last_read_on,status,technician
CB-1,Demo,5/8,6,SP-1,2020-05-01,0,104233,2026-02-01,installed,
CB-3,Demo,5/8,6,SP-3,2021-05-01,17,,,installed,
CB-9,Demo,5/8,6,,,,,,in_van,t01
CB-8,Demo,5/8,6,,,,,,in_stock,
"""
Load = Callable[..., ImportReport]


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions on a district that has one technician and nothing else."""
    made = session_factory(engine)
    with made.begin() as session:
        session.add(Technician(id="t01", name="Demo technician 1", skills=["water"]))
    return made


@pytest.fixture
def load(sessions: sessionmaker[Session]) -> Load:
    """Import a text as a file of a kind: load(kind, text, dry_run=False)."""

    def run(kind: str, text: str, *, dry_run: bool = False) -> ImportReport:
        return import_rows(
            sessions, kind, f"{kind}.csv", text.encode(), now=NOW, zone=CHICAGO, dry_run=dry_run
        )

    return run
