"""What a customer sees of a visit, and a dispatcher of two plans: readable for everybody, at every size."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accessibility import broken_rules
from tests.browser.test_accessible import too_wide
from tests.browser.test_live_board import browser, complaints, pytestmark, running, sessions
from tests.browser.test_office_pages import Running, open_page
from tests.integration.office import morning
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Order, PlanRun

__all__ = ["browser", "complaints", "pytestmark", "running"]

SIZES = ((1280, 800), (820, 1180), (390, 844))


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "es")])
def test_a_customer_follows_a_visit(
    browser: Browser, running: Running, complaints: list[str], scheme: Any, language: str
) -> None:
    number = running.numbers["sent"]
    with sessions(running)() as session:
        document = Tablet("t01", counter=700).event("en_route", session.get_one(Order, number), at=NOW)
        document["position"] = {"lon": -98.62, "lat": 39.11, "accuracy_m": 8.0}
        world.take(session, document)
    page = open_page(browser, running, "carla", complaints, bypass_csp=True)
    page.goto(f"/csr/orders/{number}")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Address", exact=True).input_value()
    assert broken_rules(page) == []
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Make a link").click()
    old, link = link, page.get_by_label("Address", exact=True).input_value()
    context = browser.new_context(color_scheme=scheme, locale=language, bypass_csp=True)
    seen = context.new_page()
    seen.on("console", lambda said: complaints.append(said.text))
    seen.clock.install()
    seen.goto(link)
    expect(seen.get_by_role("heading", level=1)).to_have_text(
        "Tess is on the way" if language == "en" else "Tess va en camino"
    )
    expect(seen.locator("figure svg")).to_be_visible()
    for width, height in SIZES:
        seen.set_viewport_size({"width": width, "height": height})
        assert broken_rules(seen) + too_wide(seen) == []
    assert context.cookies() == []
    seen.locator("#again").focus()
    with sessions(running)() as session:
        world.take(
            session, Tablet("t01", counter=701).event("on_site", session.get_one(Order, number), at=NOW)
        )
    seen.clock.fast_forward(61_000)
    expect(seen.get_by_role("heading", level=1)).to_have_text(
        "Tess is there" if language == "en" else "Tess está allí"
    )
    expect(seen.locator("#again")).to_be_focused()
    expect(seen.locator("figure svg")).to_have_count(0)
    plain = browser.new_context(java_script_enabled=False, locale=language).new_page()
    answer = plain.goto(old)
    assert answer is not None
    assert answer.status == 410
    plain.goto(link)
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Tess")
    assert complaints == []
    for one in (page, seen, plain):
        one.context.close()


def _plan(technician: str, *numbers: str) -> dict[str, Any]:
    """One technician's stops, half an hour apart."""
    starts = [morning.CLOCK + place * timedelta(minutes=30) for place in range(len(numbers))]
    visits = [
        {"order": n, "start": at.isoformat(), "finish": (at + timedelta(minutes=20)).isoformat()}
        for n, at in zip(numbers, starts, strict=True)
    ]
    route = {
        "technician": technician,
        "leave": starts[0].isoformat(),
        "back": (starts[-1] + timedelta(hours=1)).isoformat(),
        "drive_s": 1_200,
        "overtime_s": 0,
        "visits": visits,
    }
    return {"routes": [route], "unplaced": [], "served": len(numbers), "drive_s": 1_200}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_plans_are_compared(
    browser: Browser, running: Running, complaints: list[str], scheme: Any
) -> None:
    sent, second = running.numbers["sent"], running.numbers["second"]
    with sessions(running).begin() as session:
        order = session.get_one(Order, second)
        order.appointment_from = morning.CLOCK
        order.appointment_until = morning.CLOCK + timedelta(minutes=10)
        for plan in (_plan("t01", second, sent), _plan("t02", sent, second)):
            asked = {"asked_by": "dana", "asked_at": morning.CLOCK, "finished_at": morning.CLOCK}
            session.add(PlanRun(day=TODAY, seconds=5, state="ready", result=plan, **asked))
    page = open_page(browser, running, "dana", complaints, color_scheme=scheme, bypass_csp=True)
    page.goto("/plans/compare?one=1&other=2")
    row = page.get_by_role("row").filter(has_text=second).filter(has_text="misses its appointment")
    expect(row).to_have_count(1)
    expect(page.get_by_role("row").filter(has_text="Appointments missed")).to_contain_text("+1")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert broken_rules(page) + too_wide(page) == []
    page.context.close()
    assert complaints == []
