"""Plain values that the road network takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass

from workorders.messages.message import Message

LonLat = tuple[float, float]
"""Longitude and latitude in degrees (EPSG:4326)."""

Progress = Callable[[float, str], None]
"""Called with the share done (0–1) and words for what happens now."""


@dataclass(frozen=True, slots=True)
class LeftOutPart:
    """Streets joined to each other but not to the network: how many, one place and one name."""

    segments: int
    metres: int
    lon: float
    lat: float
    street: str
    apart: bool
    """Nothing leads there, as on an island; else there is a way in or out, but not both."""


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """What was built: counts, total metres of street, bounds (west, south, east, north) and file size."""

    segments: int
    junctions: int
    arcs: int
    turns: int
    metres: int
    restrictions: int
    """Turn restrictions in force."""
    restrictions_ignored: int
    """Restrictions whose members are incomplete or do not meet."""
    segments_dropped: int
    """Segments left out because no round trip from the main part leads there."""
    bounds: tuple[float, float, float, float]
    bytes: int
    parts_dropped: int = 0
    """Connected parts that those segments make up."""
    left_out: tuple[LeftOutPart, ...] = ()
    """The largest of these parts, the one with the most segments first."""


@dataclass(frozen=True, slots=True)
class Snap:
    """The place on a street nearest to a point. `share` runs 0–1 along the segment as it is drawn."""

    segment: int
    share: float
    metres: float
    lon: float
    lat: float
    street: str


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: drive `metres` on `street` after doing what `message` says at `geometry[start_index]`.

    `manoeuvre` is the stable word behind it: depart, continue, turn_left, slight_right, u_turn,
    roundabout, ramp_right, arrive …; `exit` counts a roundabout's exits.
    """

    street: str
    metres: float
    seconds: int
    manoeuvre: str
    message: Message
    start_index: int
    lon: float
    lat: float
    exit: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one point to the next: its part of the geometry and of the steps by first index."""

    seconds: int
    metres: float
    first_index: int
    first_step: int


@dataclass(frozen=True, slots=True)
class Path:
    """A driven way through points in order. Seconds are whole and equal the matrix's, leg by leg."""

    seconds: int
    metres: float
    geometry: list[LonLat]
    steps: list[Step]
    legs: list[Leg]


@dataclass(frozen=True, slots=True)
class Street:
    """A named street: the lines of its segments (each a list of lon/lat), for geocoding and maps."""

    name: str
    lines: list[list[LonLat]]
