"""A board and two people: what one does, or a tablet reports, the other sees without a reload."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.engine import make_url

from server.app import create_app
from server.config import Config
from server.services import open_services
from sync.stores.sql.store import SqlStore
from tests.browser.accessibility import broken_rules
from tests.browser.test_office_pages import Running, browser, complaints, open_page, pytestmark
from tests.integration.office import morning
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from tests.postgres import free_port
from workorders.tables import Order
from workorders.usecases.orders.assignment import assign_order, recall_order
from workorders.usecases.orders.cancel import cancel_order

__all__ = ["browser", "complaints", "pytestmark"]

Watched = tuple[Page, Running]


@pytest.fixture
def running(migrated_template: dict[str, str], tmp_path: Any) -> Iterator[Running]:
    """A morning of its own for each test."""
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), tmp_path / "curbstop.sqlite")
    config = Config(data_dir=tmp_path, secret_key="x" * 40, log_level="ERROR").checked()
    services = open_services(config, clock=lambda: morning.CLOCK)
    with services.sessions() as session:
        numbers = morning.build(session)
    made = Running(create_app(services=services), free_port(), numbers)
    made.start()
    yield made
    made.stop()
    made.app.extensions["board_watcher"].close()
    if isinstance(services.store, SqlStore):
        services.store.close()
    services.engine.dispose()


@pytest.fixture
def board(browser: Browser, running: Running, complaints: list[str]) -> Iterator[Page]:
    """Dana's board, live, with its map drawn; it complains of nothing."""
    page = open_page(browser, running, "dana", complaints, bypass_csp=True)
    page.goto(f"/dispatch/?day={TODAY}")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("#map[data-ready]")).to_be_visible()
    yield page
    page.context.close()
    assert complaints == []


def sessions(running: Running) -> Any:
    return running.app.extensions["curbstop"].sessions


def test_what_another_dispatcher_does_is_seen_and_takes_nothing_away(board: Page, running: Running) -> None:
    waiting, overdue = running.numbers["waiting"], running.numbers["overdue"]
    board.locator(f"#tick-{waiting}").focus()
    board.keyboard.press("Space")
    board.locator("#do-more > summary").click()
    board.locator("#do-reason").fill("half a sentence")
    board.locator(f"#tick-{waiting}").focus()
    board.evaluate("document.querySelector('.table-wrap').scrollTop = 60")
    before = board.evaluate("document.querySelector('.table-wrap').scrollTop")
    board.evaluate("document.querySelector('#orders-form').dataset.before = 'yes'")
    with sessions(running).begin() as session:
        for number in (waiting, overdue):
            assign_order(session, number, "t01", route_day=TODAY, now=morning.CLOCK, actor="sam")
    expect(board.locator(f"#row-{overdue}")).to_contain_text("Tess Demo")
    expect(board.locator(f"#row-{waiting}")).to_contain_text("Tess Demo")
    expect(board.locator(f"#tick-{waiting}")).to_be_focused()
    expect(board.locator(f"#tick-{waiting}")).to_be_checked()
    expect(board.locator("#chosen")).to_have_text("1")
    expect(board.locator("#do-reason")).to_have_value("half a sentence")
    assert board.evaluate("document.querySelector('.table-wrap').scrollTop") == before
    expect(board.locator("#orders-form[data-before]")).to_have_count(1)  # the rest was not drawn anew
    expect(board.locator("#happened")).to_contain_text(overdue)
    expect(board.locator("#happened")).to_contain_text("Sam Supervisor")
    # The tick goes along with the version of now: the next action is not refused as stale.
    board.get_by_role("button", name="Take back").click()
    expect(board.locator("#messages")).to_contain_text(f"{waiting} taken back.")
    expect(board.locator(f"#row-{waiting}")).to_contain_text("Taken back")


def test_orders_come_and_go_and_the_counts_with_them(board: Page, running: Running) -> None:
    rows = board.locator("#orders-form tbody tr")
    shown = rows.count()
    points = int(board.locator("#map").get_attribute("data-points") or 0)
    total = board.locator('[data-count="group:"]')
    expect(total).to_have_text(str(shown))
    with sessions(running).begin() as session:
        made = world.order(session, "reread", 8, priority=100).number
    # Behind the one emergency that is due sooner, before everything else.
    expect(rows.nth(1)).to_have_id(f"row-{made}")
    expect(total).to_have_text(str(shown + 1))
    expect(board.locator("#map")).to_have_attribute("data-points", str(points + 1))
    expect(board.locator("#alerts")).to_contain_text(f"{made}: nobody has been sent.")
    with sessions(running).begin() as session:
        cancel_order(session, made, reason="asked for twice", now=morning.CLOCK, actor="carla")
    expect(board.locator(f"#row-{made}")).to_have_count(0)
    expect(total).to_have_text(str(shown))
    expect(board.locator("#map")).to_have_attribute("data-points", str(points))
    expect(board.locator("#alerts")).not_to_contain_text(made)


def test_an_open_technician_stays_open_while_stops_change(board: Page, running: Running) -> None:
    day = board.locator("#workday-t01")
    day.locator("summary").focus()
    board.keyboard.press("Enter")
    number = running.numbers["sent"]
    expect(board.locator(f"#stop-{number}")).to_contain_text("Sent")
    with sessions(running)() as session:
        world.take(session, Tablet("t01", counter=700).event("acknowledged", session.get_one(Order, number)))
    expect(board.locator(f"#stop-{number}")).to_contain_text("Seen")
    assert day.get_attribute("open") is not None
    expect(day.locator("summary")).to_be_focused()


def test_a_technician_is_on_the_map_where_the_last_report_was_made(board: Page, running: Running) -> None:
    expect(board.locator(".person")).to_have_count(0)
    number = running.numbers["sent"]
    with sessions(running)() as session:
        document = Tablet("t01", counter=700).event(
            "en_route", session.get_one(Order, number), at=NOW + timedelta(hours=2, minutes=55)
        )
        document["position"] = {"lon": -98.6, "lat": 39.1, "accuracy_m": 8.0}
        world.take(session, document)
    person = board.locator(".person")
    expect(person).to_have_attribute("aria-label", f"Tess Demo, 1 hr. ago, about {number}")
    expect(person).to_have_attribute("data-initials", "TD")
    board.locator("#workday-t01 > summary").click()
    board.locator("#workday-t01").get_by_role("button", name="Show on the map").click()
    expect(person).to_have_class("person maplibregl-marker maplibregl-marker-anchor-center shown")
    assert broken_rules(board) == []


def test_the_board_says_since_when_it_is_not_live_and_catches_up(
    board: Page, running: Running, complaints: list[str]
) -> None:
    running.stop()
    # The stopped server still holds its open streams; a network that is gone does not.
    board.context.set_offline(True)
    expect(board.locator("#live")).to_have_attribute("data-state", "gone")
    expect(board.locator("#live")).to_contain_text("Not live since")
    with sessions(running).begin() as session:
        recall_order(session, running.numbers["sent"], reason="truck", now=morning.CLOCK, actor="sam")
    running.start()
    board.context.set_offline(False)
    expect(board.locator("#live")).to_have_attribute("data-state", "live")
    expect(board.locator(f"#row-{running.numbers['sent']}")).to_contain_text("Taken back")
    complaints.clear()  # of the network


def test_the_timeline_moves_a_stop_that_somebody_else_gave_away(board: Page, running: Running) -> None:
    number = running.numbers["second"]
    with sessions(running).begin() as session:
        session.get_one(Order, number).planned_start = morning.CLOCK + timedelta(minutes=30)
    board.goto(f"/dispatch/timeline?day={TODAY}")
    expect(board.locator("#live")).to_have_attribute("data-state", "live")
    block = board.locator(f'#lane-t01 a.block[data-order^="{number}:"]')
    expect(block).to_have_count(1)
    block.focus()
    with sessions(running).begin() as session:
        order = session.get_one(Order, number)
        order.planned_start = morning.CLOCK - timedelta(minutes=30)
    expect(board.locator("#lane-t01")).to_contain_text("30 min behind")
    expect(block).to_be_focused()
    with sessions(running).begin() as session:
        recall_order(session, number, reason="truck", now=morning.CLOCK, actor="sam")
    expect(block).to_have_count(0)


@pytest.mark.parametrize("by", ["pointer", "key", "pointer while everything is refreshed"])
def test_a_press_is_heard_though_its_row_changes_meanwhile(board: Page, running: Running, by: str) -> None:
    """Between pressing and letting go lie 100 ms; on a busy morning a row is exchanged within them."""
    number = running.numbers["waiting"]
    box = board.locator(f"#tick-{number}")
    if by == "key":
        box.focus()
        board.keyboard.down("Space")
    else:
        box.hover()
        board.mouse.down()
    asked = "/dispatch/orders" if "everything" in by else "/dispatch/changes"
    with board.expect_response(lambda answer: asked in answer.url) as answered:
        if "everything" in by:
            board.evaluate("document.body.dispatchEvent(new CustomEvent('board:refresh', {bubbles: true}))")
        else:
            with sessions(running).begin() as session:
                session.get_one(Order, number).priority = 100
    answered.value.finished()
    board.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    board.keyboard.up("Space") if by == "key" else board.mouse.up()
    expect(box).to_be_checked()
    expect(board.locator("#chosen")).to_have_text("1")
    if "everything" not in by:
        expect(board.locator(f"#row-{number}")).to_contain_text("Emergency")


EVERY_FOCUS = """() => [...document.querySelectorAll("[hx-trigger*='board:refresh']")].flatMap((part) =>
  [...part.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((one) => !one.disabled && one.checkVisibility() && one.type !== "hidden")
    .map((one) => one.id || one.outerHTML.slice(0, 120)))"""
REFRESHED = """async (id) => {
  const before = document.getElementById(id);
  if (!before) return "has no id";
  before.focus();
  const part = before.closest("[hx-trigger*='board:refresh']");
  const settled = () => new Promise((done) => {
    document.body.addEventListener("htmx:afterSettle", function heard(event) {
      if (event.detail.target !== part) return;
      document.body.removeEventListener("htmx:afterSettle", heard);
      done();
    });
  });
  while (before.isConnected) { // a refresh that was under way already may say nothing new
    const heard = settled();
    document.body.dispatchEvent(new CustomEvent("board:refresh", { bubbles: true }));
    await heard;
  }
  return document.activeElement?.id;
}"""


@pytest.mark.parametrize("address", ["/dispatch/", "/dispatch/timeline"])
def test_whatever_has_the_focus_has_it_after_a_refresh(board: Page, address: str) -> None:
    """The page looks for itself once a minute, and whenever its line to the server is cut."""
    board.goto(f"{address}?day={TODAY}")
    expect(board.locator("#live")).to_have_attribute("data-state", "live")
    reachable = board.evaluate(EVERY_FOCUS)
    assert len(reachable) > 5
    lost = {one: found for one in reachable if (found := board.evaluate(REFRESHED, one)) != one}
    assert lost == {}


def test_the_timeline_stays_at_the_hour_somebody_looks_at(board: Page) -> None:
    board.set_viewport_size({"width": 390, "height": 500})
    board.goto(f"/dispatch/timeline?day={TODAY}")
    expect(board.locator("#live")).to_have_attribute("data-state", "live")
    # In one step each: a locator may find an element that a refresh exchanges before it is moved.
    board.evaluate("document.getElementById('lanes-scroll').scrollTo({ left: 60, behavior: 'instant' })")
    where = "document.getElementById('lanes-scroll').scrollLeft"
    assert board.evaluate(where) == 60
    assert board.evaluate(REFRESHED, "lanes-scroll") == "lanes-scroll"
    assert board.evaluate(where) == 60


def test_two_boards_of_two_people(
    browser: Browser, board: Page, running: Running, complaints: list[str]
) -> None:
    other = open_page(browser, running, "sam", complaints, color_scheme="dark")
    other.get_by_role("button", name="Español").click()
    other.goto(f"/dispatch/?day={TODAY}")
    expect(other.locator("#live")).to_have_text("En vivo")
    board.locator(f"#tick-{running.numbers['waiting']}").check()
    board.locator("#do-tech").select_option("t01")
    board.get_by_role("button", name="Assign").click()
    expect(other.locator(f"#row-{running.numbers['waiting']}")).to_contain_text("Tess Demo")
    expect(other.locator("#happened")).to_contain_text("Dana Dispatcher")
    other.context.close()
