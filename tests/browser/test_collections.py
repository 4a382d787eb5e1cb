"""A supervisor's morning in a real browser: write the notices, mail them, raise the cuts of the list."""

import shutil
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy.engine import make_url
from werkzeug.serving import make_server

from server.app import create_app
from server.config import Config
from server.services import open_services
from sync.stores.sql.store import SqlStore
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.closing import closing
from tests.integration.office import morning
from tests.postgres import free_port

pytestmark = [pytest.mark.browser, pytest.mark.node]
SIZES = ((1280, 800), (390, 844))


@pytest.fixture(scope="module")
def address(migrated_template: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One morning for this file."""
    folder = tmp_path_factory.mktemp("collections")
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), folder / "curbstop.sqlite")
    config = Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'curbstop.sqlite'}",
        secret_key="x" * 40,
        log_level="ERROR",
    ).checked()
    services = open_services(config, clock=lambda: morning.CLOCK)
    with services.sessions() as session:
        morning.build(session)
    port = free_port()
    web = make_server("127.0.0.1", port, closing(create_app(services=services)), threaded=True)
    web.daemon_threads = True  # type: ignore[attr-defined]  # of socketserver's ThreadingMixIn
    threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{port}"
    web.shutdown()
    web.server_close()
    if isinstance(services.store, SqlStore):
        services.store.close()
    services.engine.dispose()


@pytest.fixture
def page(playwright: Playwright, address: str) -> Iterator[Page]:
    """Sam, signed in, on the cut list. Page errors fail the test."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    errors: list[str] = []
    opened = browser.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{address}/sign-in?next=/office/collections/")
    opened.get_by_label("Name").fill("sam")
    opened.get_by_label("Password").fill(morning.PASSWORD)
    opened.get_by_role("button", name="Sign in").click()
    opened.wait_for_url(f"{address}/office/collections/")
    yield opened
    browser.close()
    assert errors == []


def test_notices_are_written_and_mailed_and_cuts_raised(page: Page) -> None:
    page.get_by_role("link", name="Notices").click()
    page.get_by_role("button", name="Write the batch").click()
    expect(page.get_by_text("Not mailed yet")).to_be_visible()
    expect(page.get_by_role("link", name="Print (PDF)")).to_be_visible()
    page.get_by_role("button", name="Mark as mailed").click()
    expect(page.get_by_text("Its notices count from that day.")).to_be_visible()
    page.get_by_role("link", name="Cut list").click()
    page.get_by_label("Choose all").check()
    ticked = page.locator("input[name=row]:checked").count()
    assert ticked > 1
    page.get_by_role("button", name="Raise disconnects").click()
    expect(page.get_by_text(f"{ticked} disconnects are raised.")).to_be_visible()
    expect(page.get_by_text("Nobody may be cut that day.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/office/collections/", "/office/collections/notices", "/csr/accounts/A1"])
def test_nothing_is_wider_than_the_screen(page: Page, address: str, path: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
