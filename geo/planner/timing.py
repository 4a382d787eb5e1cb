"""How early and how late every point of a route can be reached, breaks included.

For each number of breaks already taken, `ready` is the earliest time at which a point can be left and
`latest` the latest time at which the next point may be reached so that the rest still works. An order
fits between two points exactly when it can be reached, served and left again within these two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from geo.planner.instance import NEVER, RELOAD_NODE, Instance, Vehicle

Bounds = dict[int, tuple[int, int]]
"""Earliest and latest start of orders whose time hangs on another order's (see `links`)."""


@dataclass(slots=True)
class Line:
    """One route laid out. Position p lies between node p and node p + 1; node 0 is the start place.

    `places[p]` and `places[p + 1]` are the two ends, `legs[p]` the drive. `ready[p][s]`, `latest[p][s]`:
    see the module, s = breaks taken. `begins[p]`: earliest start of node p + 1 in a schedule that works.
    `finish`: earliest end of the shift, NEVER when the route cannot be done.
    """

    places: list[int]
    legs: list[int]
    ready: list[list[int]]
    latest: list[list[int]]
    begins: list[int]
    finish: int


def lay_out(instance: Instance, number: int, route: Sequence[int], bounds: Bounds) -> Line:
    """The times of vehicle `number` when it works `route`."""
    vehicle = instance.vehicles[number]
    inner = [vehicle.reload_at or 0 if node == RELOAD_NODE else int(instance.place[node]) for node in route]
    places = [vehicle.start, *inner, vehicle.end]
    matrix = instance.matrix
    legs = [int(matrix[a, b]) for a, b in pairwise(places)]
    served = [vehicle.reload_s if node == RELOAD_NODE else int(instance.service[node]) for node in route]
    spans = [_spans(instance, node, bounds) for node in route]
    ready, starts = _forward(vehicle, legs, served, spans)
    latest, begins = _backward(vehicle, legs, served, spans, starts)
    home = [time + legs[-1] for time in ready[-1]]
    take_breaks(vehicle, home)
    finish = home[-1] if home[-1] <= vehicle.limit else NEVER
    return Line(places, legs, ready, latest, begins, finish)


Spans = tuple[tuple[int, int], ...]


def _spans(instance: Instance, node: int, bounds: Bounds) -> Spans:
    if node == RELOAD_NODE:
        return ((0, NEVER),)
    return spans_within(instance.windows[node], bounds.get(node))


def spans_within(windows: Spans, bound: tuple[int, int] | None) -> Spans:
    """The parts of ascending `windows` that lie within `bound`."""
    if bound is None:
        return windows
    low, high = bound
    cut = ((max(first, low), min(last, high)) for first, last in windows)
    return tuple((first, last) for first, last in cut if first <= last)


def take_breaks(vehicle: Vehicle, times: list[int]) -> None:
    """Where a break can be taken now, let “one more taken” be reached that way if that is earlier."""
    for taken, rest in enumerate(vehicle.breaks):
        start = max(times[taken], rest.earliest)
        if start <= rest.latest and start + rest.length_s < times[taken + 1]:
            times[taken + 1] = start + rest.length_s


def _allow_breaks(vehicle: Vehicle, times: list[int]) -> None:
    """The reverse of `take_breaks`: how late one may be here and still take the break first."""
    for taken in range(len(vehicle.breaks) - 1, -1, -1):
        rest = vehicle.breaks[taken]
        start = min(rest.latest, times[taken + 1] - rest.length_s)
        if start >= rest.earliest and start > times[taken]:
            times[taken] = start


def _forward(
    vehicle: Vehicle, legs: list[int], served: list[int], spans: list[Spans]
) -> tuple[list[list[int]], list[list[int]]]:
    times = [vehicle.opens] + [NEVER] * len(vehicle.breaks)
    take_breaks(vehicle, times)
    ready, starts = [times], []
    for leg, service, windows in zip(legs, served, spans, strict=False):
        times = [time + leg for time in times]
        take_breaks(vehicle, times)
        times = [_earliest(windows, time) for time in times]
        starts.append(times)
        times = [time + service for time in times]
        take_breaks(vehicle, times)
        ready.append(times)
    return ready, starts


def _earliest(windows: Spans, time: int) -> int:
    for first, last in windows:
        if time <= last:
            return time if time > first else first
    return NEVER


def _backward(
    vehicle: Vehicle, legs: list[int], served: list[int], spans: list[Spans], starts: list[list[int]]
) -> tuple[list[list[int]], list[int]]:
    times = [-NEVER] * len(vehicle.breaks) + [vehicle.limit]
    _allow_breaks(vehicle, times)
    latest, begins = [times], []
    for position in range(len(spans) - 1, -1, -1):
        times = [time - legs[position + 1] for time in times]
        _allow_breaks(vehicle, times)
        times = [_last(spans[position], time - served[position]) for time in times]
        works = [start for start, last in zip(starts[position], times, strict=True) if start <= last]
        begins.append(min(works, default=NEVER))
        _allow_breaks(vehicle, times)
        latest.append(times)
    return latest[::-1], begins[::-1]


def _last(windows: Spans, time: int) -> int:
    for first, last in reversed(windows):
        if time >= first:
            return time if time < last else last
    return -NEVER
