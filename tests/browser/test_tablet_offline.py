"""The tablet with the network off: work is done, the browser closed and opened again, then all is sent."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import OpenTablet
from tests.browser.office_steps import expect_completed_for_csr
from tests.browser.site import Site, jpeg_size
from tests.browser.tablet_steps import (
    choose,
    enrol,
    expect_waiting,
    open_order,
    start_work,
    take_photo,
    unlock,
    until,
)
from workorders.judgement.receipts import ReceiptFacts, follows
from workorders.tables import Installation, Meter, Receipt

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STEPS = ["acknowledged", "en_route", "on_site"]


LAST_KEYSTROKE_KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("curbstop");
  opening.onsuccess = () => {
    const reading = opening.result.transaction("drafts").objectStore("drafts").getAll();
    reading.onsuccess = () => resolve(reading.result.some((draft) => draft.values?.new_read === "12"));
  };
})"""


def fill_exchange(page: Page, folder: Path) -> None:
    """The whole form of an exchange at the second household, up to the button."""
    choose(page, "Is the old meter in place?", "Yes")
    page.get_by_label("Serial of the old meter").fill("M2")
    page.get_by_label("Final read of the old meter").fill("147500")
    choose(page, "Condition of the old meter", "Worn")
    take_photo(page, "Photo of the old meter's dials", folder)
    choose(page, "Is the new meter in?", "Yes")
    page.get_by_label("Serial of the new meter").fill("NT011")
    page.get_by_label("Start read of the new meter").fill("12")


def finish_exchange(page: Page, folder: Path) -> None:
    """What was left open."""
    take_photo(page, "Photo of the new meter", folder)
    choose(page, "Is the service left on?", "Yes")
    choose(page, "How did it end?", "Done")
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()


@pytest.fixture(params=["site", "couchdb_site"])
def either_site(request: pytest.FixtureRequest) -> Site:
    """A district that keeps the tablets' documents itself, and one with a CouchDB."""
    made: Site = request.getfixturevalue(request.param)
    return made


def test_an_exchange_with_photo_and_fee_survives_without_network(
    either_site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    site = either_site
    number = site.order("exchange", 2)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    site.stop()
    context.set_offline(True)
    expect(page.get_by_text("Working offline.")).to_be_visible()
    unlock(page, site)
    take_fee(page, number)
    page.get_by_role("link", name="Complete").click()
    fill_exchange(page, tmp_path)
    until(page, LAST_KEYSTROKE_KEPT)
    context.close()

    page = reopen_offline(open_tablet, site)
    expect(page.get_by_text("form begun")).to_be_visible()
    open_order(page, number)
    page.get_by_role("link", name="Complete").click()
    expect(page.get_by_label("Final read of the old meter")).to_have_value("147500")
    expect(page.get_by_role("img", name="Photo of the old meter's dials, taken")).to_be_visible()
    finish_exchange(page, tmp_path)
    expect_waiting(page, 6)
    page.context.close()

    page = reopen_offline(open_tablet, site)
    expect_waiting(page, 6)
    page.get_by_role("button", name="Done").click()
    open_order(page, number)
    expect(page.get_by_role("link", name="$45.00, AA-000001")).to_be_visible()
    page.get_by_role("link", name="Receipts").click()
    expect(page.get_by_role("link", name="AA-000001")).to_contain_text("waiting to send")
    assert site.events() == []

    site.start()
    page.context.set_offline(False)
    expect_posted_on_tablet(page)
    check_posted(site)
    paid = "took $45.00 at the door, receipt AA-000001"
    expect_completed_for_csr(page.context.new_page(), site, number, line=paid, photos=2)


def reopen_offline(open_tablet: OpenTablet, site: Site) -> Page:
    """The same tablet after its browser was closed, still without a connection."""
    context, page = open_tablet("truck")
    context.set_offline(True)
    unlock(page, site)
    return page


def take_fee(page: Page, number: str) -> None:
    """Drive there, begin, and take 45 dollars in cash."""
    open_order(page, number)
    start_work(page)
    page.get_by_role("link", name="Take payment").click()
    page.get_by_label("Amount").fill("45.00")
    page.get_by_role("button", name="Receipt for $45.00").click()
    expect(page.get_by_text("AA-000001")).to_be_visible()
    page.get_by_role("link", name="Back to the order").click()


def expect_posted_on_tablet(page: Page) -> None:
    """Nothing waits any more, and the office has said what became of the completion."""
    page.get_by_role("link", name="Sent").click()
    expect(page.get_by_role("listitem").filter(has_text="Completed")).to_contain_text("Posted")
    expect(page.locator(".count")).to_have_count(0)


def check_posted(site: Site) -> None:
    """The office has every fact once and in order: meter changed, money receipted, photos made small."""
    events = site.events()
    assert [event.kind for event in events] == [*STEPS, "payment", "started", "completed"]
    assert [event.counter for event in events] == [1, 2, 3, 4, 5, 6]
    assert {event.status for event in events} == {"posted"}
    completed = site.document(events[-1].id)
    assert completed["position"] == {"lon": -98.6, "lat": 39.1, "accuracy_m": 8}
    assert (completed["body"]["serial_seen"], completed["body"]["read"], completed["body"]["left"]) == (
        "M2",
        147_500,
        "on",
    )
    assert completed["body"]["arrived_at"] == site.document(events[2].id)["at"]
    for name in ("photo_old", "photo_new"):
        assert completed["body"]["answers"][name] == f"{name}.jpg"
        assert jpeg_size(site.photo(events[-1].id, f"{name}.jpg").data) == (1600, 1200)
    receipt = ReceiptFacts.from_document(site.document(events[3].id)["body"]["receipt"])
    assert follows(receipt, None)
    with site.session() as session:
        kept = session.scalars(select(Receipt)).one()
        assert (kept.number, kept.amount_cents, kept.chain_ok) == ("AA-000001", 4_500, True)
        installed = select(Meter.serial).join(Installation, Installation.meter_id == Meter.id)
        now_there = session.scalars(installed.where(Installation.removed_at.is_(None))).all()
    assert "NT011" in now_there
    assert "M2" not in now_there
