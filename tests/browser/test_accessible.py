"""One page of each view of the office: it fits its window, complains of nothing, obeys WCAG 2.2 AA."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.accessibility import broken_rules
from tests.browser.test_office_pages import Running, browser, complaints, open_page, pytestmark, running
from tests.integration.office.conftest import Office
from tests.integration.office.reading import pages

__all__ = ["browser", "complaints", "pytestmark", "running"]


DESKTOP: ViewportSize = {"width": 1280, "height": 800}
TELEPHONE: ViewportSize = {"width": 390, "height": 844}


def too_wide(page: Page) -> list[str]:
    """What a reader would have to move the whole page sideways for."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide at {page.viewport_size}"] if wide > 0 else []


def one_of_each_view(running: Running) -> list[str]:
    """The addresses of pages that a person with every role can reach, one for each view."""
    office = Office(running.app, running.app.extensions["curbstop"], running.numbers)
    return [address for address, _ in pages(running.app, office.client("ada"), "/", each=1)]


def test_no_page_shuts_anybody_out(browser: Browser, running: Running, complaints: list[str]) -> None:
    page = open_page(browser, running, "ada", complaints, bypass_csp=True)
    found = {}
    for address in one_of_each_view(running):
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        page.goto(address)
        broken = broken_rules(page) + too_wide(page)
        page.emulate_media(color_scheme="dark")
        broken += broken_rules(page, of_colors=True)
        page.set_viewport_size(TELEPHONE)
        broken += too_wide(page)
        if broken:
            found[address] = broken
    assert found == {}
    # 409: a page that says what cannot be answered now, such as a way while no streets are known.
    assert [said for said in complaints if "409" not in said] == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_that_asks_the_server_stays_readable(
    browser: Browser, running: Running, complaints: list[str], scheme: Any
) -> None:
    """The board asks by itself whenever something changed: what somebody reads then may not fade."""
    page = open_page(browser, running, "ada", complaints, color_scheme=scheme, bypass_csp=True)
    for address in ("/dispatch/", "/dispatch/timeline", "/csr/"):
        page.goto(address)
        asking = """() => document.querySelectorAll("[hx-get], [hx-post]")
          .forEach((element) => element.classList.add("htmx-request"))"""
        page.evaluate(asking)
        assert broken_rules(page) == []
    page.context.close()


def test_the_rules_are_looked_at(browser: Browser, running: Running, complaints: list[str]) -> None:
    page = open_page(browser, running, "ada", complaints, bypass_csp=True)
    page.evaluate("""() => {
      const faint = "<p style='color: #ccc; background: #fff'>hardly seen</p>";
      document.querySelector("main").insertAdjacentHTML("afterbegin", `${faint}<input>`);
    }""")
    assert {rule.split(":")[0] for rule in broken_rules(page)} == {"color-contrast", "label"}
    page.context.close()
