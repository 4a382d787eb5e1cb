"""The driven way between places: which arcs, with which shape, in which time."""

from dataclasses import dataclass

from .extract import ROUNDABOUT
from .hierarchy import FAR, Hierarchy
from .matrix import Places
from .roads import Roads
from .shape import between, line_metres
from .values import LonLat
from .weights import Weights


@dataclass(frozen=True, slots=True)
class Drive:
    """One arc of a way, or the part of it that is driven: its shape, metres, and milliseconds with the turn
    into it. `exits` counts the ways off a roundabout that are open at its end."""

    state: int
    segment: int
    backward: bool
    line: list[LonLat]
    metres: float
    ms: int
    exits: int


def find_drives(
    roads: Roads, weights: Weights, hierarchy: Hierarchy, places: Places, start: int, end: int
) -> tuple[int, list[Drive]] | None:
    """Milliseconds and drives from place `start` to place `end`, or None when closures cut them apart.

    The same arithmetic as the travel-time matrix, so that their seconds agree.
    """
    best, way, sides = FAR, [], (0, 0)
    for leave in (0, 1):
        for arrive in (0, 1):
            ms, states = _candidate(roads, hierarchy, places, (start, leave), (end, arrive))
            if ms < best:
                best, way, sides = ms, states, (leave, arrive)
    if best >= FAR // 2:
        return None
    return best, _drives(roads, weights, places, way, (start, sides[0]), (end, sides[1]))


def _candidate(
    roads: Roads, hierarchy: Hierarchy, places: Places, start: tuple[int, int], end: tuple[int, int]
) -> tuple[int, list[int]]:
    source, target = int(places.state[start]), int(places.state[end])
    if source < 0 or target < 0:
        return FAR, []
    rest = int(places.rest_ms[start]) - int(places.rest_ms[end])
    if source == target:
        here, there = places.share[start[0]], places.share[end[0]]
        passed = there < here if start[1] == 0 else there > here
        if not passed:
            return rest, [source]
        found, states = hierarchy.loop(source)
        return rest + found, [source, *states]
    found, states = min(
        (hierarchy.route(source, aim) for aim in (target, *roads.twins.get(target, ()))),
        key=lambda way: way[0],
    )
    return rest + found, states


def _drives(
    roads: Roads,
    weights: Weights,
    places: Places,
    states: list[int],
    start: tuple[int, int],
    end: tuple[int, int],
) -> list[Drive]:
    drives = []
    last = len(states) - 1
    for number, state in enumerate(states):
        segment = int(roads.arrays["state_segment"][state])
        backward = bool(roads.arrays["state_backward"][state])
        begin = _along(places, start, backward) if number == 0 else 0.0
        finish = _along(places, end, backward) if number == last else 1.0
        line = roads.line(segment)
        ms = (
            int(weights.state_ms[state])
            if number == 0
            else _turn_ms(roads, weights, states[number - 1], state)
        )
        if number == 0:
            ms -= int(weights.state_ms[state]) - int(places.rest_ms[start])
        if number == last:
            ms -= int(places.rest_ms[end])
        part = between(line[::-1] if backward else line, begin, finish)
        drives.append(
            Drive(
                state=state,
                segment=segment,
                backward=backward,
                line=part,
                metres=line_metres(part),
                ms=ms,
                exits=_exits(roads, state),
            )
        )
    return drives


def _along(places: Places, place: tuple[int, int], backward: bool) -> float:
    share = float(places.share[place[0]])
    return 1.0 - share if backward else share


def _turn_ms(roads: Roads, weights: Weights, state: int, following: int) -> int:
    row = next(row for row in roads.turn_rows(state) if roads.arrays["turn_head"][row] == following)
    return int(weights.turn_ms[row])


def _exits(roads: Roads, state: int) -> int:
    onto = (int(roads.arrays["turn_head"][row]) for row in roads.turn_rows(state))
    segments = {int(roads.arrays["state_segment"][following]) for following in onto}
    return sum(not roads.arrays["flags"][segment] & ROUNDABOUT for segment in segments)
