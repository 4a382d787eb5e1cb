"""A portal that answers everything with a page of its own, while the app is being installed or updated."""

from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mobile_api.tablet_files import EXTENSION, TABLET
from tests.browser.conftest import OpenTablet
from tests.browser.network import Network, portal
from tests.browser.site import Site
from tests.browser.tablet_steps import PIN, enrol, unlock, until
from tests.integration.couchdb.district import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NO_WORKER = (
    "() => navigator.serviceWorker.getRegistration().then((found) => !found?.installing && !found?.active)"
)
SETTLED = """() => navigator.serviceWorker.getRegistration()
  .then((found) => Boolean(found?.active) && !found.installing)"""
UPDATE = """() => navigator.serviceWorker.getRegistration()
  .then((found) => found.update()).then(() => true, () => true)"""
CACHES = "() => caches.keys().then((all) => all.filter((name) => name.startsWith('curbstop-app-')))"
KEPT = """() => caches.keys().then(async (names) => {
  const texts = [];
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
  }
  return texts.filter((text) => text.includes("Free Wi-Fi")).length;
})"""
"""How many files of the portal the app has kept as its own."""


class AfterWorker:
    """A portal that lets the worker's own script through: the moment at which it used to do most harm."""

    def __call__(self, environ, start_response, inner):  # type: ignore[no-untyped-def]  # a network.Handler
        if environ["PATH_INFO"].endswith("/worker.js"):
            return inner(environ, start_response)
        return portal(environ, start_response, inner)


def register(page: Page) -> None:
    page.evaluate("() => navigator.serviceWorker.register('worker.js').then(() => true, () => true)")


def works_offline(context: BrowserContext, page: Page, site: Site) -> None:
    """The app opens from the tablet alone."""
    site.stop()
    context.set_offline(True)
    unlock(page, site)
    context.set_offline(False)
    site.start()


def test_a_portal_during_the_first_installation_leaves_no_trace(site: Site, open_tablet: OpenTablet) -> None:
    network = Network(site.app)
    context, page = open_tablet("truck")
    block = "navigator.serviceWorker.register = () => Promise.reject(new Error('later'))"
    page.add_init_script(f"if (!sessionStorage.later) {{ {block} }}")
    page.goto(f"{site.url}/tablet/")
    page.get_by_label("Enrollment code").fill(site.code())
    page.get_by_label("New PIN").fill(PIN)
    page.get_by_label("PIN again").fill(PIN)
    page.get_by_role("button", name="Enroll").click()
    expect(page.get_by_role("link", name="Orders")).to_be_visible()
    network.handler = AfterWorker()
    page.evaluate("() => { delete navigator.serviceWorker.register }")
    register(page)
    eventually(lambda: any("/vendor/" in path for path in network.passed))
    until(page, NO_WORKER)
    assert page.evaluate(KEPT) == 0
    assert page.evaluate(CACHES) == []
    network.handler = None
    page.evaluate("() => { sessionStorage.later = 1 }")
    page.reload()
    until(page, SETTLED)
    assert page.evaluate(KEPT) == 0
    works_offline(context, page, site)


def test_a_portal_during_an_update_leaves_the_old_version(site: Site, open_tablet: OpenTablet) -> None:
    network = Network(site.app)
    context, page = open_tablet("truck")
    enrol(page, site)
    before = page.evaluate(CACHES)
    old = site.app.extensions[EXTENSION]
    changed = dict(old.files) | {"css/base.css": (TABLET / "css/base.css").read_bytes() + b":root{--newer:1}"}
    site.serve_tablet(replace(old, files=changed, version="next"))
    network.handler = AfterWorker()
    page.evaluate(UPDATE)
    eventually(lambda: any(path.startswith("/tablet/") and "worker" not in path for path in network.passed))
    until(page, SETTLED)
    assert page.evaluate(CACHES) == before
    expect(page.get_by_text("A new version is ready.")).to_have_count(0)
    context.close()

    network.handler = portal
    context, page = open_tablet("truck")  # started again behind the portal
    unlock(page, site)
    assert page.evaluate(CACHES) == before
    assert page.evaluate(KEPT) == 0
    network.handler = None
    page.evaluate(UPDATE)
    expect(page.get_by_text("A new version is ready.")).to_be_visible()
    page.get_by_role("button", name="Restart").click()
    until(page, "getComputedStyle(document.documentElement).getPropertyValue('--newer') === '1'")
    works_offline(context, page, site)
