"""The district's map is drawn by a real browser from its own host alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from demo.town import generate_town
from geo.maps import THEMES, build_basemap_folder
from geo.roads.streets_pbf import write_street_pbf
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.map_server import Contents, map_server

MODULES = Path(__file__).resolve().parents[2] / "node_modules"
PAGE = b"""<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/maplibre/maplibre-gl.css">
<style>body { margin: 0 } #map { width: 900px; height: 640px }</style>
<div id="map"></div>
<script src="/pmtiles/pmtiles.js"></script>
<script type="module">
import * as gl from "/maplibre/maplibre-gl.mjs";
gl.setWorkerUrl(new URL("/maplibre/maplibre-gl-worker.mjs", location.href).href);
gl.addProtocol("pmtiles", new pmtiles.Protocol().tile);
const query = new URLSearchParams(location.search);
const style = await (await fetch(`/basemap/style-${query.get("theme")}.json`)).json();
window.map = new gl.Map({
  container: "map", style, center: style.center, zoom: Number(query.get("zoom")), fadeDuration: 0,
  attributionControl: { compact: false },
});
window.map.on("error", (event) => console.error(event.error?.message));
window.map.once("idle", () => { document.body.dataset.drawn = "yes"; });
</script>"""

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.fixture(scope="module")
def basemap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map of a small demo town."""
    folder = tmp_path_factory.mktemp("basemap")
    town = generate_town(1, 700)
    write_street_pbf(folder / "town.osm.pbf", town.nodes, town.ways, town.relations)
    build_basemap_folder(folder / "town.osm.pbf", folder / "map", attribution=town.attribution)
    return folder / "map"


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    """A page that may talk to this machine only and must not complain."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    page = browser.new_page(viewport={"width": 900, "height": 640})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
            else complaints.append(f"asked another host: {request.url}")
        ),
    )
    yield page
    browser.close()
    assert complaints == []


def test_every_theme_is_drawn_with_names_and_attribution(basemap: Path, page: Page, tmp_path: Path) -> None:
    contents: Contents = {
        "/map.html": PAGE,
        "/basemap/": basemap,
        "/maplibre/": MODULES / "maplibre-gl" / "dist",
        "/pmtiles/": MODULES / "pmtiles" / "dist",
    }
    pictures = set()
    with map_server(contents) as (address, ranges):
        for theme in THEMES:
            page.goto(f"{address}/map.html?theme={theme}&zoom=15")
            page.wait_for_selector("body[data-drawn=yes]", timeout=30_000)
            drawn = page.evaluate(
                "() => Object.fromEntries(['road-street', 'buildings', 'street-names', 'oneways', 'land']"
                ".map((id) => [id, map.queryRenderedFeatures({ layers: [id] }).length]))"
            )
            assert all(drawn.values()), drawn
            assert page.inner_text(".maplibregl-ctrl-attrib") == "Demo street data, generated"
            pictures.add(page.screenshot(path=tmp_path / f"map-{theme}.png"))
        assert ranges
    # Three themes, three pictures, none of them an empty ground.
    assert len(pictures) == len(THEMES)
    assert min(map(len, pictures)) > 20_000
