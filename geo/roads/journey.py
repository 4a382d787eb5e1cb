"""A whole way through several points: its shape, its legs and its instructions."""

from collections.abc import Sequence

from workorders.problems import Problem

from .directions import leg_steps
from .matrix import Places
from .paths import WayFinder
from .shape import line_metres
from .values import Leg, LonLat, Path, Step


def journey(finder: WayFinder, places: Places, points: Sequence[LonLat]) -> Path:
    """The quickest way through the places in order; `points` are where they truly lie.

    Raises Problem `no_way_between` naming the stops that closures cut apart.
    """
    geometry: list[LonLat] = []
    steps: list[Step] = []
    legs: list[Leg] = []
    for number in range(1, len(points)):
        found = finder.drives(places, number - 1, number)
        if found is None:
            raise Problem("no_way_between", start=f"stop {number}", end=f"stop {number + 1}")
        seconds, drives = round(found[0] / 1000), found[1]
        line = [point for drive in drives for point in drive.line[:-1]] + [drives[-1].line[-1]]
        start = max(0, len(geometry) - 1)
        legs.append(Leg(seconds, round(line_metres(line), 1), start, len(steps)))
        steps += leg_steps(finder.roads, drives, to=points[number], first_index=start, seconds=seconds)
        geometry[start:] = line
    metres = round(sum(leg.metres for leg in legs), 1)
    return Path(sum(leg.seconds for leg in legs), metres, geometry, steps, legs)
