"""The tablet app beside its main path: changed minds, second looks, shared and lost tablets, crashes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mobile_api.tablet_files import EXTENSION
from server.config import Config
from server.db import transaction
from tests.browser.conftest import OpenTablet
from tests.browser.days import Clock, set_clock
from tests.browser.site import Site
from tests.browser.tablet_steps import PIN, choose, enrol, open_order, start_work, take_photo, unlock, until
from tests.integration.couchdb.district import eventually
from workorders.usecases.orders.cancel import cancel_order

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_cancel_under_way_is_the_technicians_choice_and_is_recorded(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("turn_off", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    page.get_by_role("button", name="On my way").click()
    with transaction(site.services.sessions) as session:
        cancel_order(session, number, reason="Customer stays", now=site.services.clock(), actor="csr")
    banner = page.get_by_role("alert").filter(has_text="This order was cancelled")
    expect(banner).to_contain_text("Customer stays")
    expect(page.get_by_role("button", name="I am on site")).to_have_count(0)
    banner.get_by_role("button", name="Back out").click()
    expect(page.get_by_text("You backed out.")).to_be_visible()
    page.get_by_role("link", name="Sent").click()
    for words in ("Change seen", "Backed out"):
        expect(page.get_by_role("listitem").filter(has_text=words)).to_contain_text("Posted")
    choices = [event for event in site.events() if event.kind == "cancel_seen"]
    assert [event.body["body"]["choice"] for event in choices] == ["back_out"]
    assert choices[0].body["seen_seq"] == site.document(f"order:{number}")["server_seq"]


def test_a_read_outside_the_expected_is_asked_again_with_a_photo(
    site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = site.order("reread", 3)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    expect(page.get_by_text("Why it is doubted")).to_be_visible()
    start_work(page)
    page.get_by_role("link", name="Complete").click()
    page.get_by_label("Serial number on the meter").fill("M4")
    page.get_by_label("Read", exact=True).fill("1000000")
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("This meter has 6 dials; 7 digits were typed.")).to_be_visible()
    expect(page.get_by_text("The meter on record is M3.")).to_be_visible()
    page.get_by_label("Serial number on the meter", exact=True).fill("m 3")
    page.get_by_label("Read", exact=True).fill("100999")
    expect(page.get_by_text("Lower than the last read.")).to_be_visible()
    page.get_by_label("Read, typed again").fill("100998")
    expect(page.get_by_text("type what they show a second time")).to_be_visible()
    page.get_by_label("Read, typed again").fill("100999")
    expect(page.get_by_text("Take a photo of the dials, so that")).to_be_visible()
    take_photo(page, "Photo of the dials for Read", tmp_path)
    take_photo(page, "Photo of the dial", tmp_path)
    choose(page, "Is the dial moving?", "No")
    choose(page, "Condition of the meter", "Good")
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()
    page.get_by_role("link", name="Sent").click()
    expect(page.get_by_role("listitem").filter(has_text="Completed")).to_contain_text("In review")
    body = site.document(site.events()[-1].id)
    assert (body["body"]["serial_seen"], body["body"]["read"]) == ("M3", 100_999)
    assert set(body["_attachments"]) == {"photo.jpg", "read_check.jpg"}


LAST_READ = 999_900
"""Of a register of six dials, a little before it begins anew."""


@pytest.fixture
def full_registers(settings: Config, clock: Clock) -> Iterator[Site]:
    """A district whose registers are about to go through zero."""
    made = Site(settings, clock=clock, start_read=LAST_READ - 148_000)
    made.start()
    yield made
    made.close()


def test_a_register_that_went_through_zero_is_believed(
    full_registers: Site, clock: Clock, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    site = full_registers
    number = site.order("reread", 3)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, site)
    read = site.document(f"order:{number}")["expected"]["high"]
    assert read < LAST_READ
    open_order(page, number)
    start_work(page)
    page.get_by_role("link", name="Complete").click()
    page.get_by_label("Serial number on the meter", exact=True).fill("M3")
    page.get_by_label("Read", exact=True).fill(str(read))
    take_photo(page, "Photo of the dial", tmp_path)
    choose(page, "Is the dial moving?", "No")
    choose(page, "Condition of the meter", "Good")
    expect(page.get_by_label("Read, typed again")).to_have_count(0)
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()
    eventually(lambda: site.events() and site.events()[-1].kind == "completed")
    assert site.events()[-1].status == "posted"


def test_a_replacement_tablet_goes_on_although_its_clock_is_hours_slow(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    _, broken = open_tablet("broken")
    enrol(broken, site)
    open_order(broken, number)
    broken.get_by_role("button", name="Acknowledge", exact=True).click()
    broken.get_by_role("button", name="On my way").click()
    eventually(lambda: len(site.events()) == 2)

    context, page = open_tablet("spare")
    set_clock(context, -timedelta(hours=3))
    enrol(page, site, name="Spare")
    open_order(page, number)
    page.get_by_role("button", name="I am on site").click()
    page.get_by_role("link", name="Complete").click()
    expect(page.get_by_role("button", name="Complete order")).to_be_visible()
    page.get_by_role("link", name="Sent").click()
    expect(page.get_by_role("heading", name="Posted 4")).to_be_visible()
    events = sorted(site.events(), key=lambda event: event.occurred_at)
    assert [event.kind for event in events] == ["acknowledged", "en_route", "on_site", "started"]
    assert len({event.device_id for event in events}) == 2
    assert len({event.occurred_at for event in events}) == 4
    slow, right = events[3].device_at, events[0].device_at
    assert slow is not None
    assert right is not None
    assert slow < right


def test_a_tablet_that_dies_while_writing_neither_loses_nor_repeats(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    page.evaluate(REFUSE_WRITES)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.get_by_role("button", name="On my way")).to_be_visible()
    until(page, KEPT)
    context.close()
    assert site.events() == []

    _, page = open_tablet("truck")
    unlock(page, site)
    open_order(page, number)
    page.get_by_role("button", name="On my way").click()
    page.get_by_role("link", name="Sent").click()
    expect(page.get_by_role("heading", name="Posted 2")).to_be_visible()
    assert [(event.kind, event.counter) for event in site.events()] == [("acknowledged", 1), ("en_route", 2)]


REFUSE_WRITES = """() => {
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    if (this.name.startsWith("_pouch_") && mode === "readwrite") throw new Error("disk full");
    return begin.call(this, stores, mode, options);
  };
}"""
"""The documents' database takes nothing any more: a fact is kept beside it, but gets no further."""

KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("curbstop");
  opening.onsuccess = () => {
    const counting = opening.result.transaction("pending").objectStore("pending").count();
    counting.onsuccess = () => resolve(counting.result === 1);
  };
})"""


def test_a_shared_tablet_keeps_technicians_apart(site: Site, open_tablet: OpenTablet) -> None:
    first, second = site.order("reread", 1), site.order("reread", 2, technician="t02")
    _, page = open_tablet("truck")
    enrol(page, site)
    expect(page.get_by_role("link", name=first)).to_be_visible()
    page.get_by_role("link", name="Tablet").click()
    page.get_by_role("link", name="Add a technician").click()
    page.get_by_label("Enrollment code").fill(site.code("t02"))
    page.get_by_label("New PIN").fill("9753")
    page.get_by_label("PIN again").fill("9753")
    page.get_by_role("button", name="Enroll").click()
    open_order(page, second)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.get_by_role("link", name=first)).to_have_count(0)
    page.get_by_role("button", name="Lock this tablet").click()
    page.get_by_role("button", name="Technician t01").click()
    page.get_by_label("PIN of Technician t01").fill("9753")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("That is not your PIN.")).to_be_visible()
    page.get_by_label("PIN of Technician t01").fill(PIN)
    page.get_by_role("button", name="Open").click()
    open_order(page, first)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    page.get_by_role("link", name="Sent").click()
    expect(page.get_by_role("heading", name="Posted")).to_be_visible()
    events = {event.technician_id: event for event in site.events()}
    assert {key: event.counter for key, event in events.items()} == {"t01": 2, "t02": 1}
    assert len({event.device_id for event in events.values()}) == 1


def test_a_revoked_tablet_forgets_everything(site: Site, open_tablet: OpenTablet) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    page.get_by_role("link", name="Tablet").click()
    device = page.locator("dt", has_text="Tablet id").locator("xpath=following-sibling::dd").inner_text()
    site.revoke(device)
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_role("heading", name="This tablet was revoked")).to_be_visible()
    kept = page.evaluate("indexedDB.databases().then((all) => JSON.stringify(all.map((d) => d.name)))")
    assert [name for name in json.loads(kept) if "t01" in name] == []
    page.get_by_role("button", name="Set up again").click()
    expect(page.get_by_role("heading", name="Set up this tablet")).to_be_visible()


WATCH_POLICY = """addEventListener("securitypolicyviolation", (event) => {
  (window.refused ??= []).push(event.blockedURI);
})"""


def test_the_app_obeys_its_own_content_security_policy(site: Site, open_tablet: OpenTablet) -> None:
    context, page = open_tablet("truck")
    page.add_init_script(WATCH_POLICY)
    enrol(page, site)
    page.get_by_role("link", name="Tablet").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("window.refused ?? []") == []
    answer = context.request.get(f"{site.url}/tablet/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")


def test_a_new_version_waits_until_the_technician_agrees(site: Site, open_tablet: OpenTablet) -> None:
    _, page = open_tablet("truck")
    enrol(page, site)
    old = site.app.extensions[EXTENSION]
    changed = dict(old.files) | {"css/base.css": old.files["css/base.css"] + b":root { --newer: 1 }"}
    site.serve_tablet(replace(old, files=changed, version="next"))
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => 1)")
    newer = "getComputedStyle(document.documentElement).getPropertyValue('--newer')"
    expect(page.get_by_text("A new version is ready.")).to_be_visible()
    page.reload()
    assert page.evaluate(newer) == ""
    page.get_by_role("button", name="Restart").click()
    until(page, f"{newer} === '1'")


def test_everything_is_reached_by_keyboard(site: Site, open_tablet: OpenTablet) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    expect(page.get_by_role("link", name=number)).to_be_visible()
    press_until(page, number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    press_until(page, "Acknowledge")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="On my way")).to_be_visible()


def press_until(page: Page, words: str) -> None:
    """Press Tab until the focus is on what says `words`."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if words in (page.evaluate("document.activeElement.innerText") or ""):
            return
    raise AssertionError(f"no way to {words} by keyboard")
