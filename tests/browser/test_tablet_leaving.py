"""Presses while an entry is being written: none counts twice, none is lost, and nobody is taken back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenTablet
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, open_order, start_work
from tests.integration.couchdb.district import eventually

pytestmark = pytest.mark.browser
HOLD_WRITING = """() => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  const released = new Promise((release) => (globalThis.releaseWriting = release));
  crypto.subtle.digest = async (...given) => {
    await released;
    return digest(...given);
  };
}"""


def begin_receipt(page: Page) -> None:
    """Press for a receipt of $45.00, which is not written until `releaseWriting` is called."""
    page.get_by_role("link", name="Take payment").click()
    page.get_by_label("Amount").fill("45.00")
    page.evaluate(HOLD_WRITING)
    page.get_by_role("button", name="Receipt for $45.00").click()
    expect(page.get_by_role("button", name="Writing …")).to_be_disabled()


def test_who_leaves_while_a_receipt_is_written_stays_where_they_went(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    start_work(page)
    begin_receipt(page)
    page.get_by_role("link", name="Back to the order").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("releaseWriting()")
    expect(page.get_by_text("Receipt AA-000001 is written.")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_money_that_is_being_written_is_not_written_by_a_second_press(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    start_work(page)
    begin_receipt(page)
    page.get_by_role("link", name="Back to the order").click()
    page.get_by_role("link", name="Take payment").click()
    expect(page.get_by_role("button", name="Writing …")).to_be_disabled()
    page.get_by_label("Amount").press("Enter")
    page.evaluate("releaseWriting()")
    expect(page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back to the order").click()
    page.get_by_role("link", name="Take payment").click()
    expect(page.get_by_label("Amount")).to_have_value("")

    def receipts() -> list[str]:
        return [event.body["body"]["receipt"]["number"] for event in site.events() if event.kind == "payment"]

    eventually(receipts)
    assert receipts() == ["AA-000001"]


HOLD_END_OF_WRITING = """() => {
  const locks = navigator.locks;
  const released = new Promise((release) => (globalThis.releaseWriting = release));
  const request = locks.request.bind(locks);
  locks.request = (name, work) => request(name, async () => {
    const made = await work();
    await released;
    return made;
  });
}"""


def test_complete_pressed_while_the_arrival_is_written_opens_the_form(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    for step in ("Acknowledge", "On my way"):
        page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_role("button", name="I am on site", exact=True)).to_be_enabled()
    page.evaluate(HOLD_END_OF_WRITING)
    page.get_by_role("button", name="I am on site", exact=True).click()
    expect(page.get_by_text("On site since")).to_be_visible()
    page.get_by_role("link", name="Complete").click()
    page.evaluate("releaseWriting()")
    expect(page.get_by_label("Serial number on the meter", exact=True)).to_be_visible()
    eventually(lambda: len(site.events()) == 4)
    assert [event.kind for event in site.events()] == ["acknowledged", "en_route", "on_site", "started"]
