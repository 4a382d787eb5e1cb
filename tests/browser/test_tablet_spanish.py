"""Every page of the tablet in Spanish: nothing English is left but names."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenTablet
from tests.browser.days import Clock, set_clock
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, until
from tests.browser.test_tablet_every_order import answer_everything, go
from tests.integration.usecases.every_order import send_every_order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENGLISH = re.compile(
    r"\b(the|is|was|this|that|of|and|not|with|your|from|order|orders|meter|read|service|left|photo|take|account"
    r"|balance|receipt|waiting|sent|last|never|today|yes|done|reason|remarks|seen|lock|seal|customer|due|about)\b",
    re.IGNORECASE,
)
OWN = """() => [...document.querySelectorAll("body :not(noscript)")].flatMap((part) => [
  ...[...part.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent),
  ...["aria-label", "title", "placeholder", "alt"].map((name) => part.getAttribute(name)),
]).map((text) => (text ?? "").trim()).filter(Boolean)"""
"""Every text of the page, also those that only a screen reader says."""


def spoken(page: Page, names: set[str]) -> list[str]:
    """The texts of a page that look English and are not what somebody of the office typed."""
    texts = page.evaluate(OWN)
    return [text for text in texts if ENGLISH.search(text) and not any(name in text for name in names)]


def test_switched_to_spanish_no_page_says_anything_in_english(
    morning: Site, clock: Clock, open_tablet: OpenTablet
) -> None:
    with morning.session() as session, session.begin():
        numbers = send_every_order(session)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    enrol(page, morning)
    expect(page.locator(".stop")).to_have_count(len(numbers))
    go(page, "tablet")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Esta tableta", exact=True)).to_be_visible()
    typed = typed_by_people(page)
    for name in ("orders", "map", "outbox", "receipts", "tablet"):
        go(page, name)
        expect(page.locator("[data-page]").first).to_be_visible()
        assert spoken(page, typed) == [], name
    for kind, number in numbers.items():
        go(page, "order", number)
        expect(page.locator(".detail .order-head .kicker")).to_contain_text(number)
        assert spoken(page, typed) == [], kind
        for form in ("complete", "unable"):
            go(page, "order", number, form)
            expect(page.locator("form .primary")).to_be_visible()
            # Empty, it says what is missing; nothing is sent, so that the order stays open for the next form.
            page.locator("form .primary").click()
            assert spoken(page, typed) == [], (kind, form)
            answer_everything(page, 0)
            assert spoken(page, typed) == [], (kind, form)
    page.reload()
    expect(page.get_by_role("heading", name="¿Quién trabaja?")).to_be_visible()
    assert spoken(page, typed) == []
    until(page, "document.documentElement.lang === 'es'")


PEOPLES = """async () => {
  const { app } = await import("/tablet/lib/state.js");
  const found = [];
  for (const order of app.model.orders.values()) {
    found.push(order.instructions, order.meter_location, order.premise?.address);
    found.push(order.access?.note, order.access?.hazard);
    found.push(order.account?.name, order.cancelled?.reason, ...Object.values(order.extra ?? {}));
  }
  return found.filter((text) => typeof text === "string" && text);
}"""
"""What people of the office typed, and names: it stays as it is in every language."""


def typed_by_people(page: Page) -> set[str]:
    """As PEOPLES says, and the names of the district, the technician and the languages."""
    return {*page.evaluate(PEOPLES), "English", "Technician t01", "Curbstop", "Truck 12"}
