"""Orders are ticked in the list, on the map by box and lasso, and on the timeline: it is one selection."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from server.db import transaction
from tests.browser.accessibility import broken_rules
from tests.browser.test_live_board import board, browser, complaints, pytestmark, running
from tests.browser.test_office_pages import Running, open_page
from tests.integration.office import morning
from tests.integration.usecases.world import TODAY
from workorders.tables import Order

__all__ = ["board", "browser", "complaints", "pytestmark", "running"]

MAP_TOOLS = "#map-tools"


def chosen(board: Page) -> int:
    return int(board.locator("#chosen").inner_text())


def drag(board: Page, *path: tuple[float, float], shift: bool = False, alt: bool = False) -> None:
    """Draw on the map, in shares of its width and height."""
    box = board.locator("#map").bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
    for key, held in (("Shift", shift), ("Alt", alt)):
        if held:
            board.keyboard.down(key)
    board.mouse.move(*at[0])
    board.mouse.down()
    for point in at[1:]:
        board.mouse.move(*point, steps=4)
    board.mouse.up()
    for key, held in (("Shift", shift), ("Alt", alt)):
        if held:
            board.keyboard.up(key)


ALL = ((0.02, 0.2), (0.98, 0.97))
AROUND = ((0.02, 0.2), (0.98, 0.2), (0.98, 0.97), (0.02, 0.97), (0.02, 0.3))


@pytest.mark.parametrize("tool", ["Box", "Lasso"])
def test_a_drawing_on_the_map_ticks_what_lies_within(board: Page, tool: str) -> None:
    points = int(board.locator("#map").get_attribute("data-points") or 0)
    assert points > 5
    board.locator(MAP_TOOLS).get_by_role("button", name=tool).click()
    drag(board, *(ALL if tool == "Box" else AROUND))
    expect(board.locator("#chosen")).to_have_text(str(points))
    expect(board.locator("#orders-form tbody tr").first.get_by_role("checkbox")).to_be_checked()
    drag(board, *(ALL if tool == "Box" else AROUND), alt=True)
    expect(board.locator("#chosen")).to_have_text("0")
    drag(board, (0.02, 0.95), (0.03, 0.96))
    expect(board.locator("#chosen")).to_have_text("0")
    board.keyboard.press("Escape")
    expect(board.locator(MAP_TOOLS).get_by_role("button", name=tool)).to_have_attribute(
        "aria-pressed", "false"
    )


def test_shift_draws_a_box_at_any_time_and_a_plain_drag_moves_the_map(board: Page) -> None:
    drag(board, *ALL)
    expect(board.locator("#chosen")).to_have_text("0")
    drag(board, *reversed(ALL))
    drag(board, *ALL, shift=True)
    assert chosen(board) > 0


def test_the_keyboard_ticks_all_in_sight(board: Page) -> None:
    board.locator(MAP_TOOLS).get_by_role("button", name="All in sight").focus()
    board.keyboard.press("Enter")
    expect(board.locator("#chosen")).to_have_text(board.locator("#map").get_attribute("data-points") or "")
    board.locator(MAP_TOOLS).get_by_role("button", name="Untick all").focus()
    board.keyboard.press("Enter")
    expect(board.locator("#chosen")).to_have_text("0")


def test_ticks_survive_filters_and_reach_the_timeline(board: Page, running: Running) -> None:
    sent = running.numbers["sent"]
    with transaction(running.app.extensions["curbstop"].sessions) as session:
        session.get_one(Order, sent).planned_start = morning.CLOCK
    board.locator(f"#tick-{sent}").check()
    board.locator("#board-q").fill("exchange")
    board.keyboard.press("Enter")
    expect(board.locator("#orders-form tbody tr")).to_have_count(2)
    expect(board.locator("#chosen")).to_have_text("1")
    expect(board.locator("#chosen-elsewhere")).to_contain_text("1 not shown")
    board.goto(f"/dispatch/timeline?day={TODAY}")
    block = board.locator(f'a.block[data-order^="{sent}:"]')
    expect(block).to_have_class(re.compile(r"\bticked\b"))
    expect(board.locator("#ticked-count")).to_have_text("1 ticked")
    block.focus()
    board.keyboard.press("Space")
    expect(board.locator("#ticked-count")).to_be_hidden()
    board.keyboard.press("Space")
    board.get_by_role("link", name="Board").click()
    expect(board.locator("#chosen")).to_have_text("1")


def test_an_assignment_is_undone_by_a_click(board: Page, running: Running) -> None:
    number = running.numbers["waiting"]
    board.locator(f"#tick-{number}").check()
    board.locator("#do-tech").select_option("t01")
    board.get_by_role("button", name="Assign").click()
    expect(board.locator(f"#row-{number}")).to_contain_text("Tess Demo")
    board.get_by_role("button", name="Undo").click()
    expect(board.locator("#messages")).to_contain_text(f"{number} is as it was.")
    expect(board.locator(f"#row-{number}")).to_contain_text("Taken back")


def test_a_view_is_saved_and_opened_again(browser: Browser, running: Running, complaints: list[str]) -> None:
    board = open_page(browser, running, "dana", complaints, bypass_csp=True)
    board.goto(f"/dispatch/?day={TODAY}")
    expect(board.locator("#map[data-ready]")).to_be_visible()
    board.locator("#board-view > summary").click()
    board.get_by_label("Color the map by").select_option("due")
    board.get_by_label("Sort").select_option("address")
    board.locator(".columns").get_by_label("Due").uncheck()
    board.locator(".view-form").get_by_role("button", name="Show").click()
    expect(board).to_have_url(re.compile("column-state=yes"))
    expect(board.locator("#orders-form th", has_text="Due")).to_be_hidden()
    expect(board.locator(".legend")).to_contain_text("overdue")
    board.locator("#board-view > summary").click()
    # Everything is looked at once when the line is there; what is being exchanged is no page yet.
    expect(board.locator("#live")).to_have_attribute("data-state", "live")
    expect(board.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
    assert broken_rules(board) == []
    board.emulate_media(color_scheme="dark")
    expect(board.locator("#map")).to_have_attribute("data-drawn", "dark")
    assert broken_rules(board, of_colors=True) == []
    board.get_by_label("Save what is shown as").fill("By street")
    board.get_by_role("button", name="Save the view").click()
    expect(board.locator("#messages")).to_contain_text("The view “By street” is saved.")
    board.goto(f"/dispatch/?day={TODAY}")
    expect(board.locator("#orders-form th", has_text="Due")).to_be_visible()
    board.locator("#board-view > summary").click()
    board.get_by_role("link", name="By street").click()
    expect(board).to_have_url(re.compile("hide=due"))
    expect(board.locator("#orders-form th", has_text="Due")).to_be_hidden()
    expect(board.locator("#map[data-ready]")).to_have_attribute("data-color", "due")
    board.context.close()
    assert complaints == []


def test_at_dusk_the_map_changes_its_colors_and_nothing_else(board: Page) -> None:
    board.locator("#do-more > summary").click()
    board.locator("#do-reason").fill("half a sentence")
    board.locator(MAP_TOOLS).get_by_role("button", name="All in sight").click()
    ticked = chosen(board)
    board.emulate_media(color_scheme="dark")
    expect(board.locator("#map")).to_have_attribute("data-drawn", "dark")
    expect(board.locator("#do-reason")).to_have_value("half a sentence")
    assert chosen(board) == ticked > 0
    board.locator(MAP_TOOLS).get_by_role("button", name="Untick all").click()
    drag(board, *ALL, shift=True)
    expect(board.locator("#chosen")).to_have_text(str(ticked))
