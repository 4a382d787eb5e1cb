"""What the server has put away leaves the tablet, and frees its place; what waits to be sent stays."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import update

from server.db import transaction
from server.services import utc_now
from sync.pipeline.retention import Retired, retire_database
from sync.stores.contract import DatabaseMissing, DocumentStore
from tests.browser.conftest import OpenTablet
from tests.browser.site import Site, png
from tests.browser.tablet_steps import (
    choose,
    enrol,
    expect_waiting,
    open_order,
    start_work,
    take_photo,
    unlock,
    until,
)
from tests.integration.couchdb.district import eventually
from tests.integration.usecases.world import TODAY
from workorders.tables import ExceptionCase, Order
from workorders.usecases.history import enqueue_order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOTH_WAYS = 14
"""Requests of the app's first sync: eight to pull one batch, four to find that nothing is to be pushed, one
that asks for the database's figures, and one that compares what came down with what is there."""
KEPT = """(ids) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("_pouch_tech-t01");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const idb = opening.result;
    const reading = idb.transaction(["document-store", "by-sequence", "attach-store", "meta-store"]);
    const all = (name) => new Promise((done) => {
      const request = reading.objectStore(name).getAll();
      request.onsuccess = () => done(request.result);
    });
    Promise.all(["document-store", "by-sequence", "attach-store", "meta-store"].map(all)).then(
      ([documents, revisions, files, [meta]]) => {
        idb.close();
        resolve({
          ids: documents.map((one) => one.id),
          revisions: new Set(revisions.map((one) => one._doc_id_rev.split("::")[0])).size,
          files: files.length,
          counted: meta.docCount,
        });
      });
  };
})"""


ONE_LEAF = """([id, rev]) => {
  const pouch = new PouchDB("tech-t01");
  return pouch.get(id, { conflicts: true }).then((doc) => !doc._conflicts && doc._rev === rev);
}"""


def complete_reread(page: Page, number: str, folder: Path) -> None:
    """Work an order with a photo to its end, until the office has answered."""
    open_order(page, number)
    start_work(page)
    page.get_by_role("link", name="Complete").click()
    page.get_by_label("Serial number on the meter").fill("M3")
    page.get_by_label("Read", exact=True).fill("147500")
    take_photo(page, "Photo of the dial", folder)
    choose(page, "Is the dial moving?", "No")
    choose(page, "Condition of the meter", "Good")
    page.get_by_role("button", name="Complete order").click()
    expect(page.get_by_text("What you recorded")).to_be_visible()
    page.get_by_role("link", name="Sent").click()
    expect(page.get_by_role("listitem").filter(has_text="Completed")).to_contain_text("Posted")


def refuse_events(route: Route) -> None:
    """Answer a push as a server does that will not have these documents."""
    docs = json.loads(route.request.post_data or "{}")["docs"]
    refused = [{"id": doc["_id"], "error": "forbidden", "reason": "not now"} for doc in docs]
    route.fulfill(status=201, json=refused)


def retire(site: Site) -> Retired:
    """A week later, as far as retention can tell."""
    services = site.services
    later = utc_now() + timedelta(days=8)
    return retire_database(services.sessions, services.store, "tech-t01", now=later, days=7)


def kept(page: Page) -> dict[str, Any]:
    """What lies in the tablet's own database."""
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


def come_online(context: BrowserContext) -> None:
    """As after a dead spot."""
    context.set_offline(True)
    context.set_offline(False)


def test_what_the_server_put_away_leaves_the_tablet(
    site: Site, open_tablet: OpenTablet, tmp_path: Path
) -> None:
    done, still_open = site.order("reread", 3), site.order("turn_off", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    complete_reread(page, done, tmp_path)
    before = kept(page)
    assert before["files"] > 0
    context.route("**/_bulk_docs", refuse_events)
    open_order(page, still_open)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect_waiting(page, 1)
    with site.session() as session, session.begin():
        # Advice that the office has read: no case about it is open.
        session.execute(update(ExceptionCase).values(state="resolved"))
    # The completion goes once the worker beside us has kept its photo, and the order with it.
    eventually(lambda: retire(site).orders)

    come_online(context)
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("button", name="All").click()
    orders = page.get_by_label("Orders", exact=True)
    expect(orders.get_by_role("link", name=still_open)).to_be_visible()
    expect(orders.get_by_role("link", name=done)).to_have_count(0)
    after = kept(page)
    gone = set(before["ids"]) - set(after["ids"])
    events = {event.id for event in site.events()}
    past = {f"order:{done}", f"route:{TODAY}"}
    assert gone == events | {f"ack:{event}" for event in events} | past
    assert after["files"] == 0
    assert after["revisions"] == after["counted"] == len(after["ids"])

    expect_waiting(page, 1)
    context.unroute_all()
    come_online(context)
    expect(page.locator(".count")).to_have_count(0)
    eventually(lambda: len(site.events()) == len(events) + 1)
    context.close()

    site.stop()
    context, page = open_tablet("truck")
    context.set_offline(True)
    unlock(page, site)
    expect(page.get_by_label("Orders", exact=True).get_by_role("link", name=still_open)).to_be_visible()
    reopened = set(kept(page)["ids"])
    assert set(after["ids"]) <= reopened
    assert not gone & reopened


def test_a_new_tablet_gets_its_day_without_old_photos(site: Site, open_tablet: OpenTablet) -> None:
    orders = [site.order("reread", household) for household in (1, 2, 3)]
    picture = base64.b64encode(png(800, 600)).decode()
    old: list[dict[str, Any]] = [
        {
            "_id": f"event:zzzzzzzz:{number:08}",
            "_rev": "1-a",
            "kind": "event",
            "event": "completed",
            "order": "W9",
            "counter": number,
            "_attachments": {"photo.jpg": {"content_type": "image/jpeg", "data": picture}},
        }
        for number in range(1, 9)
    ]
    site.services.store.write_leaves("tech-t01", old)
    eventually(lambda: site.services.store.get_document("tech-t01", f"order:{orders[-1]}"))
    context, page = open_tablet("truck")
    sent: list[str] = []
    context.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    enrol(page, site)
    expect(page.get_by_label("Orders", exact=True).get_by_role("link", name=orders[0])).to_be_visible()
    expect(page.get_by_text("last synced", exact=False)).to_be_visible()
    trips = [line.replace(site.url, "") for line in sent if "/couch/" in line and "feed=longpoll" not in line]
    assert sum("_bulk_get" in line for line in trips) == 1
    assert not any(".jpg" in line for line in trips)
    assert len(trips) <= BOTH_WAYS, "\n".join(trips)


def _document(store: DocumentStore, number: str) -> object:
    """The order as a technician's database has it; None without the order or the database."""
    try:
        return store.get_document("tech-t01", f"order:{number}")
    except DatabaseMissing:
        return None


@pytest.mark.parametrize(("filled_before", "generation"), [(False, "1-"), (True, "2-")])
def test_a_lost_database_is_followed_not_fought(
    site: Site, open_tablet: OpenTablet, filled_before: bool, generation: str
) -> None:
    number = site.order("turn_off", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    store, services = site.services.store, site.services
    for words in ("first", "second"):
        with transaction(services.sessions) as session:
            order = session.get_one(Order, number)
            order.instructions = words
            enqueue_order(session, order, now=services.clock())
        eventually(lambda: (store.get_document("tech-t01", f"order:{number}") or {}).get("instructions"))
        open_order(page, number)
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    eventually(lambda: len(site.events()) == 1)

    def change() -> None:
        with transaction(services.sessions) as session:
            order = session.get_one(Order, number)
            order.instructions = "after the loss"
            enqueue_order(session, order, now=services.clock())

    with site.worker_at_rest():
        store.delete_database("tech-t01")
        if not filled_before:
            change()
    if filled_before:
        eventually(lambda: _document(store, number))
        change()
    come_online(context)
    expect(page.get_by_text("after the loss", exact=True)).to_be_visible()
    # The tablet sends again what the new database lacks, and settles on what it says.
    eventually(lambda: store.get_document("tech-t01", site.events()[0].id))
    newest = store.get_document("tech-t01", f"order:{number}")
    assert newest is not None
    assert newest["_rev"].startswith(generation)
    until(page, ONE_LEAF, [f"order:{number}", newest["_rev"]])
    assert len(site.events()) == 1
