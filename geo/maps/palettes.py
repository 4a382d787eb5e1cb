"""Colours of the three map themes."""

from dataclasses import dataclass

Roads = dict[str, str]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they paint; `roads` by road class. Labels keep a contrast of 4.5 to their ground."""

    ground: str
    residential: str
    business: str
    industry: str
    school: str
    farm: str
    green: str
    park: str
    wood: str
    water: str
    water_label: str
    building: str
    building_edge: str
    casing: str
    label: str
    halo: str
    arrow: str
    rail: str
    roads: Roads


LIGHT = Palette(
    ground="#f4f1ea",
    residential="#ece8df",
    business="#efe3dd",
    industry="#e6e2e4",
    school="#f1ecd9",
    farm="#f0eedc",
    green="#d9e8c8",
    park="#c8e2b4",
    wood="#b9d8a6",
    water="#a9cfe8",
    water_label="#2a5d80",
    building="#d8d0c2",
    building_edge="#c3b9a8",
    casing="#b7ad9c",
    label="#2d2a26",
    halo="#fffdf8",
    arrow="#6d675d",
    rail="#9a948c",
    roads={
        "motorway": "#e8895c",
        "trunk": "#efa169",
        "primary": "#f6c377",
        "secondary": "#fbe09a",
        "tertiary": "#fff3c4",
        "link": "#fbe09a",
        "street": "#ffffff",
        "service": "#ffffff",
        "track": "#e4d6b8",
        "path": "#d9c9a8",
    },
)

DARK = Palette(
    ground="#14181d",
    residential="#191e24",
    business="#1f2027",
    industry="#1c1f26",
    school="#20222a",
    farm="#181d1d",
    green="#1a2a22",
    park="#1c3226",
    wood="#18301f",
    water="#15354d",
    water_label="#8fc4ea",
    building="#262c34",
    building_edge="#333b45",
    casing="#0b0e11",
    label="#e8eaed",
    halo="#0e1216",
    arrow="#a7b0ba",
    rail="#4a525c",
    roads={
        "motorway": "#b9683f",
        "trunk": "#a8703f",
        "primary": "#94753f",
        "secondary": "#77693f",
        "tertiary": "#5f5d4a",
        "link": "#6b6044",
        "street": "#48505a",
        "service": "#383f48",
        "track": "#3b3a33",
        "path": "#35382f",
    },
)

PRINT = Palette(
    ground="#ffffff",
    residential="#ffffff",
    business="#fafafa",
    industry="#f4f4f4",
    school="#f7f7f7",
    farm="#ffffff",
    green="#f2f2f2",
    park="#ebebeb",
    wood="#e6e6e6",
    water="#d3d9de",
    water_label="#3b4247",
    building="#e2e2e2",
    building_edge="#9c9c9c",
    casing="#4d4d4d",
    label="#000000",
    halo="#ffffff",
    arrow="#000000",
    rail="#777777",
    roads={
        "motorway": "#8f8f8f",
        "trunk": "#a3a3a3",
        "primary": "#bdbdbd",
        "secondary": "#d6d6d6",
        "tertiary": "#ececec",
        "link": "#d6d6d6",
        "street": "#ffffff",
        "service": "#ffffff",
        "track": "#ffffff",
        "path": "#ffffff",
    },
)

PALETTES: dict[str, Palette] = {"light": LIGHT, "dark": DARK, "print": PRINT}
