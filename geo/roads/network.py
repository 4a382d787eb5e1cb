"""A network file in memory: its arrays, checked, with what is derived from them when it is opened."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroutingkit import CCHTopology

from workorders.problems import Problem

from .build import summary_of
from .extract import MAY_STOP
from .grid import Grid
from .left_out import grid_left_out
from .ordering import load_topology
from .segments import SCALE, Ints
from .store import read_network
from .values import LonLat, NetworkSummary


@dataclass(frozen=True, slots=True)
class Roads:
    """Everything about the streets that does not change with weights. Shared by all weighted views."""

    arrays: dict[str, NDArray[Any]]
    summary: NetworkSummary
    attribution: str
    classes: tuple[str, ...]
    topology: CCHTopology
    grid: Grid
    away: Grid | None
    """Streets that are left out because nothing joins them to the others; None where there are none."""
    plain: Ints
    """Shape (segments, 2): the state that drives a segment along and against, −1 where none does."""
    departure: Ints
    """By segment: the number of its departure (a start in both directions), −1 where only one is allowed."""
    twins: dict[int, tuple[int, ...]]
    """Further states of a plain state's arc, for those who came there in a way a restriction remembers."""
    rank: Ints
    """By state: its place in the contraction order."""
    turn_first: Ints
    """Turns leaving state s are rows [turn_first[s], turn_first[s + 1])."""
    stoppable: NDArray[np.bool_]
    """By segment: may a stop lie here?"""

    def segment_of_piece(self, piece: Ints) -> Ints:
        """The segment of each shape row."""
        return np.searchsorted(self.arrays["shape_first"], piece, side="right") - 1

    def street(self, segment: int) -> str:
        """The street's name, or "" when it has none."""
        number = int(self.arrays["name"][segment])
        first, last = self.arrays["name_first"][number : number + 2].tolist()
        return self.arrays["name_bytes"][first:last].tobytes().decode()

    def road_class(self, segment: int) -> str:
        """The segment's class by name."""
        return self.classes[int(self.arrays["road_class"][segment])]

    def line(self, segment: int) -> list[LonLat]:
        """The segment's shape as it is drawn."""
        first, last = self.arrays["shape_first"][segment : segment + 2].tolist()
        lon = np.round(self.arrays["x"][first:last] * SCALE, 7).tolist()
        lat = np.round(self.arrays["y"][first:last] * SCALE, 7).tolist()
        return list(zip(lon, lat, strict=True))

    def turn_rows(self, state: int) -> range:
        """The rows of the turns that leave a state."""
        return range(int(self.turn_first[state]), int(self.turn_first[state + 1]))


def open_roads(path: Path) -> Roads:
    """Open a network file. Raises Problem `network_file_unreadable`."""
    arrays, about = read_network(path)
    try:
        _check(arrays)
        summary = summary_of(about, path.stat().st_size)
        classes, attribution = tuple(about["classes"]), str(about["attribution"])
    except (KeyError, TypeError, ValueError) as error:
        raise Problem("network_file_unreadable", file=path.name, reason=f"it is damaged ({error})") from error
    plain, twins = _plain_states(arrays)
    both_ways = (plain >= 0).all(axis=1)
    topology = load_topology(arrays["order"], arrays["turn_tail"], arrays["turn_head"], plain[both_ways])
    return Roads(
        arrays=arrays,
        summary=summary,
        attribution=attribution,
        classes=classes,
        topology=topology,
        grid=Grid(*(arrays[name] for name in ("piece_key", "piece_first", "piece", "x", "y"))),
        away=grid_left_out(arrays),
        plain=plain,
        departure=np.where(both_ways, np.cumsum(both_ways) - 1, -1),
        twins=twins,
        rank=np.argsort(arrays["order"]),
        turn_first=np.searchsorted(arrays["turn_tail"], np.arange(len(arrays["state_segment"]) + 1)),
        stoppable=(arrays["flags"] & MAY_STOP) > 0,
    )


def _check(arrays: dict[str, NDArray[Any]]) -> None:
    """The numbers that native code follows without looking must lie where they point to."""
    states, segments, points = len(arrays["state_segment"]), len(arrays["u"]), len(arrays["x"])
    if len(arrays["order"]) != states or (np.bincount(arrays["order"], minlength=states) != 1).any():
        raise ValueError("the order is no permutation")
    limits = {"turn_tail": states, "turn_head": states, "state_segment": segments, "piece": points}
    for name, limit in limits.items():
        if len(arrays[name]) == 0 or int(arrays[name].max()) >= limit or int(arrays[name].min()) < 0:
            raise ValueError(f"{name} points outside")
    away = arrays.get("away_piece", arrays["piece"][:0])
    if len(away) and not 0 <= int(away.min()) <= int(away.max()) < len(arrays["away_x"]) - 1:
        raise ValueError("away_piece points outside")
    if int(arrays["shape_first"][-1]) != points or (np.diff(arrays["turn_tail"].astype(np.int64)) < 0).any():
        raise ValueError("the rows are not in order")


def _plain_states(arrays: dict[str, NDArray[Any]]) -> tuple[Ints, dict[int, tuple[int, ...]]]:
    """The states that remember nothing come first, so the first state of an arc is its plain one."""
    slot = arrays["state_segment"].astype(np.int64) * 2 + arrays["state_backward"]
    found, first = np.unique(slot, return_index=True)
    plain = np.full(len(arrays["u"]) * 2, -1, np.int64)
    plain[found] = first
    twins: dict[int, tuple[int, ...]] = {}
    for state in np.setdiff1d(np.arange(len(slot)), first).tolist():
        key = int(plain[slot[state]])
        twins[key] = (*twins.get(key, ()), state)
    return plain.reshape(-1, 2), twins
