"""A cut on the tablet: what the technician is warned of at that moment, and what the office learns."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from server.db import transaction
from tests.browser.conftest import OpenTablet
from tests.browser.days import Clock, set_clock
from tests.browser.site import Site
from tests.browser.tablet_steps import choose, enrol, open_order, start_work, take_photo, unlock
from tests.integration.couchdb.district import eventually
from workorders.messages.words import ENGLISH, say
from workorders.tables import ExceptionCase, Order
from workorders.usecases.orders.cancel import cancel_order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WARNING = "Do not cut."


def begin(page: Page, number: str) -> None:
    """Open the order and go to its form."""
    open_order(page, number)
    start_work(page)
    page.get_by_role("link", name="Complete").click()
    expect(page.get_by_role("button", name="Complete order")).to_be_visible()


def fill_cut(page: Page, household: int, folder: Path) -> None:
    """The form of a cut that was made, up to the button."""
    choose(page, "Contact", "Nobody home")
    choose(page, "Was proof of payment shown?", "No")
    choose(page, "Was the service cut?", "Yes")
    page.get_by_label("Serial number on the meter").fill(f"M{household}")
    page.get_by_label("Read when cut").fill("148500")
    choose(page, "How it was cut", "Curb stop")
    page.get_by_label("Lock number").fill("L7")
    choose(page, "Was a tag left?", "Yes")
    take_photo(page, "Photo of the lock", folder)
    choose(page, "How did it end?", "Service cut")


def complete(page: Page) -> None:
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()


def completion(site: Site) -> dict[str, Any]:
    """The body of the one completion, once the office has it."""
    found: list[dict[str, Any]] = []

    def arrived() -> bool:
        found[:] = [event.body["body"] for event in site.events() if event.kind == "completed"]
        return bool(found)

    eventually(arrived)
    return found[0]


def cases(site: Site, number: str) -> dict[str, ExceptionCase]:
    with site.session() as session:
        rows = session.scalars(select(ExceptionCase).where(ExceptionCase.order_number == number))
        return {row.code: row for row in rows}


def test_a_cut_within_its_authority_is_recorded_without_a_word(
    morning: Site, clock: Clock, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    open_order(page, number)
    card = page.locator("section", has=page.get_by_role("heading", name="Authority to disconnect"))
    for words in ("$128.50 avoids the cut", "Tue, Mar 3, 8:00 PM", "3:00 PM", "Proof of payment is shown"):
        expect(card).to_contain_text(words)
    begin(page, number)
    fill_cut(page, 1, tmp_path)
    expect(page.get_by_text(WARNING)).to_have_count(0)
    complete(page)
    assert completion(morning)["cut"]["told"] == []
    assert completion(morning)["cut"]["reason"] is None
    assert cases(morning, number) == {}


def test_after_three_days_without_signal_the_tablet_says_not_to_cut_and_takes_what_was_done(
    morning: Site, clock: Clock, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    open_order(page, number)
    expect(page.get_by_text(WARNING)).to_have_count(0)
    morning.stop()
    context.set_offline(True)
    three_days = timedelta(days=3)
    set_clock(context, three_days)
    clock.move_on(three_days)
    unlock(page, morning)
    open_order(page, number)
    banner = page.get_by_role("alert").filter(has_text=WARNING)
    expect(banner).to_contain_text("The authority to cut ended Tue, Mar 3, 8:00 PM.")
    begin(page, number)
    expect(banner).to_be_visible()
    fill_cut(page, 1, tmp_path)
    page.get_by_role("button", name="Complete order").click()
    expect(page.locator("[data-field=cut_anyway] .problem")).to_be_visible()
    choose(page, "Did you cut nevertheless?", "No")
    expect(page.locator("[data-field=cut_anyway] .problem")).to_contain_text("was not cut, or report unable")
    choose(page, "Did you cut nevertheless?", "Yes")
    page.get_by_role("button", name="Complete order").click()
    expect(page.locator("[data-field=cut_reason] .problem")).to_be_visible()
    page.get_by_label("Why was it cut nevertheless?").fill("The valve was shut before I looked.")
    complete(page)
    morning.start()
    context.set_offline(False)
    cut = completion(morning)["cut"]
    assert (cut["told"], cut["reason"]) == (["authority_expired"], "The valve was shut before I looked.")
    found = cases(morning, number)["cut_authority_expired"]
    assert "cut nevertheless: “The valve was shut before I looked.”" in say(found.message, ENGLISH)
    with morning.session() as session:
        assert session.get_one(Order, number).outcome == "wrongful_cut"
        assert session.get_one(Order, number).state == "exception"


def test_the_normal_way_out_is_to_leave_it_on(morning: Site, clock: Clock, open_tablet: OpenTablet) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    begin(page, number)
    seven_hours = timedelta(hours=7)
    set_clock(context, seven_hours)
    clock.move_on(seven_hours)
    unlock(page, morning)
    open_order(page, number)
    banner = page.get_by_role("alert").filter(has_text=WARNING)
    expect(banner).to_contain_text("Cuts ended at 3:00 PM today.")
    banner.get_by_role("link", name="report ran out of time").click()
    expect(page.get_by_role("radio", name="Ran out of time")).to_be_checked()
    page.get_by_role("button", name="Report unable").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()
    eventually(lambda: any(event.kind == "unable" for event in morning.events()))
    with morning.session() as session:
        assert session.get_one(Order, number).outcome == "time_expired"


def test_an_hour_that_passes_while_the_form_is_open_is_noticed_when_it_is_sent(
    morning: Site, clock: Clock, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    begin(page, number)
    fill_cut(page, 1, tmp_path)
    expect(page.get_by_text(WARNING)).to_have_count(0)
    morning.stop()
    context.set_offline(True)
    page.evaluate("const now = Date.now; Date.now = () => now() + 7 * 3600 * 1000")
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_role("alert").filter(has_text=WARNING)).to_contain_text("Cuts ended at 3:00 PM today.")
    expect(page.get_by_role("radiogroup", name="Did you cut nevertheless?")).to_be_visible()
    expect(page.get_by_text("What you recorded")).to_have_count(0)


def test_a_cut_after_a_cancel_that_is_here_must_be_confirmed(
    morning: Site, clock: Clock, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    open_order(page, number)
    start_work(page)
    with transaction(morning.services.sessions) as session:
        cancel_order(session, number, reason="Bankruptcy", now=clock(), actor="csr")
    page.get_by_role("button", name="Finish the work").click()
    expect(page.get_by_text("Bankruptcy")).to_have_count(0)
    page.get_by_role("link", name="Complete").click()
    fill_cut(page, 1, tmp_path)
    expect(page.get_by_role("alert").filter(has_text=WARNING)).to_contain_text("This order was cancelled")
    choose(page, "Did you cut nevertheless?", "Yes")
    page.get_by_label("Why was it cut nevertheless?").fill("Already done.")
    complete(page)
    assert completion(morning)["cut"]["told"] == ["cancelled"]
    assert cases(morning, number)["cut_after_seen_cancel"]


def test_a_tablet_whose_clock_is_months_ahead_judges_by_the_districts_time(
    morning: Site, open_tablet: OpenTablet
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = open_tablet("truck")
    enrol(page, morning)
    open_order(page, number)
    expect(page.get_by_text(WARNING)).to_have_count(0)
    morning.stop()
    context.set_offline(True)
    unlock(page, morning)
    open_order(page, number)
    expect(page.get_by_text("Authority to disconnect")).to_be_visible()
    expect(page.get_by_text(WARNING)).to_have_count(0)
