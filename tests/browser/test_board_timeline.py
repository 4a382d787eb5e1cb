"""The timeline under list and map: one screen, one selection, and what a move breaks before it is made."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from server.db import transaction
from tests.browser.accessibility import broken_rules
from tests.browser.test_live_board import (
    EVERY_FOCUS,
    REFRESHED,
    board,
    browser,
    complaints,
    pytestmark,
    running,
    sessions,
)
from tests.browser.test_office_pages import Running
from tests.integration.office import morning
from tests.integration.usecases.world import TODAY
from workorders.tables import Order, Shift, Technician
from workorders.usecases.orders.assignment import recall_order

__all__ = ["board", "browser", "complaints", "pytestmark", "running"]


@pytest.fixture(autouse=True)
def timed(running: Running) -> None:
    """Tess's stops have times; Tom, who may work with water, has a shift for five minutes more."""
    with transaction(sessions(running)) as session:
        session.get_one(Technician, "t02").skills = ["water"]
        for place, name in enumerate(("sent", "second")):
            session.get_one(Order, running.numbers[name]).planned_start = morning.CLOCK + place * timedelta(
                minutes=40
            )
        begins, ends = morning.CLOCK - timedelta(hours=1), morning.CLOCK + timedelta(minutes=5)
        session.add(Shift(technician_id="t02", day=TODAY, starts_at=begins, ends_at=ends))


def asked_for(page: Page) -> list[str]:
    """What the page asks for of the timeline from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "/timeline" in request.url else None)
    return found


def open_pane(page: Page) -> None:
    page.locator("#lanes-toggle").click()
    expect(page.locator("#lanes-scroll")).to_be_visible()
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)


def block(page: Page, number: str) -> Locator:
    return page.locator(f"#block-{number}")


def carry(page: Page, what: Locator, onto: Locator) -> None:
    """Hold a block over another technician's day."""
    here, there = what.bounding_box(), onto.bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(here["x"] + here["width"] / 2 + 12, there["y"] + there["height"] / 2, steps=6)


def test_nothing_is_fetched_until_it_is_opened_and_nothing_while_it_is_closed(
    board: Page, running: Running
) -> None:
    asked = asked_for(board)
    board.evaluate("document.body.dispatchEvent(new CustomEvent('board:refresh', { bubbles: true }))")
    expect(board.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    assert asked == []
    open_pane(board)
    number = running.numbers["sent"]
    expect(block(board, number)).to_be_visible()
    board.locator("#lanes-toggle").click()
    asked.clear()
    with sessions(running).begin() as session:
        recall_order(session, number, reason="truck", now=morning.CLOCK, actor="sam")
    expect(board.locator(f"#row-{number}")).to_contain_text("Taken back")
    assert asked == []
    open_pane(board)
    expect(block(board, number)).to_have_count(0)


def test_a_tick_is_one_in_list_map_and_timeline(board: Page, running: Running) -> None:
    open_pane(board)
    sent, second = running.numbers["sent"], running.numbers["second"]
    board.locator(f"#tick-{sent}").check()
    expect(block(board, sent)).to_have_class(re.compile(r"\bticked\b"))
    block(board, second).focus()
    board.keyboard.press("Space")
    expect(board.locator(f"#tick-{second}")).to_be_checked()
    expect(board.locator("#chosen")).to_have_text("2")
    board.locator("#map-tools").get_by_role("button", name="Untick all").click()
    expect(board.locator("#lanes .ticked")).to_have_count(0)
    expect(board.locator("#orders-form tbody input:checked")).to_have_count(0)
    board.locator("#map-tools").get_by_role("button", name="All in sight").click()
    expect(block(board, sent)).to_have_class(re.compile(r"\bticked\b"))


def test_what_a_drop_breaks_is_said_before_it_is_made(board: Page, running: Running) -> None:
    open_pane(board)
    number, other = running.numbers["sent"], running.numbers["overdue"]
    board.locator(f"#tick-{other}").check()
    carry(board, block(board, number), board.locator("#lane-t02"))
    told = board.locator("#move-breaks")
    expect(told).to_contain_text("Tom Demo:")
    expect(told).to_contain_text("after the shift ends at 11:05")
    with sessions(running)() as session:
        assert session.get_one(Order, number).technician_id == "t01"
    board.keyboard.press("Escape")
    expect(told).to_be_hidden()
    board.mouse.up()
    carry(board, block(board, number), board.locator("#lane-t02"))
    expect(told).to_contain_text("Tom Demo:")
    board.mouse.up()
    expect(board.locator("#lane-t02").locator(f"#block-{number}")).to_have_count(1)
    expect(board.locator("#row-" + number)).to_contain_text("Tom Demo")
    expect(board.locator(f"#tick-{other}")).to_be_checked()  # what was not moved keeps its tick
    board.get_by_role("button", name="Undo").click()
    expect(board.locator("#lane-t01").locator(f"#block-{number}")).to_have_count(1)


def test_by_keyboard_it_opens_grows_and_moves_a_stop_along_its_day(board: Page, running: Running) -> None:
    board.keyboard.press("Alt+t")
    expect(board.locator("#lanes-scroll")).to_be_visible()
    grip = board.locator("#lanes-grip")
    height = int(grip.get_attribute("aria-valuenow") or 0)
    grip.focus()
    board.keyboard.press("ArrowUp")
    expect(grip).to_have_attribute("aria-valuenow", str(height + 5))
    sent, second = running.numbers["sent"], running.numbers["second"]
    block(board, second).focus()
    board.keyboard.press("m")
    dialog = board.get_by_role("dialog", name="Give this stop to")
    expect(dialog.locator(".breaks")).to_contain_text("Tom Demo:")
    dialog.get_by_label("Technician").select_option("t01")
    expect(dialog.locator(".breaks")).to_contain_text("Tess Demo:")
    dialog.get_by_label("Before").select_option(sent)
    assert broken_rules(board) == []
    dialog.get_by_role("button", name="Assign").click()
    expect(board.locator("#messages")).to_contain_text(f"{second} is now stop 1.")
    expect(block(board, second)).to_be_focused()
    with sessions(running)() as session:
        places = [session.get_one(Order, number).sequence or 0 for number in (second, sent)]
    assert places == sorted(places)


def test_it_is_as_it_was_left_and_as_a_saved_view_has_it(board: Page) -> None:
    open_pane(board)
    board.locator("#board-view > summary").click()
    board.get_by_label("Save what is shown as").fill("With time")
    board.get_by_role("button", name="Save the view").click()
    expect(board.locator("#messages")).to_contain_text("The view “With time” is saved.")
    expect(board.locator("#lanes-scroll")).to_be_visible()
    board.locator("#lanes-toggle").click()
    board.goto(f"/dispatch/?day={TODAY}")
    expect(board.locator("#lanes-toggle")).to_have_attribute("aria-expanded", "false")
    board.locator("#board-view > summary").click()
    board.get_by_role("link", name="With time").click()
    expect(board.locator("#lanes-scroll")).to_be_visible()
    expect(board).not_to_have_url(re.compile("lanes="))


def test_whatever_has_the_focus_in_it_has_it_after_a_refresh(board: Page) -> None:
    open_pane(board)
    reachable = [one for one in board.evaluate(EVERY_FOCUS) if one.startswith(("block-", "lanes-"))]
    assert len(reachable) > 2
    lost = {one: found for one in reachable if (found := board.evaluate(REFRESHED, one)) != one}
    assert lost == {}


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (390, 844)])
def test_nothing_overflows(board: Page, size: tuple[int, int], complaints: Any) -> None:
    board.set_viewport_size({"width": size[0], "height": size[1]})
    open_pane(board)
    assert board.evaluate("document.documentElement.scrollWidth") <= size[0]
    box = board.locator("#lanes-scroll").bounding_box()
    assert box is not None
    assert box["height"] > 100
    assert broken_rules(board) == []
