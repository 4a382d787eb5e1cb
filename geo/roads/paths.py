"""The driven way between places: which arcs, with which shape, in which time."""

from dataclasses import dataclass

from .extract import ROUNDABOUT
from .hierarchy import FAR, Hierarchy
from .matrix import Places
from .network import Roads
from .shape import between, line_metres
from .values import LonLat
from .weights import Weights

End = tuple[int, int]
"""A place's row and the direction (0 along, 1 against) in which its segment is left or reached."""


@dataclass(frozen=True, slots=True)
class Drive:
    """One arc of a way, or the part of it that is driven: its shape, metres, and milliseconds with the turn
    into it. `exits` counts the ways off a roundabout that are open at its end."""

    state: int
    segment: int
    line: list[LonLat]
    metres: float
    ms: int
    exits: int


@dataclass(frozen=True, slots=True)
class WayFinder:
    """Finds ways with the same arithmetic as the travel-time matrix, so that their seconds agree."""

    roads: Roads
    weights: Weights
    hierarchy: Hierarchy

    def drives(self, places: Places, start: int, end: int) -> tuple[int, list[Drive]] | None:
        """Milliseconds and drives from one place (by row) to another; None when closures cut them apart."""
        best, way, ends = FAR, [], ((start, 0), (end, 0))
        for leave in (0, 1):
            for arrive in (0, 1):
                ms, states = self._candidate(places, (start, leave), (end, arrive))
                if ms < best:
                    best, way, ends = ms, states, ((start, leave), (end, arrive))
        if best >= FAR // 2:
            return None
        return best, self._driven(places, way, *ends)

    def _candidate(self, places: Places, start: End, end: End) -> tuple[int, list[int]]:
        source, target = int(places.state[start]), int(places.state[end])
        if source < 0 or target < 0:
            return FAR, []
        rest = int(places.rest_ms[start]) - int(places.rest_ms[end])
        if source == target:
            here, there = places.share[start[0]], places.share[end[0]]
            if there >= here if start[1] == 0 else there <= here:
                return rest, [source]
            found, states = self.hierarchy.loop(source)
            return rest + found, [source, *states]
        aims = (target, *self.roads.twins.get(target, ()))
        found, states = min((self.hierarchy.route(source, aim) for aim in aims), key=lambda way: way[0])
        return rest + found, states

    def _driven(self, places: Places, states: list[int], start: End, end: End) -> list[Drive]:
        drives = []
        last = len(states) - 1
        for number, state in enumerate(states):
            first = number == 0
            ms = int(places.rest_ms[start]) if first else self._turn_ms(states[number - 1], state)
            begin = self._along(places, start) if first else 0.0
            finish = self._along(places, end) if number == last else 1.0
            ms -= int(places.rest_ms[end]) if number == last else 0
            drives.append(self._drive(state, begin, finish, ms))
        return drives

    def _drive(self, state: int, begin: float, finish: float, ms: int) -> Drive:
        arrays = self.roads.arrays
        segment = int(arrays["state_segment"][state])
        line = self.roads.line(segment)
        part = between(line[::-1] if arrays["state_backward"][state] else line, begin, finish)
        return Drive(state, segment, part, line_metres(part), ms, self._exits(state))

    def _along(self, places: Places, end: End) -> float:
        share = float(places.share[end[0]])
        return share if end[1] == 0 else 1.0 - share

    def _turn_ms(self, state: int, following: int) -> int:
        heads = self.roads.arrays["turn_head"]
        row = next(row for row in self.roads.turn_rows(state) if heads[row] == following)
        return int(self.weights.turn_ms[row])

    def _exits(self, state: int) -> int:
        arrays = self.roads.arrays
        onto = [int(arrays["turn_head"][row]) for row in self.roads.turn_rows(state)]
        segments = {int(arrays["state_segment"][following]) for following in onto}
        return sum(not arrays["flags"][segment] & ROUNDABOUT for segment in segments)
