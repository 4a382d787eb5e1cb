"""Labels are read by the camera, without a connection, and what they say is judged at once."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from mobile_api.bundle import build_bundle
from tests.browser.barcode_video import film_label
from tests.browser.conftest import OpenTablet
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, open_order, start_work, unlock, until

pytestmark = pytest.mark.browser
READER_KEPT = """async () => {
  const [name] = (await caches.keys()).filter((key) => key.startsWith("curbstop-app-"));
  const kept = await (await caches.open(name)).keys();
  return kept.filter(({ url }) => /zxing|barcode-detector/.test(url)).length === 3;
}"""

PRETENDED = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def camera(tmp_path: Path, serial: str) -> list[str]:
    """Arguments for a Chromium before whose camera the label of a meter is held."""
    film = film_label(tmp_path / f"{serial}.y4m", serial)
    return [*PRETENDED, f"--use-file-for-fake-video-capture={film}"]


def test_a_scanned_serial_is_judged_at_once_without_signal(
    site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    number = site.order("reread", 1)
    with site.session() as session:
        build_bundle(session, site.services.config.data_dir / "bundle", site.services.clock())
    context, page = open_tablet("truck")
    enrol(page, site)
    page.get_by_role("link", name="Map").click()
    open_order(page, number)
    start_work(page)
    page.reload()  # under the service worker, which keeps what is fetched from now on
    unlock(page, site)
    until(page, READER_KEPT)
    context.close()

    site.stop()
    context, page = open_tablet("truck", *camera(tmp_path, "M2"))
    context.set_offline(True)
    unlock(page, site)
    open_order(page, number)
    page.get_by_role("link", name="Complete").click()
    page.locator('[data-field="serial_seen"]').get_by_role("button", name="Scan the label").click()
    expect(page.get_by_label("Serial number on the meter", exact=True)).to_have_value("M2")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("The meter on record is M1.")).to_be_visible()
    context.close()

    context, page = open_tablet("truck", *camera(tmp_path, "M1"))
    context.set_offline(True)
    unlock(page, site)
    page.get_by_label("Orders", exact=True).get_by_role("button", name="Scan the label").click()
    expect(page).to_have_url(f"{site.url}/tablet/#/order/{number}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


TORCH = """() => {
  globalThis.asked = [];
  globalThis.lampWorks = true;
  const { getCapabilities } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.getCapabilities = function () {
    return { ...getCapabilities.call(this), torch: true };
  };
  MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => {
    if (!globalThis.lampWorks) throw new DOMException("no lamp", "OverconstrainedError");
    globalThis.asked.push(advanced[0].torch);
  };
}"""
"""A camera with a lamp, which no pretended one has; what is asked of the lamp is noted."""


def test_the_light_is_offered_where_the_camera_has_one(site: Site, open_tablet: OpenTablet) -> None:
    site.order("reread", 1)
    _, page = open_tablet("truck", *PRETENDED)
    enrol(page, site)
    scan = page.get_by_label("Orders", exact=True).get_by_role("button", name="Scan the label")
    dialog = page.get_by_role("dialog")
    light = dialog.get_by_role("button", name="Light")
    scan.click()
    until(page, "document.querySelector('.scan video').readyState >= 2")
    expect(light).to_have_count(0)
    dialog.get_by_role("button", name="Type instead").click()
    page.evaluate(TORCH)
    scan.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("asked") == [True, False]
    page.evaluate("() => { lampWorks = false }")
    light.click()
    expect(dialog.get_by_text("The lamp cannot be switched now.")).to_be_visible()
    expect(light).to_have_attribute("aria-pressed", "false")
