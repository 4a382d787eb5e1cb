"""Codes by telephone on a real tablet without signal: read out, typed, checked, counted once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from server.db import transaction
from tests.browser.conftest import OpenTablet
from tests.browser.days import Clock, set_clock
from tests.browser.site import Site
from tests.browser.tablet_steps import choose, enrol, open_order, start_work, unlock
from tests.browser.test_tablet_cuts import WARNING, begin, cases, complete, completion, fill_cut
from tests.integration.couchdb.district import eventually
from workorders.grammar.spoken_codes import check_letter, spelled
from workorders.policy.phone_codes import usable
from workorders.tables import Order, PhoneCode
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.phone_codes import GivenCode, give_recall_code, give_release_code

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THREE_DAYS = timedelta(days=3)


@pytest.fixture
def tablet(morning: Site, clock: Clock, open_tablet: OpenTablet) -> tuple[BrowserContext, Page]:
    """A tablet of this Monday morning."""
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    return context, page


def call(site: Site, give: Callable[..., GivenCode], number: str) -> GivenCode:
    """The office answers the telephone."""
    with transaction(site.services.sessions) as session:
        found = give(session, number, reason="As the customer says", now=site.services.clock(), actor="carla")
        session.expunge_all()
    return found


def cut_off(site: Site, context: BrowserContext) -> None:
    site.stop()
    context.set_offline(True)


def back(site: Site, context: BrowserContext) -> None:
    site.start()
    context.set_offline(False)


def enter(page: Page, letters: str) -> None:
    page.get_by_role("link", name="Enter a code from the office").click()
    page.get_by_label("Code", exact=True).fill(letters)
    page.get_by_role("button", name="Check the code").click()


def given(site: Site) -> list[PhoneCode]:
    with site.session() as session:
        return list(session.scalars(select(PhoneCode).order_by(PhoneCode.id)))


def entered(site: Site) -> list[dict[str, Any]]:
    return [event.body["body"] for event in site.events() if event.kind == "office_code"]


def wrong(letters: str) -> str:
    """Another code whose letters fit together."""
    code = usable(letters)
    assert code is not None
    body = code[:4] + ("A" if code[4] != "A" else "B") + code[5:-1]
    return spelled(body + check_letter(body))


def test_a_recall_code_is_checked_without_signal_and_stops_the_cut(
    morning: Site, tablet: tuple[BrowserContext, Page]
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = tablet
    begin(page, number)
    cut_off(morning, context)
    expect(page.get_by_text(WARNING)).to_have_count(0)
    choose(page, "Contact", "Customer")
    expect(page.get_by_text("form begun")).to_be_visible()
    code = call(morning, give_recall_code, number)
    enter(page, code.letters.lower().replace("-", " "))
    expect(page.get_by_text("The office took this order back by telephone")).to_be_visible()
    expect(page.get_by_text("form begun")).to_be_visible()
    page.get_by_role("button", name="Back out").click()
    expect(page.get_by_text("You backed out.")).to_be_visible()
    assert entered(morning) == []
    back(morning, context)
    eventually(lambda: any(event.kind == "backed_out" for event in morning.events()))
    [row] = given(morning)
    assert row.used_by is not None
    assert [body["kind"] for body in entered(morning)] == ["recall"]
    with morning.session() as session:
        assert session.get_one(Order, number).outcome == "backed_out"
    assert cases(morning, number) == {}


def test_a_release_code_lets_the_cut_be_made_until_its_hour(
    morning: Site, clock: Clock, tablet: tuple[BrowserContext, Page], tmp_path: Path
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = tablet
    open_order(page, number)
    cut_off(morning, context)
    set_clock(context, THREE_DAYS)
    clock.move_on(THREE_DAYS)
    unlock(page, morning)
    open_order(page, number)
    banner = page.get_by_role("alert").filter(has_text=WARNING)
    expect(banner).to_contain_text("The authority to cut ended")
    start_work(page)
    code = call(morning, give_release_code, number)
    enter(page, code.letters)
    expect(page.get_by_role("button", name="Complete order")).to_be_visible()
    expect(banner).to_have_count(0)
    page.get_by_role("link", name="Back to the order").click()
    expect(page.get_by_text("Released by telephone until")).to_be_visible()
    page.get_by_role("link", name="Complete").click()
    fill_cut(page, 1, tmp_path)
    complete(page)
    back(morning, context)
    assert completion(morning)["cut"]["told"] == []
    eventually(lambda: given(morning)[0].used_by is not None)
    with morning.session() as session:
        assert session.get_one(Order, number).outcome == "completed"
    assert cases(morning, number) == {}


def test_a_code_counts_once_also_when_the_app_was_closed_in_between(
    morning: Site, clock: Clock, tablet: tuple[BrowserContext, Page]
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = tablet
    open_order(page, number)
    cut_off(morning, context)
    set_clock(context, THREE_DAYS)
    clock.move_on(THREE_DAYS)
    unlock(page, morning)
    open_order(page, number)
    code = call(morning, give_release_code, number)
    enter(page, code.letters)
    expect(page.get_by_text("Released by telephone until")).to_be_visible()
    page.close()
    page = context.new_page()
    unlock(page, morning)
    open_order(page, number)
    expect(page.get_by_text("Released by telephone until")).to_be_visible()
    enter(page, code.letters)
    expect(page.get_by_role("alert")).to_contain_text("This code was entered here before.")
    back(morning, context)
    eventually(lambda: len(entered(morning)) == 1)
    assert cases(morning, number) == {}


def test_what_is_misheard_is_said_at_once_and_wrong_codes_are_counted(
    morning: Site, tablet: tuple[BrowserContext, Page]
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = tablet
    open_order(page, number)
    cut_off(morning, context)
    code = call(morning, give_recall_code, number).letters
    page.get_by_role("link", name="Enter a code from the office").click()
    box, said = page.get_by_label("Code", exact=True), page.get_by_role("alert")
    box.press_sequentially("AU")
    expect(said).to_contain_text("“U” is in no code")
    box.fill(("A" if code[0] != "A" else "B") + code[1:])
    expect(said).to_contain_text("A letter was misheard")
    box.fill(code[:8])
    expect(said).to_have_count(0)
    box.press("Enter")
    expect(said).to_contain_text("7 of 12 letters are here.")
    guess = wrong(code)
    for left in ("4 more wrong codes", "3 more wrong codes", "2 more wrong codes", "One more wrong code"):
        box.fill(guess)
        box.press("Enter")
        expect(said).to_contain_text(left)
    box.press("Enter")
    expect(said).to_contain_text("Too many wrong codes.")
    page.reload()
    unlock(page, morning)
    open_order(page, number)
    page.get_by_role("link", name="Enter a code from the office").click()
    expect(box).to_have_value(guess)
    box.fill(code)
    box.press("Enter")
    expect(said).to_contain_text("Nothing is lost")
    page.evaluate("const now = Date.now; Date.now = () => now() + 6 * 60 * 1000")
    box.press("Enter")
    expect(page.get_by_text("The office took this order back by telephone")).to_be_visible()
    back(morning, context)
    eventually(lambda: len(entered(morning)) == 1)
    assert entered(morning)[0]["wrong"] == 5


def test_a_release_entered_offline_meets_a_payment_that_called_the_order_off(
    morning: Site, clock: Clock, tablet: tuple[BrowserContext, Page], tmp_path: Path
) -> None:
    number = morning.order("disconnect_np", 1)
    context, page = tablet
    open_order(page, number)
    cut_off(morning, context)
    set_clock(context, THREE_DAYS)
    clock.move_on(THREE_DAYS)
    unlock(page, morning)
    open_order(page, number)
    start_work(page)
    enter(page, call(morning, give_release_code, number).letters)
    expect(page.get_by_role("button", name="Complete order")).to_be_visible()
    with transaction(morning.services.sessions) as session:
        record_payment(session, "web-1", "A1", 12_850, "web", now=clock(), actor="web shop")
    back(morning, context)
    page.get_by_role("button", name="Finish the work").click()
    fill_cut(page, 1, tmp_path)
    expect(page.get_by_role("alert").filter(has_text=WARNING)).to_contain_text("This order was cancelled")
    expect(page.get_by_role("link", name="Enter a code from the office")).to_have_count(0)
    assert given(morning)[0].used_by is not None
    with morning.session() as session:
        assert session.get_one(Order, number).state == "cancelled"
