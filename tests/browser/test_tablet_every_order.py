"""Every page of the tablet with orders of every type, with as little and as much in them as they can hold."""

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.conftest import OpenTablet
from tests.browser.days import Clock, set_clock
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol
from tests.integration.usecases.every_order import send_every_order
from workorders.catalogue import CATALOGUE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


TOO_WIDE = """() => [...document.querySelectorAll(".detail, .detail .card, .detail .flags li")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.className)"""
"""Parts of the page whose contents reach beyond their edge."""


def go(page: Page, *parts: str) -> None:
    """Open a page of the app by its address."""
    page.evaluate("(hash) => { location.hash = hash }", "#/" + "/".join(parts))


def answer_everything(page: Page, answer: int) -> int:
    """Choose the first (0) or last (-1) answer of every question until no new one appears.

    Answers how many fields are asked then.
    """
    groups = page.locator("form [role=radiogroup]")
    done = 0
    while done < groups.count():
        groups.nth(done).locator("label").nth(answer).click()
        done += 1
    return page.locator("form .field").count()


def clean(text: str) -> bool:
    """Whether what a page shows has no trace of a value that it could not draw."""
    return not any(trace in text for trace in ("null", "undefined", "NaN", "Invalid Date", "[object"))


def test_every_order_opens_and_its_forms_too(morning: Site, clock: Clock, open_tablet: OpenTablet) -> None:
    with morning.session() as session, session.begin():
        numbers = send_every_order(session)
    context, page = open_tablet("truck")
    set_clock(context, clock.ahead)
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # A status such as 404 for a checkpoint that is not there yet is the protocol's way of asking.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    enrol(page, morning)
    expect(page.locator("a.stop")).to_have_count(len(numbers))
    for kind, number in numbers.items():
        order_type = CATALOGUE[kind.split()[0]]
        go(page, "order", number)
        expect(page.locator(".detail .order-head .kicker")).to_contain_text(number)
        expect(page.get_by_role("button", name="Acknowledge", exact=True)).to_be_visible()
        text = page.locator(".detail").inner_text()
        assert clean(text), kind
        assert page.evaluate(TOO_WIDE) == [], kind
        if kind.endswith("most"):
            for field in order_type.extra:
                assert (field.title in text) == field.in_field, (kind, field.name)
        for form, verb in (("complete", "Complete order"), ("unable", "Report unable")):
            go(page, "order", number, form)
            expect(page.get_by_role("button", name=verb)).to_be_visible()
            fields = {answer: answer_everything(page, answer) for answer in (-1, 0)}
            assert max(fields.values()) >= 1, kind
            if form == "complete":
                page.get_by_role("button", name=verb).click()
                expect(page.get_by_text("This is needed.").first).to_be_visible()
        go(page, "order", number, "pay")
        bare = page.get_by_text("This order has no account here")
        expect(bare.or_(page.get_by_role("heading", name="Take payment"))).to_be_visible()
        assert bare.is_visible() == (kind == "reread bare")
        go(page, "messages", number)
        expect(page.get_by_role("link", name="About the day instead")).to_be_visible()
        assert complaints == [], kind
    for name in ("orders", "map", "day", "messages", "outbox", "receipts", "tablet"):
        go(page, name)
        expect(page.locator("[data-page]").first).to_be_visible()
        assert clean(page.locator("[data-page]").first.inner_text()), name
    assert complaints == []
