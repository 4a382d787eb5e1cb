"""What waits to be sent is never said to be less than it is, in whatever window and at whatever moment."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenTablet
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, expect_waiting, open_order, unlock, until
from tests.integration.couchdb.district import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAMPLE = """async (number) => {
  const { app } = await import("/tablet/lib/state.js");
  const { work } = await import("/tablet/data/open.js");
  const samples = [];
  let journalled = 0;
  const sample = () => {
    work.waiting.recount(); // as the sync may at any moment
    samples.push([journalled, app.waiting.size]);
  };
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === "pending" && !value.placed)
      this.transaction.addEventListener("complete", () => ((journalled += 1), sample()));
    return put.call(this, value, key);
  };
  for (const type of [IDBRequest, IDBTransaction]) {
    const add = type.prototype.addEventListener;
    for (const name of ["onsuccess", "oncomplete"]) {
      const known = Object.getOwnPropertyDescriptor(type.prototype, name);
      if (!known) continue;
      Object.defineProperty(type.prototype, name, {
        ...known,
        set(handler) {
          add.call(this, name.slice(2), sample);
          known.set.call(this, handler);
          add.call(this, name.slice(2), sample);
        },
      });
    }
  }
  for (const event of ["acknowledged", "en_route", "on_site"])
    await work.writer.write(event, app.model.orders.get(number));
  return samples;
}"""
"""Writes three facts and counts at each step of IndexedDB: [facts a crash would keep, facts said to wait]."""

WRITE_WITH_PHOTO = """async (number) => {
  const { app } = await import("/tablet/lib/state.js");
  const { work } = await import("/tablet/data/open.js");
  const photos = { "gate.jpg": new Blob(["a picture"], { type: "image/jpeg" }) };
  await work.writer.write("on_site", app.model.orders.get(number), {}, { photos });
}"""

WRITE_JOURNAL_ALONE = """async (number) => {
  const { app } = await import("/tablet/lib/state.js");
  const { work } = await import("/tablet/data/open.js");
  work.database.add = () => new Promise(() => {}); // a disk that takes its time
  work.writer.write("acknowledged", app.model.orders.get(number));
}"""
"""Writes a fact that gets no further than the journal."""

TWO_READINGS = """async (number) => {
  const { app } = await import("/tablet/lib/state.js");
  const { entries } = await import("/tablet/lib/idb.js");
  const { work } = await import("/tablet/data/open.js");
  const { waiting, database, writer } = work;
  const read = [];
  const readings = [0, 1].map((n) => new Promise((resolve) => (read[n] = resolve)));
  let asked = 0;
  let twoAsk;
  const both = new Promise((resolve) => (twoAsk = resolve));
  database.idsFrom = () => {
    if (asked === 1) twoAsk();
    return readings[asked++].then(() => []);
  };
  database.add = () => new Promise(() => {}); // a disk that takes its time: the fact is in the journal alone
  const first = waiting.load();
  const second = waiting.load();
  await both;
  writer.write("acknowledged", app.model.orders.get(number));
  while (!(await entries("pending")).length) await null;
  read[0]();
  await first;
  const between = app.waiting.size;
  read[1]();
  await second;
  return [between, app.waiting.size];
}"""
"""Read the two places twice at once, as coming back twice does, writing a fact meanwhile: what is counted."""

DELETE = """() => new Promise((resolve) => {
  const deleting = indexedDB.deleteDatabase("_pouch_tech-t01");
  deleting.onsuccess = deleting.onerror = () => resolve(true);
})"""


def test_it_is_counted_at_every_step_of_a_write_and_in_every_window(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    site.stop()
    context.set_offline(True)
    other = context.new_page()
    unlock(other, site)
    samples = page.evaluate(SAMPLE, number)
    assert len(samples) > 20
    assert [pair for pair in samples if pair[1] < pair[0]] == []
    assert max(journalled for journalled, _ in samples) == 3
    expect_waiting(other, 3)
    expect(other.get_by_text("3 entries waiting to send")).to_be_visible()
    other.reload()
    expect(other.get_by_text("3 entries waiting to send")).to_be_visible()  # also before anybody signs in
    site.start()
    context.set_offline(False)
    for window in (page, other):
        expect(window.locator(".count")).to_have_count(0)
    eventually(lambda: [event.counter for event in site.events()] == [1, 2, 3])


def test_every_window_counts_what_only_the_journal_of_another_one_holds(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    other = context.new_page()
    unlock(other, site)
    site.stop()
    context.set_offline(True)
    expect(other.locator(".count")).to_have_count(0)
    page.evaluate(WRITE_JOURNAL_ALONE, number)
    for window in (page, other):
        expect_waiting(window, 1)


def test_two_readings_at_once_lose_sight_of_nothing(site: Site, open_tablet: OpenTablet) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    site.stop()
    context.set_offline(True)
    assert page.evaluate(TWO_READINGS, number) == [1, 1]


def test_a_deleted_database_is_written_again_from_the_journal_and_said(
    site: Site, open_tablet: OpenTablet
) -> None:
    number = site.order("reread", 1)
    context, page = open_tablet("truck")
    enrol(page, site)
    open_order(page, number)
    site.stop()
    context.set_offline(True)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    page.get_by_role("button", name="On my way").click()
    expect(page.get_by_role("button", name="I am on site")).to_be_enabled()
    page.evaluate(WRITE_WITH_PHOTO, number)
    expect_waiting(page, 3)
    page.goto(f"{site.url}/tablet/icons/icon.svg")
    page.evaluate(DELETE)
    unlock(page, site)
    expect_waiting(page, 3)
    expect(page.get_by_text("3 entries were written again")).to_be_visible()
    expect(page.get_by_text("1 photo is lost: tell the office, or take it again.")).to_be_visible()
    site.start()
    context.set_offline(False)
    eventually(lambda: [event.kind for event in site.events()] == ["acknowledged", "en_route", "on_site"])
    until(page, "async () => !(await import('/tablet/lib/state.js')).app.waiting.size")
