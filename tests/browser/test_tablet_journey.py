"""A technician's whole day, counted: ten orders of ten types, partly without signal, on tablet and phone."""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Geolocation, Locator, Page, expect
from sqlalchemy import select

from tests.browser.conftest import OpenTablet
from tests.browser.days import Clock, set_clock
from tests.browser.glove import curses
from tests.browser.site import Site, png
from tests.browser.tablet_steps import enrol
from tests.browser.test_tablet_map import SCREENSHOTS
from tests.browser.test_tablet_taps import COUNT_PRESSES, MOST_PRESSES
from tests.integration.couchdb.district import eventually
from tests.integration.usecases import answers, world
from tests.integration.usecases.every_order import extra_of
from tests.integration.usecases.world import NOW, TODAY
from workorders.catalogue import CATALOGUE
from workorders.judgement.descriptors import FieldType
from workorders.tables import ExceptionCase, Order
from workorders.usecases.orders.assignment import set_route
from workorders.usecases.orders.orders import OrderRequest, raise_order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READ = 148_000
DAY: dict[str, dict[str, Any]] = {
    "reread": answers.reread(1, READ),
    "exchange": answers.exchange(2, "NT011", READ) | {"outcome": "completed"},
    "disconnect_np": answers.cut(3, READ) | {"outcome": "completed"},
    "special_read": {"could_read": True, "serial_seen": "M4", "read": READ, "outcome": "completed"},
    "verify": {"status": "on", "serial_seen": "M5", "photo_serial": "photo_serial.jpg"},
    "turn_off": {"serial_seen": "M6", "read": READ, "left_on": False, "lock": "L6"},
    "turn_on": answers.on(7, READ) | {"dial_moving": True, "outcome": "completed"},
    "reconnect": answers.on(8, READ) | {"outcome": "completed"},
    "investigate": {"serial_seen": "M9", "read": READ, "leak_dial_moving": False, "side": "none"},
    "backflow_locate": {
        "found": True,
        "device_serial": "BF10",
        "kind": "rp",
        "size": "3/4",
        "condition": "good",
        "photo": "photo.jpg",
        "outcome": "completed",
    },
}
"""Order types in the order of the route, household 1 first, with what is answered."""
TABLET, PHONE = "tablet", "phone"
SILENT = range(4, 8)
"""The stops without signal."""
OFF = {"turn_on": "off", "reconnect": "off_np"}
FIGURES = Path(__file__).parents[2] / "var" / "figures"
"""Where the counts are kept for a person to look at; var/ is not part of the repository."""


@dataclass
class Hand:
    """A device in somebody's hand."""

    size: str
    languages: tuple[str, str]
    """Of the two halves of the day."""
    context: BrowserContext
    page: Page
    folder: Path
    cursed: dict[str, list[str]] = field(default_factory=dict)
    """What a gloved hand would curse, by what was shown."""

    def choose(self, name: str) -> None:
        """Press something on the tablet's own page, and go back to the list."""
        self.page.locator("nav.pages a").last.tap()
        self.page.get_by_role("button", name=name, exact=True).tap()
        self.page.locator("nav.pages a").first.tap()

    def look(self, what: str, *, keep: bool = False) -> None:
        """Note what is wrong with the page as it is now; `keep` a picture for a person."""
        self.cursed[what] = curses(self.page)
        if keep:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"day-{self.size}-{what}.png")


@dataclass
class Counted:
    """What one order cost."""

    type: str
    language: str
    presses: int
    """Beside the form's fields: these are the trade's, not the app's."""
    seconds: float
    """By a machine that knows what to answer: what the app itself makes somebody wait."""
    screens: float
    """How many screens long the filled form is."""


def send_day(site: Site) -> list[str]:
    """A route of one order of each type; answers the numbers in its order."""
    with site.services.sessions.begin() as session:
        numbers = []
        for household, code in enumerate(DAY, start=1):
            if code in OFF:
                world.off(session, household, OFF[code])
            request = OrderRequest(
                type=code,
                service_point_id=world.point(session, household).id,
                extra=extra_of(CATALOGUE[code], "least") | world.EXTRA.get(code, {}),
                # These households owe: what a gate asks of them is not the question here.
                override="decided by a supervisor" if CATALOGUE[code].holds_unless else None,
            )
            numbers.append(raise_order(session, request, now=NOW, actor="csr").number)
        set_route(session, "t01", TODAY, numbers, now=NOW, actor="dispatcher")
    return numbers


def place_of(household: int) -> Geolocation:
    """Where that household is."""
    return {"latitude": 39.1, "longitude": -98.6 + household / 1000, "accuracy": 8}


def words(page: Page, code: str) -> str:
    """A text of the app in the language it speaks now."""
    script = "async (code) => (await import('/tablet/lib/texts.js')).t(code)"
    return str(page.evaluate(script, code))


class Stop:
    """One order of the day, worked by touch."""

    def __init__(self, hand: Hand, place: int, code: str) -> None:
        self._hand = hand
        self._page = hand.page
        self._place = place
        self._type = CATALOGUE[code]
        self._picture = hand.folder / "camera.png"

    def work(self, given: dict[str, Any]) -> Counted:
        """From Go to the record, with what it cost."""
        page, code = self._page, self._type.code
        page.evaluate("presses = 0")
        began = time.monotonic()
        self._drive()
        if self._place in (1, SILENT[0]):
            self._hand.look(f"{self._place}-{code}-order", keep=True)
        page.get_by_role("link", name=words(page, "next.complete")).tap()
        expect(page.locator("form .actions .primary")).to_be_visible()
        for name, value in given.items():
            self._answer(page.locator(f'[data-field="{name}"]'), name, value)
        screens = page.evaluate("document.scrollingElement.scrollHeight / innerHeight")
        self._hand.look(f"{self._place}-{code}-form", keep=True)
        page.locator("form .actions .primary").tap()
        expect(page.locator(".detail .log")).to_be_visible()
        seconds = time.monotonic() - began
        spoken = str(page.evaluate("document.documentElement.lang"))
        return Counted(code, spoken, page.evaluate("presses"), round(seconds, 1), round(screens, 1))

    def _drive(self) -> None:
        """Press Go, and arrive. The device's own directions are another test's (test_tablet_taps)."""
        self._page.get_by_role("link", name=words(self._page, "next.go"), exact=True).tap()
        self._hand.context.set_geolocation(place_of(self._place))

    def _answer(self, field: Locator, name: str, value: Any) -> None:
        kind = field.get_attribute("data-type")
        if kind == FieldType.PHOTO:
            field.locator("input").set_input_files(self._picture)
            expect(field.locator("img")).to_be_visible()
        elif kind in (FieldType.CHOICE, FieldType.YES_NO):
            field.locator("label.choice").nth(self._index(name, value)).tap()
        elif kind == FieldType.READ and self._place == 1:
            field.locator("input").tap()
            for key in str(value):
                field.get_by_role("button", name=key, exact=True).tap()
            field.locator(".pad-keys .primary").tap()
            expect(field.locator("input")).to_have_value(str(value))
        else:
            field.locator("input").fill(str(value))

    def _index(self, name: str, value: Any) -> int:
        """Which of the choices it is."""
        if isinstance(value, bool):
            return 0 if value else 1
        choices = {field.name: field.choices for field in self._type.fields} | {
            "outcome": self._type.outcomes
        }
        return [choice.value for choice in choices[name]].index(value)


@pytest.fixture(
    params=[(TABLET, 800, 1280, ("English", "Español")), (PHONE, 390, 844, ("Español", "English"))],
    ids=(TABLET, PHONE),
)
def hand(
    request: pytest.FixtureRequest, morning: Site, clock: Clock, open_tablet: OpenTablet, tmp_path: Path
) -> Hand:
    """A tablet or a phone of a district on a morning."""
    size, width, height, languages = request.param
    context, page = open_tablet("truck", has_touch=True, viewport={"width": width, "height": height})
    set_clock(context, clock.ahead)
    (tmp_path / "camera.png").write_bytes(png(640, 480))
    return Hand(size, languages, context, page, tmp_path)


def test_ten_orders_of_ten_types_in_three_presses_each(hand: Hand, morning: Site) -> None:
    numbers = send_day(morning)
    page = hand.page
    enrol(page, morning)
    expect(page.locator("a.stop")).to_have_count(len(numbers))
    hand.choose("None")
    hand.look("morning", keep=True)
    page.get_by_role("button", name="Sign on").tap()
    page.get_by_role("button", name="Acknowledge all 10").tap()
    expect(page.get_by_text("10 orders acknowledged.")).to_be_visible()
    page.evaluate(COUNT_PRESSES)
    counted = []
    for place, (code, given) in enumerate(DAY.items(), start=1):
        if place in (1, 6):
            hand.choose(hand.languages[place // 6])
        hand.context.set_offline(place in SILENT)
        counted.append(Stop(hand, place, code).work(given))
    keep(hand.size, counted)
    assert {one.type: one.presses for one in counted if one.presses > MOST_PRESSES} == {}
    assert {what: found for what, found in hand.cursed.items() if found} == {}
    expect(page.locator(".count")).to_have_count(0)
    confirmed = {numbers[0]: "confirmed_high_read"}  # the office decides on what it had doubted
    assert ended(morning, numbers) == dict.fromkeys(numbers, "completed") | confirmed


def keep(size: str, counted: list[Counted]) -> None:
    """Leave the counts for whoever compares days."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"tablet-day-{size}.json").write_text(json.dumps([asdict(one) for one in counted], indent=1))


def ended(site: Site, numbers: list[str]) -> dict[str, str]:
    """How each order stands at the office once all are reported, and a case that came of one."""

    def reported() -> bool:
        return [event.kind for event in site.events()].count("completed") == len(numbers)

    eventually(reported)
    with site.session() as session:
        states = {
            row.number: str(row.state) for row in session.scalars(select(Order)) if row.number in numbers
        }
        cases = session.scalars(select(ExceptionCase).where(ExceptionCase.order_number.in_(numbers)))
        return states | {str(case.order_number): case.code for case in cases}
