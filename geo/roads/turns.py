"""From segments to arcs (a segment driven one way) and turns (from one arc to the next, with a cost)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .extract import RESTRICTED
from .profile import CLASS_CODE, DrivingProfile
from .segments import Ints, Segments, slices

_STRAIGHT_DEGREES = 25.0
_FULL_TURN_DEGREES = 90.0
_NO_U_TURN_ON = np.array(
    [CLASS_CODE[c] for c in ("motorway", "motorway_link", "trunk", "trunk_link", "ferry")]
)


@dataclass(frozen=True, slots=True)
class Arcs:
    """Parallel arrays, one row an arc, sorted by segment with forward before backward."""

    segment: Ints
    backward: NDArray[np.bool_]
    tail: Ints
    """Junction where it begins."""
    head: Ints
    """Junction where it ends."""
    of_segment: Ints
    """Shape (segments, 2): the arc along and against, −1 where not allowed."""
    leaving_first: Ints
    """Arcs leaving junction j are `leaving[leaving_first[j]:leaving_first[j + 1]]`."""
    leaving: Ints


@dataclass(frozen=True, slots=True)
class Turns:
    """Parallel arrays, one row an allowed turn, sorted by the arc it leaves."""

    tail: Ints
    head: Ints
    penalty_ms: NDArray[np.uint32]


def make_arcs(segments: Segments) -> Arcs:
    """The arcs of all segments in the directions that may be driven."""
    allowed = np.stack([segments.forward_ms > 0, segments.backward_ms > 0], axis=1)
    segment, direction = np.nonzero(allowed)
    backward = direction == 1
    tail = np.where(backward, segments.v[segment], segments.u[segment])
    of_segment = np.full(allowed.shape, -1, np.int64)
    of_segment[segment, direction] = np.arange(len(segment))
    leaving = np.argsort(tail, kind="stable")
    return Arcs(
        segment=segment,
        backward=backward,
        tail=tail,
        head=np.where(backward, segments.u[segment], segments.v[segment]),
        of_segment=of_segment,
        leaving_first=np.searchsorted(tail[leaving], np.arange(len(segments.junction_id) + 1)),
        leaving=leaving,
    )


def make_turns(segments: Segments, arcs: Arcs, profile: DrivingProfile) -> Turns:
    """Every turn that the junction itself allows, with its cost; restrictions come later."""
    choices = arcs.leaving_first[arcs.head + 1] - arcs.leaving_first[arcs.head]
    tail = np.repeat(np.arange(len(arcs.segment)), choices)
    _, rows = slices(arcs.leaving_first[arcs.head], choices)
    head = arcs.leaving[rows]
    around = arcs.segment[tail] == arcs.segment[head]
    at = arcs.head[tail]
    degree = np.bincount(np.concatenate([segments.u, segments.v]), minlength=len(segments.junction_id))[at]
    blocked = segments.junction_blocked[at]
    # Turning round is for dead ends (also before a barrier) and real junctions, not for the middle of a road.
    may_turn_round = (
        (degree == 1)
        | blocked
        | ((degree > 2) & ~np.isin(segments.road_class[arcs.segment[tail]], _NO_U_TURN_ON))
    )
    keep = np.where(around, may_turn_round, ~blocked)
    tail, head, at, around = tail[keep], head[keep], at[keep], around[keep]
    degree, blocked = degree[keep], blocked[keep]

    seconds = _turning_seconds(segments, arcs, tail, head, profile) * (degree > 2)
    seconds += (
        segments.junction_signal[at] * profile.signal_s + segments.junction_stop[at] * profile.stop_sign_s
    )
    seconds += segments.junction_gate[at] * profile.gate_s
    restricted = (segments.flags & RESTRICTED) > 0
    enters = restricted[arcs.segment[head]] & ~restricted[arcs.segment[tail]]
    seconds += enters * profile.restricted_entry_s
    dead_end = (degree == 1) | blocked
    seconds = np.where(around, np.where(dead_end, profile.dead_end_turn_s, profile.u_turn_s), seconds)
    return Turns(tail=tail, head=head, penalty_ms=np.rint(seconds * 1000).astype(np.uint32))


def turn_degrees(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """The change from one bearing to another: −180 (left) to 180 (right) degrees."""
    return (after - before + 180.0) % 360.0 - 180.0


def arc_bearings(
    segments: Segments, segment: Ints, backward: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compass bearings in degrees at the start and at the end of arcs."""
    first, last = segments.shape_first[segment], segments.shape_first[segment + 1] - 1
    at_u = _bearing(segments, first, first + 1)
    at_v = _bearing(segments, last - 1, last)
    start = np.where(backward, at_v + 180.0, at_u)
    end = np.where(backward, at_u + 180.0, at_v)
    return start % 360.0, end % 360.0


def _bearing(segments: Segments, a: Ints, b: Ints) -> NDArray[np.float64]:
    x, y = segments.x, segments.y
    north = y[b].astype(np.float64) - y[a]
    east = (x[b].astype(np.float64) - x[a]) * np.cos(np.radians(y[a] * 1e-7))
    degrees: NDArray[np.float64] = np.degrees(np.arctan2(east, north))
    return degrees


def _turning_seconds(
    segments: Segments, arcs: Arcs, tail: Ints, head: Ints, profile: DrivingProfile
) -> NDArray[np.float64]:
    start, end = arc_bearings(segments, arcs.segment, arcs.backward)
    degrees = turn_degrees(end[tail], start[head])
    left_s, right_s = profile.left_turn_s, profile.right_turn_s
    if not profile.drives_on_right:
        left_s, right_s = right_s, left_s
    # Grows from a gentle bend to a right angle, and once more as much to a hairpin.
    size = np.clip((np.abs(degrees) - _STRAIGHT_DEGREES) / (_FULL_TURN_DEGREES - _STRAIGHT_DEGREES), 0.0, 2.0)
    return np.where(degrees < 0, left_s, right_s) * size
