"""A plain order in three presses beside its form's fields, and what becomes known of the times."""

import re
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import BrowserContext, Geolocation, Page, expect

from tests.browser.conftest import OpenTablet
from tests.browser.site import Site, png_of
from tests.browser.tablet_steps import choose, enrol, open_order, start_work, take_photo
from tests.integration.couchdb.district import eventually

pytestmark = pytest.mark.browser
MOST_PRESSES = 3
DIRECTIONS = re.compile(r"^https://www\.google\.com/maps/")
"""Where Go leads on a desktop; no test asks the world."""
COUNT_PRESSES = """() => {
  globalThis.presses = 0;
  addEventListener("click", (event) => {
    if (event.isTrusted && !event.target.closest("form .field")) globalThis.presses += 1;
  }, true);
}"""
ELSEWHERE: Geolocation = {"latitude": 39.2, "longitude": -98.6, "accuracy": 8}


def go_to(context: BrowserContext, page: Page) -> str:
    """Press Go, close what the device's navigation shows, and answer its address."""
    context.route(DIRECTIONS, lambda route: route.fulfill(body="directions"))
    with context.expect_page() as opened:
        page.get_by_role("link", name="Go", exact=True).click()
    address = opened.value.url
    opened.value.close()
    return address


def fill_reread(page: Page, serial: str, folder: Path) -> None:
    """Answer a reread's questions."""
    page.get_by_label("Serial number on the meter", exact=True).fill(serial)
    page.get_by_label("Read", exact=True).fill("148000")
    take_photo(page, "Photo of the dial", folder)
    choose(page, "Is the dial moving?", "No")
    choose(page, "Condition of the meter", "Good")


def test_a_plain_order_takes_three_presses(site: Site, open_tablet: OpenTablet, tmp_path: Path) -> None:
    site.order("reread", 1)
    site.order("reread", 2)
    context, page = open_tablet("truck")
    context.set_geolocation(ELSEWHERE)
    enrol(page, site)
    page.get_by_role("button", name="Acknowledge all 2").click()
    expect(page.get_by_text("2 orders acknowledged.")).to_be_visible()
    page.evaluate(COUNT_PRESSES)
    address = go_to(context, page)
    assert address.startswith("https://www.google.com/maps/dir/")
    brief = page.get_by_label("What decides the visit")
    for words in ("Why it is doubted", "Last read", "Expected today"):
        expect(brief).to_contain_text(words)
    page.get_by_role("link", name="Complete").click()
    fill_reread(page, "M1", tmp_path)
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()
    assert page.evaluate("presses") <= MOST_PRESSES
    following = page.get_by_role("group", name="Next stop")
    expect(following).to_contain_text("straight line")
    expect(following.get_by_role("link", name="Go", exact=True)).to_be_visible()

    eventually(lambda: site.events() and site.events()[-1].kind == "completed")
    events = {e.kind: e.body for e in site.events() if e.order_number == site.events()[-1].order_number}
    assert list(events) == ["acknowledged", "en_route", "on_site", "started", "completed"]
    assert events["on_site"]["body"] == {"noted": "form"}
    sent = events["completed"]["body"]
    assert sent["arrived_at"] is None
    assert sent["started_at"] == events["started"]["at"]


def noisy_png(width: int, height: int) -> bytes:
    """A picture that packs badly, as gravel and grass do."""
    noise = Random(7)
    rows = b"".join(b"\x00" + noise.randbytes(3 * width) for _ in range(height))
    return png_of(width, height, rows)


def test_a_read_by_number_pad_and_a_photo_of_ones_own(
    site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    start_work(page)
    page.get_by_role("link", name="Complete").click()
    fill_reread(page, "M1", tmp_path)
    read = page.get_by_label("Read", exact=True)
    read.fill("14x")
    expect(page.get_by_text("Type only the digits that the dials show.")).to_be_visible()
    read.fill("")
    page.get_by_role("button", name="Number pad").click()
    keys = page.get_by_role("group", name="Keys for Read")
    for digit in "1480009":
        keys.get_by_role("button", name=digit, exact=True).click()
    expect(page.get_by_text("This meter has 6 dials; 7 digits were typed.")).to_be_visible()
    keys.get_by_role("button", name="Erase the last digit").click()
    expect(keys.get_by_label("148000")).to_have_text("148000")
    keys.get_by_role("button", name="Done").click()
    expect(keys).to_have_count(0)
    picture = tmp_path / "gravel.png"
    picture.write_bytes(noisy_png(2000, 1500))
    page.get_by_label("Another photo", exact=True).set_input_files(picture)
    expect(page.get_by_role("img", name="Photo 1, taken")).to_be_visible()
    page.get_by_label("Caption").fill("Lid is cracked")
    page.get_by_role("button", name="Complete order").click()
    eventually(lambda: site.events() and site.events()[-1].kind == "completed")
    done = site.events()[-1]
    assert done.body["body"]["read"] == 148_000
    assert done.body["body"]["photos"] == [{"name": "extra_1.jpg", "caption": "Lid is cracked"}]
    assert 100_000 < len(site.photo(done.id, "extra_1.jpg").data) <= 400_000
    assert len(site.photo(done.id, "photo.jpg").data) <= 400_000


def test_an_arrival_seen_by_position_is_offered_and_kept(
    site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    context.set_geolocation(ELSEWHERE)
    enrol(page, site)
    go_to(context, page)
    page.get_by_role("link", name="Orders").click()
    card = page.locator(".next-card")
    expect(card).to_contain_text("Under way")
    lon, lat = site.document(f"order:{number}")["premise"]["position"]
    context.set_geolocation({"latitude": lat, "longitude": lon, "accuracy": 8})
    expect(card).to_contain_text("Here by position since")
    expect(card.get_by_role("button", name="I am on site")).to_be_visible()
    card.get_by_role("link", name="Open").click()
    page.get_by_role("link", name="Complete").click()
    fill_reread(page, "M1", tmp_path)
    page.get_by_role("button", name="Complete order").click()
    eventually(lambda: site.events() and site.events()[-1].kind == "completed")
    events = {event.kind: event.body for event in site.events()}
    seen = events["on_site"]["body"]["seen_at"]
    assert events["completed"]["body"]["arrived_at"] == seen < events["started"]["at"]
