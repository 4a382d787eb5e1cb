"""Dispatch and technician write to one another, and what must be noticed is heard, felt and seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from server.db import transaction
from tests.browser.conftest import OpenTablet
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, expect_waiting, open_order, start_work, until
from tests.integration.couchdb.district import eventually
from tests.integration.usecases import world
from workorders.queries.talk import conversation
from workorders.usecases.field.talk import read_by_office, send_message
from workorders.usecases.orders.assignment import recall_order
from workorders.usecases.orders.cancel import cancel_order

pytestmark = pytest.mark.browser
COUNT_SIGNALS = """() => {
  globalThis.buzzes = 0;
  globalThis.tones = 0;
  navigator.vibrate = () => (globalThis.buzzes += 1);
  const create = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    globalThis.tones += 1;
    return create.call(this);
  };
}"""

LIST_SIGNALS = """() => {
  globalThis.felt = [];
  navigator.vibrate = (pattern) => globalThis.felt.push(pattern);
}"""
AGAIN_MS = 9_000
"""A little more than the time after which it rings again."""
URGENT, CALLED_OFF = [400, 150, 400, 150, 400], [300, 150, 300]


def test_messages_go_both_ways_and_each_side_sees_what_was_read(site: Site, open_tablet: OpenTablet) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    page.evaluate(COUNT_SIGNALS)
    now = site.services.clock
    with transaction(site.services.sessions) as session:
        send_message(session, "t01", text="Gate code 4711", order_number=number, now=now(), actor="dana")
    alert = page.get_by_role("alertdialog", name="Look at this now")
    expect(alert).to_contain_text("Dispatch: Gate code 4711")
    assert page.evaluate("buzzes") >= 1
    assert page.evaluate("tones") >= 1
    alert.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    expect(alert).to_have_count(0)

    def read_there() -> bool:
        with site.session() as session:
            return conversation(session, "t01")[0].read_by == "t01"

    eventually(read_there)
    context.set_offline(True)
    open_order(page, number)
    expect(page.get_by_text("Gate code 4711")).to_be_visible()
    page.get_by_role("link", name="Write to dispatch").click()
    page.get_by_role("button", name="I need help here.").click()
    page.get_by_label("Message", exact=True).fill("The gate is stuck")
    page.get_by_role("button", name="Send", exact=True).click()
    expect_waiting(page, 2)
    expect(page.get_by_text("waiting to send").first).to_be_visible()
    context.set_offline(False)

    def arrived() -> list[str | None]:
        with site.session() as session:
            return [one.canned or one.text for one in conversation(session, "t01")]

    eventually(lambda: arrived() == ["Gate code 4711", "need_help", "The gate is stuck"])
    with transaction(site.services.sessions) as session:
        assert read_by_office(session, "t01", now=now(), actor="dana") == 2
    expect(page.locator('.talk [data-from="technician"]').last).to_contain_text("read ")


def test_a_cancel_stays_on_top_until_it_is_seen(site: Site, open_tablet: OpenTablet) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    page.get_by_role("link", name="Receipts").click()
    page.evaluate(COUNT_SIGNALS)
    with transaction(site.services.sessions) as session:
        cancel_order(session, number, reason="Customer stays", now=site.services.clock(), actor="csr")
    alert = page.get_by_role("alertdialog", name="Look at this now")
    expect(alert).to_contain_text("Cancelled:")
    page.get_by_role("link", name="Tablet").click()
    expect(alert).to_be_visible()
    assert page.evaluate("buzzes") >= 1
    alert.get_by_role("button", name="Seen").click()
    expect(alert).to_have_count(0)


def test_what_changes_the_work_is_felt_and_heard_again_until_it_is_seen(
    site: Site, open_tablet: OpenTablet
) -> None:
    cancelled, recalled = (site.order("reread", household) for household in (1, 2))
    _, page = open_tablet("truck")
    page.clock.install()
    enrol(page, site)
    expect(page.locator("a.stop")).to_have_count(2)
    page.evaluate(COUNT_SIGNALS)
    page.evaluate(LIST_SIGNALS)
    now = site.services.clock()
    happenings: list[tuple[str, list[int], Callable[[Session], object]]] = [
        ("emergency", URGENT, lambda session: world.sent(session, "reread", 3, priority=100)),
        (
            "cancelled",
            CALLED_OFF,
            lambda session: cancel_order(session, cancelled, reason="stays", now=now, actor="csr"),
        ),
        (
            "recalled",
            CALLED_OFF,
            lambda session: recall_order(session, recalled, reason="truck", now=now, actor="dana"),
        ),
    ]
    for kind, pattern, happen in happenings:
        page.evaluate("() => { felt = []; tones = 0 }")
        with transaction(site.services.sessions) as session:
            happen(session)
        alert = page.locator(f'.alerts li[data-kind="{kind}"]')
        expect(alert).to_be_visible()
        assert page.evaluate("felt") == [pattern]
        heard = page.evaluate("tones")
        assert heard >= len(pattern) // 2 + 1
        page.clock.fast_forward(AGAIN_MS)
        until(page, "(pattern) => felt.length >= 2 && String(felt.at(-1)) === String(pattern)", pattern)
        assert page.evaluate("tones") > heard
        alert.get_by_role("button", name="Seen").click()
        expect(alert).to_have_count(0)
        felt = page.evaluate("felt.length")
        page.clock.fast_forward(AGAIN_MS)
        assert page.evaluate("felt.length") == felt


def test_a_day_from_signing_on_to_the_turn_in_slip(site: Site, open_tablet: OpenTablet) -> None:
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    enrol(page, site)
    page.get_by_role("button", name="Sign on").click()
    expect(page.get_by_text("On duty since")).to_be_visible()
    page.get_by_role("button", name="Break", exact=True).click()
    page.get_by_role("button", name="Back to work").click()
    open_order(page, number)
    start_work(page)
    page.get_by_role("link", name="Take payment").click()
    page.get_by_label("Amount").fill("45.0x")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Amount").fill("45.00")
    page.get_by_role("button", name="Receipt for $45.00").click()
    expect(page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back to the order").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("group", name="Why do you pause?").get_by_role("button", name="Need parts").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("link", name="End of day").click()
    slip = page.locator(".slip")
    for words in ("$45.00", "AA-000001"):
        expect(slip).to_contain_text(words)
    expect(page.get_by_role("heading", name="1 order still open")).to_be_visible()
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_text("Signed off at").first).to_be_visible()
    eventually(lambda: site.events() and site.events()[-1].kind == "day")
    events = site.events()
    paused = next(event for event in events if event.kind == "suspended")
    assert paused.body["body"] == {"reason": "supplies"}
    days = [event.body["body"] for event in events if event.kind == "day"]
    assert [body["state"] for body in days] == ["signed_on", "break", "back", "signed_off"]
    assert days[-1]["custody_cents"] == {"cash": 4_500, "check": 0}
    assert (days[-1]["open"], days[-1]["receipts"]) == ([number], ["AA-000001"])
