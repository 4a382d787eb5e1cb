"""The road network that the rest of the program asks: nearest street, travel times, ways, closures."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from workorders.problems import Problem

from .directions import leg_steps
from .grid import Nearest, find_nearest
from .hierarchy import Hierarchy
from .matrix import Places, make_places, travel_seconds
from .paths import find_drives
from .roads import Roads, open_roads
from .shape import line_metres
from .values import Leg, LonLat, NetworkSummary, Path, Snap, Step, Street
from .weights import Closure, Weights, weigh

MAX_STOP_METRES = 500.0
"""A stop farther than this from any street is an error of position, not a long driveway."""


class RoadNetwork:
    """A road network under one set of weights. Immutable and safe to share between threads.

    Points are (longitude, latitude) in degrees, EPSG:4326. Times count from street to street: walking from
    the kerb to a meter belongs to an order's service minutes.
    """

    def __init__(self, roads: Roads, weights: Weights) -> None:
        self._roads = roads
        self._weights = weights
        self._hierarchy = Hierarchy(roads, weights)
        lengths = np.diff(roads.arrays["shape_first"])
        self._usable = np.repeat(roads.stoppable & ~weights.closed, lengths)

    @classmethod
    def open(cls, path: FilePath | str) -> "RoadNetwork":
        """Open a network file. Raises Problem `network_file_unreadable`."""
        roads = open_roads(FilePath(path))
        return cls(roads, weigh(roads, {}, ()))

    @property
    def summary(self) -> NetworkSummary:
        """Counts, bounds and size of the network."""
        return self._roads.summary

    @property
    def attribution(self) -> str:
        """Whose data this is; to be shown wherever it is."""
        return self._roads.attribution

    def with_weights(
        self, *, closures: Sequence[Closure] = (), factors: Mapping[str, float] | None = None
    ) -> "RoadNetwork":
        """The same streets with closures and with driving times multiplied by road class.

        Starts from the file's own times, not from this view's. Raises Problem `bad_input` naming the field.
        """
        return RoadNetwork(self._roads, weigh(self._roads, factors or {}, closures))

    def snap(self, lon: float, lat: float, *, max_metres: float = MAX_STOP_METRES) -> Snap:
        """The nearest place on an open street that may be worked from. Raises Problem `stop_off_network`."""
        points = _checked([(lon, lat)])
        places, nearest = self._places(points, max_metres, ["The point"])
        segment, share = int(places.segment[0]), float(places.share[0])
        foot = self._foot(int(nearest.piece[0]), float(nearest.share[0]))
        return Snap(segment, share, float(nearest.metres[0]), *foot, self._roads.street(segment))

    def matrix(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = MAX_STOP_METRES
    ) -> NDArray[np.int32]:
        """Whole seconds from every point (row) to every point (column); diagonal 0.

        A stop may be left in either direction. `UNREACHABLE` where closures cut a pair apart. Raises
        Problem `stop_off_network` naming the stops (counted from 1) that lie too far from any street.
        """
        places = self._stops(points, max_metres)
        return travel_seconds(self._roads, self._hierarchy, places)

    def path(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = MAX_STOP_METRES
    ) -> Path:
        """The quickest way through the points in their order, with its shape and instructions.

        Raises Problem `stop_off_network`, `bad_input` for fewer than two points, and `no_way_between` when
        closures cut two stops apart.
        """
        if len(points) < 2:
            raise Problem("bad_input", field="points", reason="a way needs at least two points")
        places = self._stops(points, max_metres)
        geometry: list[LonLat] = []
        steps: list[Step] = []
        legs: list[Leg] = []
        for number in range(1, len(points)):
            found = find_drives(self._roads, self._weights, self._hierarchy, places, number - 1, number)
            if found is None:
                raise Problem("no_way_between", start=f"stop {number}", end=f"stop {number + 1}")
            seconds, drives = int(np.rint(found[0] / 1000)), found[1]
            line = [point for drive in drives for point in drive.line[:-1]] + [drives[-1].line[-1]]
            start = max(0, len(geometry) - 1)
            legs.append(Leg(seconds, round(line_metres(line), 1), start, len(steps)))
            to = (float(points[number][0]), float(points[number][1]))
            steps += leg_steps(
                self._roads, drives, stop=number + 1, to=to, first_index=start, seconds=seconds
            )
            geometry = geometry[:start] + line
        total = round(sum(leg.metres for leg in legs), 1)
        return Path(sum(leg.seconds for leg in legs), total, geometry, steps, legs)

    def street_names(self) -> Iterator[Street]:
        """Every named street with the lines of its segments, in the order of names."""
        number = self._roads.arrays["name"]
        order = np.argsort(number, kind="stable")
        names, first = np.unique(number[order], return_index=True)
        for name, segments in zip(names.tolist(), np.split(order, first[1:]), strict=True):
            if name != 0:
                lines = [self._roads.line(segment) for segment in segments.tolist()]
                yield Street(self._roads.street(int(segments[0])), lines)

    def _stops(self, points: Sequence[LonLat] | NDArray[np.float64], max_metres: float) -> Places:
        checked = _checked(points)
        return self._places(checked, max_metres, [f"Stop {n}" for n in range(1, len(checked) + 1)])[0]

    def _places(
        self, points: NDArray[np.float64], max_metres: float, called: list[str]
    ) -> tuple[Places, Nearest]:
        arrays = self._roads.arrays
        nearest = find_nearest(self._roads.grid, arrays, points, max_metres, self._usable)
        off = np.flatnonzero(nearest.piece < 0).tolist()
        if off:
            what = ", ".join(called[number] for number in off[:10]) + (" and others" if len(off) > 10 else "")
            raise Problem(
                "stop_off_network", what=what, max_metres=round(max_metres), stops=[n + 1 for n in off]
            )
        segment = self._roads.segment_of_piece(nearest.piece)
        return make_places(self._roads, self._weights, segment, self._share(segment, nearest)), nearest

    def _share(self, segment: NDArray[np.int64], nearest: Nearest) -> NDArray[np.float64]:
        """The share along the whole segment from the share along its piece."""
        shares = np.zeros(len(segment))
        for row, (number, piece) in enumerate(zip(segment.tolist(), nearest.piece.tolist(), strict=True)):
            line = self._roads.line(number)
            at = piece - int(self._roads.arrays["shape_first"][number])
            before, here = line_metres(line[: at + 1]), line_metres(line[at : at + 2])
            total = line_metres(line)
            shares[row] = (before + here * nearest.share[row]) / total if total > 0 else 0.0
        return np.clip(shares, 0.0, 1.0)

    def _foot(self, piece: int, share: float) -> LonLat:
        x, y = self._roads.arrays["x"], self._roads.arrays["y"]
        lon = (int(x[piece]) + (int(x[piece + 1]) - int(x[piece])) * share) * 1e-7
        lat = (int(y[piece]) + (int(y[piece + 1]) - int(y[piece])) * share) * 1e-7
        return round(lon, 7), round(lat, 7)


def _checked(points: Sequence[LonLat] | NDArray[np.float64]) -> NDArray[np.float64]:
    array = np.array(points, np.float64).reshape(-1, 2) if len(points) else np.empty((0, 2))
    for number, (lon, lat) in enumerate(array.tolist()):
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
            reason = "longitude and latitude must be degrees within ±180 and ±90"
            raise Problem("bad_input", field=f"points[{number}]", reason=reason)
    return array
