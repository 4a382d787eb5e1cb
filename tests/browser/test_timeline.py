"""The day along the clock: a stop is given away by drag or by key, and taken back; a wrong lane refuses."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenTablet
from tests.browser.office_steps import sign_in
from tests.browser.site import Site
from workorders.tables import Order, Shift, Technician

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(open_tablet: OpenTablet) -> Page:
    """A browser of the office; an error of the page fails the test."""
    return open_tablet("office")[1]


@pytest.fixture
def timed(site: Site, page: Page) -> str:
    """An order of t01 that is planned for in half an hour, and the timeline of its day, opened."""
    number = site.order("reread", 1)
    with site.session() as session, session.begin():
        order = session.get_one(Order, number)
        order.planned_start = site.services.clock() + timedelta(minutes=30)
        session.add(Technician(id="t09", name="Technician t09", skills=["electric"]))
        day = order.route_day
        assert day is not None
        begins = order.planned_start - timedelta(hours=1)
        session.add(
            Shift(technician_id="t02", day=day, starts_at=begins, ends_at=begins + timedelta(hours=8))
        )
    sign_in(page, site, "dispatcher", f"/dispatch/timeline?day={day}")
    # A page that has just found its line looks at everything once.
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    return number


def lane(page: Page, technician: str) -> Locator:
    return page.locator(f"tr[data-technician={technician}]")


def block(page: Page, number: str) -> Locator:
    return page.locator(f'a.block[data-order^="{number}:"]')


def drag(page: Page, what: Locator, onto: Locator) -> None:
    here, there = what.bounding_box(), onto.bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(here["x"] + here["width"] / 2 + 12, there["y"] + there["height"] / 2, steps=6)
    page.mouse.up()


def expect_in(page: Page, number: str, technician: str) -> None:
    expect(lane(page, technician).locator(f'a.block[data-order^="{number}:"]')).to_have_count(1)


def test_a_stop_is_dragged_to_another_technician_and_taken_back(site: Site, page: Page, timed: str) -> None:
    drag(page, block(page, timed), lane(page, "t09"))
    expect_in(page, timed, "t01")
    drag(page, block(page, timed), lane(page, "t02"))
    expect_in(page, timed, "t02")
    with site.session() as session:
        assert session.get_one(Order, timed).technician_id == "t02"
    page.get_by_role("button", name="Undo").click()
    expect_in(page, timed, "t01")
    assert page.url.endswith("/dispatch/timeline") or "/dispatch/timeline?" in page.url, "a drag is no click"


def test_a_stop_is_given_away_by_key(page: Page, timed: str) -> None:
    block(page, timed).focus()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Give this stop to")
    expect(dialog.get_by_label("Technician").locator("option")).to_have_text(["Technician t02"])
    dialog.get_by_role("button", name="Assign").click()
    expect_in(page, timed, "t02")
