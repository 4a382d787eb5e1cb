"""From the drawing board, where streets are straight, to the ground, where they bend."""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.distance import METRES_PER_DEGREE

from .values import LonLat

CENTRE: LonLat = (-98.6, 39.1)
"""Open farmland in Kansas: nobody's real town."""

_WAVES = 4
_BEND_METRES = 42.0
_SHORTEST_WAVE_METRES = 1_700.0
"""Waves this long and bends this small never fold the plane, and keep every corner a corner."""


@dataclass(frozen=True, slots=True)
class Warp:
    """A smooth bending and turning of the plane; board and ground are both metres east and north."""

    turn: float
    waves: NDArray[np.float64]
    """One row a wave: direction, 2π / length, phase, bend east, bend north."""

    @classmethod
    def draw(cls, rng: random.Random) -> "Warp":
        """A random one."""
        rows = []
        for _ in range(_WAVES):
            length = rng.uniform(_SHORTEST_WAVE_METRES, 2 * _SHORTEST_WAVE_METRES)
            heading = rng.uniform(0, 2 * math.pi)
            bend = _BEND_METRES * rng.uniform(0.6, 1.0)
            shape = [rng.uniform(0, math.pi), 2 * math.pi / length, rng.uniform(0, 2 * math.pi)]
            rows.append([*shape, bend * math.cos(heading), bend * math.sin(heading)])
        return cls(turn=math.radians(rng.uniform(6, 14)), waves=np.array(rows))

    def ground(self, board: NDArray[np.float64]) -> NDArray[np.float64]:
        """Board points (n, 2) on the ground."""
        x, y = board[:, 0], board[:, 1]
        out = np.stack([x, y], axis=1).astype(np.float64)
        for direction, rate, phase, east, north in self.waves.tolist():
            swing = np.sin(rate * (x * math.cos(direction) + y * math.sin(direction)) + phase)
            out += swing[:, None] * (east, north)
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return np.stack([out[:, 0] * cos - out[:, 1] * sin, out[:, 0] * sin + out[:, 1] * cos], axis=1)


def lonlat(ground: NDArray[np.float64]) -> list[LonLat]:
    """Ground points as longitude and latitude, to the seventh decimal (a centimetre)."""
    lon = CENTRE[0] + ground[:, 0] / (METRES_PER_DEGREE * math.cos(math.radians(CENTRE[1])))
    lat = CENTRE[1] + ground[:, 1] / METRES_PER_DEGREE
    return list(zip(np.round(lon, 7).tolist(), np.round(lat, 7).tolist(), strict=True))
