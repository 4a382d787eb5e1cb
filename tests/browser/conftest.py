"""Fixtures of the browser tests: a running district, and Chromium profiles that survive being closed."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright
from sqlalchemy.engine import make_url

from server.commands.couchdb_config import couchdb_settings
from server.config import Config
from tests.browser.days import Clock
from tests.browser.site import Site
from tests.contract.couch_servers import cleared, configured, couchdb_url
from tests.integration.couchdb.district import DATABASES
from tests.integration.usecases.every_order import HOUSEHOLDS

CHROMIUM = os.environ.get("CURBSTOP_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
PATIENCE_MS = 15_000
"""Longest time the page may take to show what it must; a busy machine is slow, not wrong."""

OpenTablet = Callable[..., tuple[BrowserContext, Page]]
"""A name, further arguments of Chromium, and options of its context."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, started once."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture
def settings(migrated_template: dict[str, str], tmp_path: Path) -> Config:
    """The settings of a district on SQLite."""
    target = tmp_path / "curbstop.sqlite"
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), target)
    return Config(
        data_dir=tmp_path / "data",
        database_url=f"sqlite:///{target}",
        secret_key="x" * 40,
        log_level="ERROR",
    ).checked()


@pytest.fixture
def site(settings: Config) -> Iterator[Site]:
    """A district on SQLite, answering requests."""
    made = Site(settings)
    made.start()
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of a Monday at eight. The replication routes read the machine's, and are given this one."""
    made = Clock()
    read = SimpleNamespace(time=lambda: made().timestamp(), monotonic=time.monotonic)
    for module in ("call", "changes"):
        monkeypatch.setattr(f"sync.routes.{module}.time", read)
    return made


@pytest.fixture
def morning(settings: Config, clock: Clock) -> Iterator[Site]:
    """A district on a morning on which service may be cut until three."""
    made = Site(settings, clock=clock, households=HOUSEHOLDS)
    made.start()
    yield made
    made.close()


@pytest.fixture
def couchdb_site(settings: Config) -> Iterator[Site]:
    """A district whose tablets replicate with a CouchDB elsewhere, set up as the command prints."""
    url = couchdb_url()
    with cleared(url, DATABASES):
        made = Site(replace(settings, couchdb_url=url))
        with configured(url, couchdb_settings(settings.secret_key, [made.url])):
            made.start()
            yield made
            made.close()


@pytest.fixture
def open_tablet(playwright: Playwright, tmp_path: Path) -> Iterator[OpenTablet]:
    """Open a tablet's browser by name; opened again, it finds what it kept. Page errors fail the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_(name: str, *arguments: str, **options: Any) -> tuple[BrowserContext, Page]:
        given: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}} | options
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / f"browser-{name}"),
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, *arguments],
            geolocation={"latitude": 39.1, "longitude": -98.6, "accuracy": 8},
            permissions=["geolocation", "camera"],
            **given,
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        page = context.pages[0]
        page.on("pageerror", lambda error: errors.append(str(error)))
        return context, page

    yield open_
    for context in opened:
        context.close()
    assert errors == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One Chromium at a time: two of them starve each other on two cores, and every wait runs out."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("browser"))
