"""The road network that the rest of the program asks: nearest street, travel times, ways, closures."""

from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from workorders.problems import Problem

from .hierarchy import Hierarchy
from .journey import journey
from .matrix import Places, make_places, spoke_seconds, travel_seconds
from .network import Roads, open_roads
from .paths import WayFinder
from .snapping import checked_points, snap_points, unserved
from .values import LonLat, NetworkSummary, Path, Snap, Street
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
        return cls(roads, weigh(roads, ()))

    @property
    def summary(self) -> NetworkSummary:
        """Counts, bounds and size of the network."""
        return self._roads.summary

    @property
    def attribution(self) -> str:
        """Whose data this is; to be shown wherever it is."""
        return self._roads.attribution

    def with_closures(self, closures: Sequence[Closure]) -> "RoadNetwork":
        """The same streets with these closures, and no others that this view may have.

        Raises Problem `bad_input` naming the field.
        """
        return RoadNetwork(self._roads, weigh(self._roads, closures))

    def snap(self, lon: float, lat: float, *, max_metres: float = MAX_STOP_METRES) -> Snap:
        """The nearest place on an open street that may be worked from.

        Raises Problem `stop_off_network` or `stop_cut_off`.
        """
        point = checked_points([(lon, lat)])
        at = snap_points(self._roads, self._usable, point, max_metres=max_metres, called=["The point"])
        segment = int(at.segment[0])
        return Snap(
            segment=segment,
            share=float(at.share[0]),
            metres=round(float(at.metres[0]), 2),
            lon=float(at.lon[0]),
            lat=float(at.lat[0]),
            street=self._roads.street(segment),
        )

    def unserved(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = MAX_STOP_METRES
    ) -> dict[int, str]:
        """The points that no street serves: position → code of the Problem that it would raise."""
        return unserved(self._roads, self._usable, checked_points(points), max_metres=max_metres)

    def matrix(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = MAX_STOP_METRES
    ) -> NDArray[np.int32]:
        """Whole seconds from every point (row) to every point (column); diagonal 0.

        A stop may be left in either direction. `UNREACHABLE` where closures cut a pair apart. Raises
        Problem `stop_off_network` or `stop_cut_off` naming the stops (counted from 1) that no street serves.
        """
        places = self._stops(checked_points(points), max_metres)
        return travel_seconds(self._roads, self._hierarchy, places)

    def places(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = MAX_STOP_METRES
    ) -> Places:
        """Points found on the streets once, to be asked about with `spokes` again and again.

        Raises Problem `stop_off_network` or `stop_cut_off`.
        """
        return self._stops(checked_points(points), max_metres)

    def spokes(
        self, hubs: Sequence[LonLat], places: Places, *, max_metres: float = MAX_STOP_METRES
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Whole seconds from each of a few `hubs` (rows) to each of `places`, and back ([place, hub]).

        The same figures as `matrix` gives, in a small part of its time. `places` are this view's own.
        Raises Problem `stop_off_network` or `stop_cut_off`.
        """
        found = self._stops(checked_points(hubs), max_metres)
        return spoke_seconds(self._roads, self._hierarchy, found, places)

    def path(
        self, points: Sequence[LonLat] | NDArray[np.float64], *, max_metres: float = MAX_STOP_METRES
    ) -> Path:
        """The quickest way through the points in their order, with its shape and instructions.

        Raises Problem `stop_off_network`, `stop_cut_off`, `bad_input` for fewer than two points, and
        `no_way_between` when closures cut two stops apart.
        """
        if len(points) < 2:
            raise Problem("bad_input", field="points", reason="a way needs at least two points")
        checked = checked_points(points)
        finder = WayFinder(self._roads, self._weights, self._hierarchy)
        return journey(
            finder, self._stops(checked, max_metres), [(lon, lat) for lon, lat in checked.tolist()]
        )

    def street_names(self) -> Iterator[Street]:
        """Every named street with the lines of its segments, in the order of names."""
        number = self._roads.arrays["name"]
        order = np.argsort(number, kind="stable")
        names, first = np.unique(number[order], return_index=True)
        for name, segments in zip(names.tolist(), np.split(order, first[1:]), strict=True):
            if name != 0:
                lines = [self._roads.line(segment) for segment in segments.tolist()]
                yield Street(self._roads.street(int(segments[0])), lines)

    def _stops(self, points: NDArray[np.float64], max_metres: float) -> Places:
        called = [f"Stop {number}" for number in range(1, len(points) + 1)]
        snapped = snap_points(self._roads, self._usable, points, max_metres=max_metres, called=called)
        return make_places(self._roads, self._weights, snapped.segment, snapped.share)
