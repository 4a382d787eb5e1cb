"""The tablet draws the day's way on the district's own map, with the network off."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from geo.files import basemap_folder, network_file, streets_file
from geo.maps import build_basemap_folder
from geo.roads import build_network
from geo.roads.streets_pbf import StreetNode, StreetWay, write_street_pbf
from mobile_api.bundle import build_bundle
from server.services import utc_now
from tests.browser.conftest import OpenTablet
from tests.browser.site import Site
from tests.browser.tablet_steps import enrol, unlock
from tests.integration.usecases import world
from workorders.tables import Outbox, Shift
from workorders.usecases.orders.assignment import set_route

pytestmark = pytest.mark.browser
SEVERAL_POINTS = re.compile(r"^([4-9]|\d\d+)$")
"""More than the three stops: the way follows streets."""
STOP_WIDTH = 40
NEAREST_STOPS = """() => {
  const places = [...document.querySelectorAll(".map-stop b")].map((stop) => stop.getBoundingClientRect());
  const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
  const apart = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);
  const others = (at) => places.slice(at + 1);
  const pairs = places.flatMap((one, at) => others(at).map((other) => apart(middle(one), middle(other))));
  return Math.min(...pairs);
}"""
ATTRIBUTION = "Streets of a test"
SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"
"""Kept so that a person can look at what was drawn; var/ is not part of the repository."""


def lay_streets(data_dir: Path) -> None:
    """A block of streets around the houses of the test district, as network and as map."""
    nodes, ways = [], []
    for row in range(3):
        for column in range(6):
            nodes.append(StreetNode(row * 10 + column + 1, -98.601 + column * 0.001, 39.0995 + row * 0.0005))
    for row, name in enumerate(("Alder Street", "Birch Street", "Cedar Street")):
        ids = tuple(row * 10 + column + 1 for column in range(6))
        ways.append(StreetWay(row + 1, ids, {"highway": "residential", "name": name}))
    for column in range(6):
        ids = tuple(row * 10 + column + 1 for row in range(3))
        ways.append(StreetWay(column + 10, ids, {"highway": "residential", "name": f"Avenue {column + 1}"}))
    data_dir.mkdir(parents=True, exist_ok=True)
    write_street_pbf(streets_file(data_dir), nodes, ways)
    build_network(streets_file(data_dir), network_file(data_dir), attribution=ATTRIBUTION)
    build_basemap_folder(streets_file(data_dir), basemap_folder(data_dir), attribution=ATTRIBUTION)


def route_the_day(site: Site) -> list[str]:
    """Three stops for the first technician, today; answers their numbers in sequence."""
    now = utc_now()
    day = now.astimezone(ZoneInfo(site.services.config.timezone)).date()
    with site.services.sessions.begin() as session:
        morning = datetime.combine(day, datetime.min.time(), ZoneInfo("UTC")) + timedelta(hours=14)
        session.add(
            Shift(technician_id="t01", day=day, starts_at=morning, ends_at=morning + timedelta(hours=8))
        )
        session.flush()
        numbers = [world.order(session, "reread", household).number for household in (3, 1, 2)]
        set_route(session, "t01", day, numbers, now=now, actor="dispatcher")
        build_bundle(session, site.services.config.data_dir / "bundle", now)
    return numbers


def wait_published(site: Site) -> None:
    """Until the worker has published everything."""
    waiting = True
    while waiting:
        with site.session() as session:
            waiting = (
                session.scalar(select(Outbox.id).where(Outbox.published_at.is_(None)).limit(1)) is not None
            )


def test_map_and_way_are_there_without_signal(site: Site, open_tablet: OpenTablet) -> None:
    lay_streets(site.services.config.data_dir)
    numbers = route_the_day(site)
    wait_published(site)
    context, page = open_tablet("truck")
    enrol(page, site)
    expect(page.get_by_role("link", name=numbers[0])).to_be_visible()
    page.get_by_role("link", name="Map").click()
    page.get_by_role("button", name="Update the map").click()
    expect(page.get_by_text("The map is on this tablet.")).to_be_visible()
    expect(page.locator(".map-canvas")).to_have_attribute("data-drawn", SEVERAL_POINTS)
    context.close()

    site.stop()
    context, page = open_tablet("truck")
    context.set_offline(True)
    unlock(page, site)
    page.get_by_role("link", name="Map").click()
    expect(page.locator(".map-canvas")).to_have_attribute("data-drawn", SEVERAL_POINTS)
    expect(page.locator(".map-stop")).to_have_count(3)
    expect(page.get_by_text(ATTRIBUTION)).to_be_attached()
    first = page.locator(".way details").first
    first.locator("summary").click()
    expect(first.locator(".steps")).to_contain_text("Street")
    assert int(page.locator(".map-canvas").get_attribute("data-leg") or 0) > 1
    assert page.evaluate(NEAREST_STOPS) > STOP_WIDTH
    expect(page.locator(".map-me")).to_be_visible()
    expect(page.get_by_text("You, ± 25 ft")).to_be_visible()
    expect(page.locator(".maplibregl-ctrl-scale")).to_contain_text("ft")
    page.set_viewport_size({"width": 390, "height": 844})
    sheet = page.get_by_role("region", name="Stops and directions")
    expect(sheet.get_by_role("link", name="Go", exact=True)).to_be_visible()
    expect(page.locator(".way")).to_be_hidden()
    sheet.get_by_role("button", name="3 stops left").click()
    expect(page.locator(".way")).to_be_visible()
    sheet.get_by_role("button", name="3 stops left").click()
    page.get_by_role("button", name="Full screen").click()
    assert page.locator(".map-page").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "tablet-map-offline.png")
