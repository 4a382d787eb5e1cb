"""What a technician does on the tablet, step by step; page and site tests share these."""

import re
from pathlib import Path

from playwright.sync_api import Error, Page, expect

from tests.browser.site import Site, png
from tests.integration.couchdb.district import eventually

PIN = "2468"


def until(page: Page, expression: str, arg: object = None) -> None:
    """Ask the page until `expression` holds; also while it reloads.

    Playwright's own waiting evaluates strings in the page, which the app's content policy forbids.
    """

    def holds() -> bool:
        try:
            return bool(page.evaluate(expression, arg))
        except Error:
            return False

    eventually(holds)


def enrol(page: Page, site: Site, *, technician: str = "t01", name: str = "Truck 12") -> None:
    """Set a fresh tablet up and wait until it would also open without a connection."""
    page.goto(f"{site.url}/tablet/")
    page.get_by_label("Enrollment code").fill(site.code(technician))
    page.get_by_label("Name of this tablet").fill(name)
    page.get_by_label("New PIN").fill(PIN)
    page.get_by_label("PIN again").fill(PIN)
    page.get_by_role("button", name="Enroll").click()
    expect(page.get_by_role("link", name="Orders")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def unlock(page: Page, site: Site, pin: str = PIN) -> None:
    """Open the app that is kept on the tablet."""
    page.goto(f"{site.url}/tablet/")
    page.get_by_label("PIN of").fill(pin)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("link", name="Orders")).to_be_visible()


def open_order(page: Page, number: str) -> None:
    """Go to an order from the list."""
    page.get_by_role("link", name="Orders").click()
    page.get_by_label("Orders", exact=True).get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def start_work(page: Page) -> None:
    """From new to on site, one press each; work starts when the form is opened."""
    for step in ("Acknowledge", "On my way", "I am on site"):
        page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text("On site since")).to_be_visible()


def choose(page: Page, question: str, answer: str) -> None:
    """Answer a question that has choices."""
    page.get_by_role("radiogroup", name=question).get_by_text(answer, exact=True).click()


def take_photo(page: Page, title: str, folder: Path) -> None:
    """Hand the camera's picture to a photo field."""
    picture = folder / "camera.png"
    picture.write_bytes(png(2400, 1800))
    page.get_by_label(title, exact=True).set_input_files(picture)
    expect(page.get_by_role("img", name=f"{title}, taken")).to_be_visible()


def expect_waiting(page: Page, count: int) -> None:
    """So many entries wait to be sent."""
    expect(page.locator(".count")).to_have_text(re.compile(rf"^{count}$"))
