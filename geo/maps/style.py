"""MapLibre styles for the district's tiles. Nothing in a style points to another host.

There is no glyphs address: names are drawn with fonts of the device. Arrows of oneway streets are text as
well, so that no picture has to be fetched.
Style specification: https://maplibre.org/maplibre-style-spec/
"""

from typing import Any

from .palettes import PALETTES, Palette

THEMES = ("light", "dark", "print")
SOURCE = "district"
_FONT = ["Noto Sans", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif"]

Layer = dict[str, Any]
Bounds = tuple[float, float, float, float]

_WIDTHS: dict[str, tuple[float, float, float]] = {
    "path": (0.0, 0.8, 2.5),
    "track": (0.0, 0.9, 4.0),
    "service": (0.0, 1.2, 8.0),
    "street": (0.5, 2.6, 16.0),
    "link": (0.7, 2.8, 14.0),
    "tertiary": (0.9, 3.6, 19.0),
    "secondary": (1.2, 4.4, 22.0),
    "primary": (1.5, 5.2, 25.0),
    "trunk": (1.8, 5.8, 27.0),
    "motorway": (2.0, 6.4, 30.0),
}
"""Pixels at zoom 11, 14 and 18, drawn from the least to the most important class."""


def map_style(theme: str, *, tiles_url: str, attribution: str, bounds: Bounds) -> dict[str, Any]:
    """A complete style. `theme` is light, dark or print; `tiles_url` the tile file's address, which may be
    relative to the page's host; `attribution` is shown on the map; `bounds` give the first view.

    Raises KeyError for an unknown theme.
    """
    palette = PALETTES[theme]
    west, south, east, north = bounds
    return {
        "version": 8,
        "name": f"Curbstop {theme}",
        "metadata": {"curbstop:theme": theme},
        "center": [round((west + east) / 2, 5), round((south + north) / 2, 5)],
        "zoom": 12,
        "sources": {
            SOURCE: {"type": "vector", "url": f"pmtiles://{tiles_url}", "attribution": attribution},
        },
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": palette.ground}},
            *_areas(palette),
            *_roads(palette),
            *_labels(palette),
        ],
    }


def _areas(palette: Palette) -> list[Layer]:
    kinds = ("residential", "business", "industry", "school", "farm", "green", "park", "wood")
    colours = [part for kind in kinds for part in (kind, getattr(palette, kind))]
    return [
        _layer("land", "fill", "land", {"fill-color": ["match", ["get", "class"], *colours, palette.green]}),
        _layer("water", "fill", "water", {"fill-color": palette.water}),
        _layer(
            "waterways",
            "line",
            "waterways",
            {"line-color": palette.water, "line-width": _by_zoom(0.8, 1.6, 6.0)},
        ),
        _layer(
            "buildings",
            "fill",
            "buildings",
            {"fill-color": palette.building, "fill-outline-color": palette.building_edge},
            minzoom=13,
        ),
    ]


def _roads(palette: Palette) -> list[Layer]:
    """Edges of all classes first and fills after, so that junctions run together; bridges over all."""
    rail = {"line-color": palette.rail, "line-width": _by_zoom(0.5, 1.2, 2.5), "line-dasharray": [4, 2]}
    layers = [_layer("rail", "line", "roads", rail, filter=["==", ["get", "class"], "rail"])]
    ferry = {"line-color": palette.rail, "line-width": _by_zoom(0.5, 1.2, 2.5), "line-dasharray": [2, 3]}
    layers.append(_layer("ferry", "line", "roads", ferry, filter=["==", ["get", "class"], "ferry"]))
    for bridge in (False, True):
        for edge in (True, False):
            layers += [_road(palette, kind, edge=edge, bridge=bridge) for kind in _WIDTHS]
    return layers


def _road(palette: Palette, kind: str, *, edge: bool, bridge: bool) -> Layer:
    low, middle, high = _WIDTHS[kind]
    grow = (0.6, 1.4, 2.4) if edge else (0.0, 0.0, 0.0)
    paint: dict[str, Any] = {
        "line-color": palette.casing if edge else palette.roads[kind],
        "line-width": _by_zoom(*(round(a + b, 2) for a, b in zip((low, middle, high), grow, strict=True))),
    }
    if kind == "path" and not edge:
        paint["line-dasharray"] = [2, 1]
    paint["line-opacity"] = ["case", ["has", "tunnel"], 0.45, 1]
    wanted = [
        "all",
        ["==", ["get", "class"], kind],
        ["has", "bridge"] if bridge else ["!", ["has", "bridge"]],
    ]
    name = f"{'bridge' if bridge else 'road'}-{kind}{'-edge' if edge else ''}"
    cap = "butt" if bridge and edge else "round"
    return _layer(name, "line", "roads", paint, filter=wanted, layout={"line-cap": cap, "line-join": "round"})


def _labels(palette: Palette) -> list[Layer]:
    text = {"text-color": palette.label, "text-halo-color": palette.halo, "text-halo-width": 1.6}
    water = text | {"text-color": palette.water_label}
    along = {"symbol-placement": "line", "text-font": _FONT, "text-padding": 4}
    return [
        _oneways(palette),
        _layer(
            "water-names",
            "symbol",
            "water",
            water,
            filter=["has", "name"],
            minzoom=12,
            layout={"text-field": ["get", "name"], "text-font": _FONT, "text-size": 13},
        ),
        _layer(
            "street-names",
            "symbol",
            "roads",
            text,
            filter=["all", ["has", "name"], ["!", ["in", ["get", "class"], ["literal", ["path", "rail"]]]]],
            minzoom=13,
            layout=along
            | {
                "text-field": ["get", "name"],
                "text-size": ["interpolate", ["linear"], ["zoom"], 13, 10.5, 16, 13, 18, 16],
                "symbol-spacing": 280,
                # The more important the street, the sooner its name is placed.
                "symbol-sort-key": ["match", ["get", "class"], *_ranks(), len(_WIDTHS)],
            },
        ),
        _layer(
            "place-names",
            "symbol",
            "places",
            text,
            maxzoom=15,
            layout={
                "text-field": ["get", "name"],
                "text-font": _FONT,
                "text-size": ["match", ["get", "class"], "city", 19, "town", 16, 13],
            },
        ),
    ]


def _oneways(palette: Palette) -> Layer:
    layout = {
        "symbol-placement": "line",
        "symbol-spacing": 150,
        "text-field": ["case", ["==", ["get", "oneway"], 1], "→", "←"],
        "text-font": _FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 15, 20, 18, 30],
        "text-keep-upright": False,
        "text-rotation-alignment": "map",
    }
    paint = {"text-color": palette.arrow, "text-halo-color": palette.halo, "text-halo-width": 0.6}
    return _layer("oneways", "symbol", "roads", paint, filter=["has", "oneway"], minzoom=15, layout=layout)


def _ranks() -> list[Any]:
    return [part for rank, kind in enumerate(reversed(_WIDTHS)) for part in (kind, rank)]


def _by_zoom(low: float, middle: float, high: float) -> list[Any]:
    return ["interpolate", ["exponential", 1.5], ["zoom"], 11, low, 14, middle, 18, high]


def _layer(name: str, kind: str, source_layer: str, paint: Layer, **more: Any) -> Layer:
    return {"id": name, "type": kind, "source": SOURCE, "source-layer": source_layer, **more, "paint": paint}
