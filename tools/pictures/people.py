"""The people of a demo in browsers of their own: office pages, and a technician's tablet."""

import shutil
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect

from tools.pictures.demo_server import DemoServer
from tools.pictures.reel import opened

DESK: ViewportSize = {"width": 1280, "height": 800}
WIDE: ViewportSize = {"width": 1600, "height": 1000}
"""The board's list, map and technicians stand side by side on it."""
PHONE: ViewportSize = {"width": 390, "height": 844}
PIN = "2468"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def launched(playwright: Playwright) -> Browser:
    """The machine's Chromium; raises SystemExit with the way to get it."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("Pictures need Chromium: apt install chromium")
    return playwright.chromium.launch(
        executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
    )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's browser window."""

    page: Page

    def at(self, path: str) -> Page:
        """Open a page and let it come to rest."""
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def picture(self) -> Image.Image:
        """What is seen now."""
        return opened(self.page.screenshot())


def sign_in(browser: Browser, demo: DemoServer, role: str, path: str) -> Person:
    """Somebody of the office at a desk."""
    page = browser.new_context(base_url=demo.url, viewport=DESK, locale="en-US").new_page()
    sign = demo.signs.of(role)
    page.goto(f"/sign-in?next={path}")
    page.locator("[name=name]").fill(sign.name)
    page.locator("[name=password]").fill(sign.password)
    page.locator("button.primary").click()
    page.wait_for_load_state("load")
    return Person(page)


def tablet_of(browser: Browser, demo: DemoServer, technician: str, place: tuple[float, float]) -> Person:
    """A technician's telephone with the day's orders on it, at a place (longitude, latitude)."""
    context = browser.new_context(
        base_url=demo.url,
        viewport=PHONE,
        locale="en-US",
        has_touch=True,
        permissions=["geolocation"],
        geolocation={"longitude": place[0], "latitude": place[1], "accuracy": 8},
    )
    page = context.new_page()
    page.goto("/tablet/")
    page.get_by_label("Enrollment code").fill(demo.code(technician))
    page.get_by_label("Name of this tablet").fill("Truck 6")
    page.get_by_label("New PIN").fill(PIN)
    page.get_by_label("PIN again").fill(PIN)
    page.get_by_role("button", name="Enroll").click()
    expect(page.get_by_role("link", name="Orders")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("Orders", exact=True).get_by_role("link").first).to_be_visible(timeout=60_000)
    return Person(page)
