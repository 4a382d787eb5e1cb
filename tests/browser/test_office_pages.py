"""The office in a real browser: by keyboard, with live refresh, with the server gone, and without scripts."""

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Playwright, Route, expect
from sqlalchemy.engine import make_url
from werkzeug.serving import BaseWSGIServer, make_server

from server.app import create_app
from server.config import Config
from server.services import open_services
from sync.stores.sql.store import SqlStore
from tests.browser.accessibility import broken_rules
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.closing import closing
from tests.integration.office import morning
from tests.postgres import free_port

pytestmark = [pytest.mark.browser, pytest.mark.node]
SOFTWARE_GRAPHICS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
"""The map needs WebGL also on a machine without a graphics card."""


@dataclass
class Running:
    """The application on a morning, answering on a port that it keeps when stopped and started."""

    app: Any
    port: int
    numbers: dict[str, str]
    web: BaseWSGIServer | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Answer requests."""
        self.web = make_server("127.0.0.1", self.port, closing(self.app), threaded=True)
        self.web.daemon_threads = True  # type: ignore[attr-defined]  # of socketserver's ThreadingMixIn
        threading.Thread(target=self.web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Be unreachable."""
        if self.web is not None:
            self.web.shutdown()
            self.web.server_close()
            self.web = None


@pytest.fixture(scope="module")
def running(migrated_template: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One morning for this file; each test works on orders of its own."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), folder / "curbstop.sqlite")
    config = Config(data_dir=folder, secret_key="x" * 40, log_level="ERROR").checked()
    services = open_services(config, clock=lambda: morning.CLOCK)
    with services.sessions() as session:
        numbers = morning.build(session)
    made = Running(create_app(services=services), free_port(), numbers)
    made.start()
    yield made
    made.stop()
    if isinstance(services.store, SqlStore):
        services.store.close()
    services.engine.dispose()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for this file."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *SOFTWARE_GRAPHICS])
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What pages complained about; a test that expects none checks it at its end."""
    return []


def open_page(browser: Browser, running: Running, name: str, complaints: list[str], **options: Any) -> Page:
    """A page of somebody who has signed in, typing and pressing Enter."""
    context = browser.new_context(base_url=running.url, viewport={"width": 1280, "height": 800}, **options)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto("/sign-in")
    page.get_by_label("Name").press_sequentially(name)
    page.keyboard.press("Tab")
    page.keyboard.type(morning.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    # Until its scripts have run a page is a plain one, as the test without scripts has it.
    page.wait_for_load_state("load")
    return page


def test_what_was_typed_comes_back_after_signing_in_again(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "carla", complaints)
    page.goto("/csr/accounts/A2")
    page.get_by_text("Add a note").click()
    page.get_by_label("What was said").fill("Ring the bell twice")
    page.get_by_label("Call back on").fill("2026-03-05")
    page.context.clear_cookies()
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_label("Name").fill("carla")
    page.get_by_label("Password").fill(morning.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#messages")).to_contain_text("Nothing of it was sent.")
    assert page.url == f"{running.url}/csr/accounts/A2"
    expect(page.get_by_label("What was said")).to_have_value("Ring the bell twice")
    expect(page.get_by_label("Call back on")).to_have_value("2026-03-05")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".events .said")).to_have_text("Ring the bell twice")
    assert complaints == []
    page.context.close()


def test_a_dispatcher_assigns_and_reorders_by_keyboard(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "dana", complaints)
    for word in ("waiting", "overdue"):
        page.locator(f"#tick-{running.numbers[word]}").focus()
        page.keyboard.press("Space")
    expect(page.locator("#chosen")).to_have_text("2")
    # A refresh that comes in between takes nothing away.
    page.evaluate("document.querySelector('#orders-form').dataset.before = 'yes'")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('board:refresh', {bubbles: true}))")
    expect(page.locator("#orders-form[data-before]")).to_have_count(0)
    expect(page.locator(f"#tick-{running.numbers['waiting']}")).to_be_checked()
    page.locator("#do-tech").select_option("t01")
    page.get_by_role("button", name="Assign").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("2 orders sent to Tess Demo for Mar 2, 2026.")
    expect(page.locator(f"#row-{running.numbers['waiting']}")).to_contain_text("Tess Demo")
    expect(page.locator("#chosen")).to_have_text("0")

    page.locator("#workday-t01 > summary").focus()
    page.keyboard.press("Enter")
    numbers = page.locator("#workday-t01 .stops li").evaluate_all(
        "items => items.map(item => item.dataset.number)"
    )
    first, second = numbers[:2]
    page.locator(f"#down-{first}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#workday-t01 .stops li").first).to_have_attribute("data-number", second)
    expect(page.locator(f"#down-{first}")).to_be_focused()
    assert page.locator("#workday-t01").get_attribute("open") is not None
    assert complaints == []
    page.context.close()


def test_the_board_does_what_was_meant_and_no_more(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "dana", complaints)
    posted: list[str] = []
    page.on("request", lambda sent: posted.append(sent.url) if sent.method == "POST" else None)
    boxes = page.locator('#orders-form input[type="checkbox"][name="order"]')
    ticked = [boxes.nth(0).get_attribute("id"), boxes.nth(1).get_attribute("id")]
    for id_ in ticked:
        page.locator(f"#{id_}").check()
    page.locator("#do-more > summary").click()
    page.locator("#do-reason").fill("Wrong day")
    page.locator("#do-reason").press("Enter")

    page.get_by_role("button", name="Cancel orders").focus()
    asked: list[str] = []

    def say_no(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", say_no)
    page.keyboard.press("Enter")
    assert "Cancel the 2 ticked orders?" in asked[0]
    assert posted == [], "neither Enter in the reason nor a question answered with no sends anything"

    page.get_by_role("link", name=re.compile("^In review")).click()
    expect(page.locator("#chosen")).to_have_text("2")
    expect(page.locator("#chosen-elsewhere")).to_have_text(", 2 not shown")
    page.get_by_role("link", name=re.compile("^All open")).click()
    for id_ in ticked:
        expect(page.locator(f"#{id_}")).to_be_checked()

    page.locator("#workday-t01 > summary").click()
    route = page.locator("#workday-t01 .stops li:has(form.move)")
    numbers = route.evaluate_all("items => items.map(item => item.dataset.number)")
    last = numbers[-1]
    assert len(numbers) > 2
    with page.expect_response("**/dispatch/route"):
        # In one go, so that a busy machine puts no pause between two presses, and no refresh of the board
        # takes the button away between finding and pressing it.
        press = """([id, times]) => {
          const button = document.getElementById(id);
          for (let n = 0; n < times; n++) button.click();
        }"""
        page.evaluate(press, [f"up-{last}", len(numbers) - 1])
    expect(page.locator("#messages")).to_contain_text(f"{last} is now stop 1.")
    page.reload()
    expect(route.first).to_have_attribute("data-number", last)
    assert sum(url.endswith("/dispatch/route") for url in posted) == 1
    assert complaints == []
    page.context.close()


def test_the_map_draws_orders_without_a_basemap_and_a_click_ticks(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "dana", complaints)
    page.goto("/dispatch/?technician=t01")
    page.wait_for_selector("#map[data-ready]", timeout=30_000)
    rows = page.locator("#orders-form tbody tr").count()
    assert page.locator("#map").get_attribute("data-points") == str(rows)
    expect(page.locator("#map-note")).to_contain_text("There is no basemap yet")
    place = page.evaluate(
        """async () => {
            const { map } = await import(document.querySelector('script[src*="js/map.js"]').src);
            const drawn = () => map.queryRenderedFeatures({ layers: ["orders"] })[0];
            while (!drawn()) {
                const idle = new Promise((done) => map.once("idle", done));
                map.triggerRepaint();
                await idle;
            }
            const feature = drawn();
            const { x, y } = map.project(feature.geometry.coordinates);
            return { x, y, number: feature.properties.number };
        }"""
    )
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])
    expect(page.locator(f"#tick-{place['number']}")).to_be_checked()
    assert complaints == []
    page.context.close()


def test_a_csr_finds_raises_and_cancels_while_talking(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "carla", complaints)
    page.get_by_label("Account, name, address, order or meter").press_sequentially("brien")
    page.get_by_role("link", name="Maria O'Brien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maria O'Brien")
    page.go_back()
    expect(page.get_by_label("Account, name, address, order or meter")).to_have_value("brien")
    page.get_by_role("link", name="Maria O'Brien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maria O'Brien")
    page.get_by_role("link", name="Raise an order").click()
    page.get_by_label("What is to be done").select_option("turn_off")
    expect(page.get_by_text("A customer moves out")).to_be_visible()
    page.get_by_label("Stop date").fill("2026-03-06")
    page.get_by_label("Appointment from").fill("2026-03-06T10:00")
    page.get_by_label("Appointment until").fill("2026-03-06T09:00")
    page.get_by_role("button", name="Raise “Turn off”").click()
    wrong = page.get_by_label("Appointment until")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_attribute("aria-describedby", "appointment_until-problem")
    wrong.fill("2026-03-06T12:00")
    page.get_by_role("button", name="Raise “Turn off”").click()
    expect(page.locator("#messages")).to_contain_text("is raised")
    expect(page.locator(".timeline")).to_contain_text("Requested by Carla CSR.")
    page.locator("#reason").fill("stays after all")
    page.get_by_role("button", name="Cancel this order").click()
    expect(page.locator(".timeline")).to_contain_text("Cancelled by Carla CSR: stays after all.")
    # The refused form answers 422, which the browser notes; nothing else may be noted.
    assert [said for said in complaints if "422" not in said] == []
    page.context.close()


def test_a_supervisor_decides(browser: Browser, running: Running, complaints: list[str]) -> None:
    page = open_page(browser, running, "sam", complaints)
    page.goto("/office/?code=serial_mismatch")
    page.get_by_label("Your words").fill("the photo shows the right meter")
    page.get_by_role("button", name="Carry out and complete the order").click()
    expect(page.locator("#messages")).to_contain_text("is accepted")
    page.get_by_role("link", name="Cash & receipts").click()
    expect(page.get_by_text("balances", exact=True)).to_be_visible()
    assert complaints == []
    page.context.close()


def test_the_board_says_when_the_server_is_gone_and_when_it_is_back(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "dana", complaints)
    refresh = "document.body.dispatchEvent(new CustomEvent('board:refresh', {bubbles: true}))"
    running.stop()
    try:
        page.evaluate(refresh)
        expect(page.locator("#messages")).to_contain_text("The server cannot be reached")
        expect(page.locator("#orders-form tbody tr").first).to_be_visible()
    finally:
        running.start()
    page.evaluate(refresh)
    expect(page.locator("#messages")).to_contain_text("The server is back")
    page.context.close()


def test_without_scripts_the_forms_still_work(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "sam", complaints, java_script_enabled=False)
    page.goto("/dispatch/?group=on_tablet")
    page.locator(f"#tick-{running.numbers['sent']}").check()
    page.locator("#do-more > summary").click()
    page.locator("#do-reason").fill("truck broke down")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#messages")).to_contain_text(f"{running.numbers['sent']} taken back.")
    assert "group=on_tablet" in page.url
    page.goto("/csr/?q=alder")
    expect(page.locator(".hits li")).to_have_count(12)
    page.context.close()


def test_a_dense_board_shows_fourteen_orders_on_a_laptop(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "dana", complaints, bypass_csp=True)
    page.get_by_role("button", name="Dense").click()
    expect(page.get_by_role("button", name="Comfortable")).to_be_visible()
    fits = page.evaluate("""() => {
      const list = document.querySelector(".table-wrap");
      const room = list.clientHeight - list.querySelector("thead").offsetHeight;
      return room / Math.max(...[...list.querySelectorAll("tbody tr")].map((row) => row.offsetHeight));
    }""")
    assert fits >= 14
    assert broken_rules(page) == []
    page.context.close()


def test_what_is_chosen_before_the_scripts_arrive_counts(
    browser: Browser, running: Running, complaints: list[str]
) -> None:
    page = open_page(browser, running, "carla", complaints)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/static/js/page.js*", hold, times=1)
    with page.expect_request("**/static/js/page.js*"):
        page.goto("/csr/orders/new?service_point=SP-1", wait_until="commit")
    page.get_by_label("What is to be done").select_option("turn_off")
    expect(page.get_by_text("A customer moves out")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.get_by_text("A customer moves out")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).not_to_have_url(re.compile("type=turn_off"))
    page.context.close()
