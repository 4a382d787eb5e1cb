"""A day of the demo as pictures: the plan, a tablet, the customer, the board as it is played, the office."""

import queue
import re
import threading
from collections.abc import Callable, Iterator

from PIL import Image
from playwright.sync_api import Browser, expect

from demo.played_day.player import Played, play_day
from tools.pictures.demo_server import DemoServer
from tools.pictures.people import WIDE, Person, sign_in, tablet_of
from tools.pictures.reel import Frame, beside

TECHNICIAN = "t06"
"""Somebody whom the played day gives no part."""
DIRECTIONS = re.compile(r"^https?://(?!127\.0\.0\.1)")
"""The device's navigation; a picture asks nobody."""
Shots = dict[str, Image.Image]
Step = Callable[[], None]


def plan(desk: Person, shots: Shots) -> Iterator[Frame]:
    """A plan is made and compared with the routes as they are."""
    page = desk.at("/plans/")
    yield Frame(desk.picture(), "The dispatcher asks for a plan of the day", 2)
    page.get_by_label("Time to think").first.select_option("5")
    page.get_by_role("button", name="Make a plan").click()
    expect(page.locator("#bar")).to_be_visible()
    yield Frame(desk.picture(), "It is made over the district's real streets", 1)
    expect(page.locator(".decide")).to_be_visible(timeout=120_000)
    yield Frame(desk.picture(), "Nothing changes until somebody uses it", 1.5)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_load_state("networkidle")
    shots["plan"] = desk.picture()
    yield Frame(shots["plan"], "What it changes for customers and technicians", 2.5)
    desk.at("/plans/capacity")
    yield Frame(desk.picture(), "Where the next four weeks are full", 2)


def board(desk: Person) -> Person:
    """List, map and timeline on one screen."""
    desk.page.set_viewport_size(WIDE)
    page = desk.at("/dispatch/")
    expect(page.locator("#map[data-ready]")).to_be_visible(timeout=30_000)
    page.locator("#lanes-toggle").click()
    expect(page.locator("a.block").first).to_be_visible()
    page.wait_for_timeout(1_000)
    return desk


def middle_of(desk: Person) -> tuple[float, float]:
    """The middle of the orders on the map, in degrees: a technician may well be there."""
    places: list[tuple[float, float]] = desk.page.evaluate(
        "async () => (await (await fetch('/dispatch/map.json')).json()).orders.at"
    )
    return sum(lon for lon, _ in places) / len(places), sum(lat for _, lat in places) / len(places)


def moved(desk: Person) -> Iterator[Frame]:
    """A stop is held over somebody else's day."""
    page = desk.page
    yield Frame(desk.picture(), "One screen: orders, map and the day along the clock", 2.5)
    stop = page.locator("#lane-t02 a.block[data-movable]").first.bounding_box()
    onto = page.locator("#lane-t03").bounding_box()
    if stop is None or onto is None:
        raise RuntimeError("the demo's second and third technicians have no lane")
    page.mouse.move(stop["x"] + stop["width"] / 2, stop["y"] + stop["height"] / 2)
    page.mouse.down()
    page.mouse.move(760, onto["y"] + onto["height"] / 2, steps=8)
    expect(page.locator("#move-breaks")).to_be_visible()
    yield Frame(desk.picture(), "What a move would break is said before it is made", 2.5)
    page.keyboard.press("Escape")
    page.mouse.up()


def on_tablet(tablet: Person, office: Person, shots: Shots) -> Iterator[Frame]:
    """The morning of a technician: all acknowledged, the first stop, Go."""
    page = tablet.page
    page.context.route(DIRECTIONS, lambda route: route.fulfill(body="directions"))
    if (understood := page.get_by_role("button", name="Understood")).is_visible():
        understood.click()
    page.get_by_role("button", name=re.compile("^Acknowledge all")).click()
    said = page.get_by_text("orders acknowledged.")
    expect(said).to_be_visible()
    expect(said).to_be_hidden(timeout=30_000)
    day = tablet.picture()
    page.get_by_label("Orders", exact=True).locator("a[href*='order']").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(800)
    order = tablet.picture()
    with page.context.expect_page() as navigation:
        page.get_by_role("link", name="Go", exact=True).click()
    navigation.value.close()
    page.get_by_role("link", name="Map", exact=True).click()
    page.wait_for_timeout(3_000)
    under_way = tablet.picture()
    shots["tablet"] = beside([day, order, under_way], (1280, 800))
    yield Frame(beside([day]), "The tablet has the day, also without signal", 2)
    yield Frame(beside([day, order]), "An order says what decides the visit; one press on Go", 2.5)
    yield Frame(beside([day, order, under_way]), "The way there, drawn on the tablet", 2.5)
    yield Frame(beside([under_way, customer(office)]), "The customer follows the visit by a link", 3)


def customer(office: Person) -> Image.Image:
    """What a customer reads of the visit that is under way."""
    page = office.at("/dispatch/?group=working")
    page.locator("#orders-form tbody a").first.click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Make a link").click()
    page.wait_for_load_state("networkidle")
    link = page.locator("#visit-link input[readonly]").input_value()
    if page.context.browser is None:
        raise RuntimeError("the browser has gone")
    phone = page.context.browser.new_page(viewport={"width": 390, "height": 844}, locale="en-US")
    phone.goto(link)
    seen = Person(phone).picture()
    phone.close()
    return seen


def played(demo: DemoServer, desk: Person, shots: Shots, told: list[Played]) -> Iterator[Frame]:
    """The demo's day on four tablets; before each step the board is looked at."""
    steps: queue.Queue[str | None] = queue.Queue()
    go_on = threading.Semaphore(0)

    def say(words: str) -> None:
        steps.put(words)
        go_on.acquire()

    def play() -> None:
        try:
            told.append(play_day(demo.url, demo.signs, say))
        finally:
            steps.put(None)

    player = threading.Thread(target=play, name="played-day", daemon=True)
    player.start()
    while (words := steps.get()) is not None:
        go_on.release()
        desk.page.wait_for_timeout(1_800)
        yield Frame(desk.picture(), words, 2)
    player.join()
    if not told:
        raise RuntimeError("the day was not played to its end")
    desk.page.wait_for_timeout(2_500)
    shots["board"] = desk.picture()
    yield Frame(shots["board"], "The board follows as it happens, on every screen", 3)


def afterwards(office: Person, day: Played, shots: Shots) -> Iterator[Frame]:
    """What the office makes of it."""
    office.at(f"/csr/orders/{day.day.stops['cut'].number}")
    shots["order"] = office.picture()
    yield Frame(shots["order"], "Paid, and cut all the same while offline: the order's story tells why", 3)
    office.at("/office/collections/")
    shots["cut-list"] = office.picture()
    yield Frame(shots["cut-list"], "Who may be cut, and what speaks against the others", 2.5)
    office.at("/office/cash/turn-ins")
    shots["money"] = office.picture()
    yield Frame(shots["money"], "Every receipt is counted, to the cent", 2.5)


def whole_day(browser: Browser, demo: DemoServer, say: Callable[[str], None]) -> tuple[list[Frame], Shots]:
    """All frames and still pictures."""
    shots: Shots = {}
    told: list[Played] = []
    desk = sign_in(browser, demo, "dispatcher", "/plans/")
    office = sign_in(browser, demo, "supervisor", "/office/")
    frames: list[Frame] = []

    def take(words: str, scene: Iterator[Frame]) -> None:
        say(words)
        frames.extend(scene)

    take("The plan", plan(desk, shots))
    take("The board", moved(board(desk)))
    tablet = tablet_of(browser, demo, TECHNICIAN, middle_of(desk))
    take("A tablet", on_tablet(tablet, office, shots))
    take("The day", played(demo, desk, shots, told))
    take("The office", afterwards(office, told[0], shots))
    return frames, shots
