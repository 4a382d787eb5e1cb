"""A demo district that is served, with its worker, on a port of its own."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from demo.district import load_demo
from demo.signins import DemoSignIns
from server.config import Config
from server.db import session_factory
from server.services import utc_now
from tests.postgres import free_port
from tests.served import started_server


@pytest.fixture
def environment(config: Config) -> dict[str, str]:
    return os.environ | {
        "CURBSTOP_DATA_DIR": str(config.data_dir),
        "CURBSTOP_DATABASE_URL": config.database_url,
        "CURBSTOP_SECRET_KEY": config.secret_key,
        "CURBSTOP_PORT": str(free_port()),
        "CURBSTOP_WEB_WORKERS": "1",
        "CURBSTOP_WEB_THREADS": "40",
        "CURBSTOP_LOG_LEVEL": "WARNING",
    }


@pytest.fixture
def signs(engine: Engine, config: Config, monkeypatch: pytest.MonkeyPatch) -> DemoSignIns:
    monkeypatch.setattr("demo.households.workday.PLAN_SECONDS", 0.2)
    made = load_demo(session_factory(engine), config, accounts=300, seed=7, now=utc_now())
    assert made is not None
    return made


@pytest.fixture
def url(environment: dict[str, str], signs: DemoSignIns) -> Iterator[str]:
    address = f"http://127.0.0.1:{environment['CURBSTOP_PORT']}"
    with started_server(environment, address):
        yield address
