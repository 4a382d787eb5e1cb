"""Where the district lies, and what is placed elsewhere: on another continent, or with its axes exchanged.

Places come as longitude and latitude in degrees (SRID 4326).
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.files import network_file
from geo.roads.store import read_network
from workorders.grammar.distance import metres_between
from workorders.problems import Problem
from workorders.tables import Premise

NEAR_METRES = 50_000.0
"""Places this far outside still belong to the district: technicians commute, service areas grow."""
SAMPLE = 2_000
"""Premises that are looked at to know where the district lies."""


LonLatBox = tuple[float, float, float, float]
"""West, south, east and north edge in degrees."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Boxes around what is known to be the district's: its premises, its streets."""

    boxes: tuple[LonLatBox, ...]

    def metres_to(self, lon: float, lat: float) -> float:
        """Metres from the nearest box to a place; 0 inside one. Infinite for what is no place on earth."""
        if not on_earth(lon, lat):
            return float("inf")
        return min(
            metres_between((lon, lat), (min(max(lon, west), east), min(max(lat, south), north)))
            for west, south, east, north in self.boxes
        )

    def holds(self, lon: float, lat: float) -> bool:
        """Does the place belong to the district or its surroundings?"""
        return self.metres_to(lon, lat) <= NEAR_METRES

    def exchanged(self, lon: float, lat: float) -> bool:
        """Does the place lie elsewhere as given, and here with its axes exchanged?"""
        return not self.holds(lon, lat) and self.holds(lat, lon)


def on_earth(lon: float, lat: float) -> bool:
    """Are these degrees of longitude and latitude?"""
    return -180 <= lon <= 180 and -90 <= lat <= 90


def district_extent(session: Session, data_dir: Path | None = None) -> Extent | None:
    """Where the district's premises, and the streets in `data_dir`, lie; None before there are either.

    Of the premises the tenth at each edge is not believed: a few are always placed wrongly. Zones do not
    count: they are what is held against the rest.
    """
    boxes = _premises(session)
    if data_dir is not None:
        boxes += _streets(data_dir)
    return Extent(tuple(boxes)) if boxes else None


def _premises(session: Session) -> list[LonLatBox]:
    count = session.scalar(select(func.count(Premise.id))) or 0
    if not count:
        return []
    step = max(1, count // SAMPLE)
    points = session.scalars(select(Premise.position).where(Premise.id % step == 0)).all()
    if not points:
        return []
    lons, lats = sorted(point.x for point in points), sorted(point.y for point in points)
    cut = -(-len(points) // 10) if len(points) > 2 else 0
    return [(lons[cut], lats[cut], lons[-1 - cut], lats[-1 - cut])]


def _streets(data_dir: Path) -> list[LonLatBox]:
    """The box of the road network; none where there is none, or its file is damaged, which others report."""
    path = network_file(data_dir)
    if not path.is_file():
        return []
    try:
        _, about = read_network(path)
        west, south, east, north = about["summary"]["bounds"]
    except (Problem, KeyError, ValueError):
        return []
    return [(float(west), float(south), float(east), float(north))]
