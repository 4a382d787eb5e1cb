"""A thin connection: a batch that takes longer than a heartbeat, and tokens that end soon."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from server.config import Config
from tests.browser.conftest import OpenTablet
from tests.browser.network import Counted, Network, Thin
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, open_order
from tests.integration.couchdb.district import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FASTER = """(() => {
  const by = 10;
  const { setTimeout, setInterval } = window;
  window.setTimeout = (act, ms = 0, ...given) => setTimeout(act, ms / by, ...given);
  window.setInterval = (act, ms = 0, ...given) => setInterval(act, ms / by, ...given);
  AbortSignal.timeout = (ms) => {
    const ending = new AbortController();
    setTimeout(() => ending.abort(new DOMException("timeout", "TimeoutError")), ms / by);
    return ending.signal;
  };
})()"""
"""Every patience of the app runs out ten times as fast: six seconds are a minute of a thin connection."""
SECONDS = 8.0
"""At that speed more than two heartbeats, and longer than a request may carry nothing."""
PHOTO_BYTES = 300_000

WRITE_WITH_PHOTO = f"""async (number) => {{
  const {{ app }} = await import("/tablet/lib/state.js");
  const {{ work }} = await import("/tablet/data/open.js");
  const photos = {{ "gate.jpg": new Blob([new Uint8Array({PHOTO_BYTES})], {{ type: "image/jpeg" }}) }};
  await work.writer.write("on_site", app.model.orders.get(number), {{}}, {{ photos }});
}}"""
WRITE = """async (number) => {
  const { app } = await import("/tablet/lib/state.js");
  const { work } = await import("/tablet/data/open.js");
  await work.writer.write("acknowledged", app.model.orders.get(number));
}"""


def test_a_batch_longer_than_the_heartbeat_comes_down_in_one(site: Site, open_tablet: OpenTablet) -> None:
    network = Network(site.app)
    _, page = open_tablet("truck")
    page.add_init_script(FASTER)
    enrol(page, site)
    expect(page.locator(".connection")).to_have_attribute("data-phase", "online")
    thin = network.handler = Thin("/_bulk_get", SECONDS, up=False)
    number = site.order("reread", 1)
    page.get_by_role("link", name="Orders").click()
    expect(page.get_by_role("link", name=number)).to_be_visible(timeout=60_000)
    assert len(thin.begun) == 1


def test_a_batch_longer_than_the_heartbeat_goes_up_in_one(site: Site, open_tablet: OpenTablet) -> None:
    network = Network(site.app)
    number = site.order("reread", 1)
    _, page = open_tablet("truck")
    page.add_init_script(FASTER)
    enrol(page, site)
    open_order(page, number)
    thin = network.handler = Thin("/_bulk_docs", SECONDS, up=True)
    page.evaluate(WRITE_WITH_PHOTO, number)
    eventually(lambda: [event.kind for event in site.events()] == ["on_site"])
    expect(page.locator(".count")).to_have_count(0)
    assert [size > PHOTO_BYTES for size in thin.begun] == [True]


def test_a_token_of_a_minute_is_asked_for_once_in_half_of_one(
    settings: Config, open_tablet: OpenTablet
) -> None:
    site = Site(replace(settings, token_minutes=1))
    network = Network(site.app)
    network.handler = asked = Counted("/api/devices/session")
    site.start()
    try:
        number = site.order("reread", 1)
        _, page = open_tablet("truck")
        enrol(page, site)
        open_order(page, number)
        for _ in range(5):
            page.evaluate(WRITE, number)
        eventually(lambda: len(site.events()) == 5)
        expect(page.locator(".count")).to_have_count(0)
        assert asked.count <= 2
    finally:
        site.close()
