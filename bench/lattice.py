"""A lattice of streets as large as one likes, with the lengths, speeds and missing links of real ones."""

from pathlib import Path

import numpy as np

from geo.roads.streets_pbf import StreetNode, StreetWay, write_street_pbf

_STEP_DEGREES = 0.0012
_RUN = 12
"""Blocks in a way: about as many as an OpenStreetMap street has."""


def write_lattice(path: Path, side: int, seed: int = 1) -> None:
    """Write `side` × `side` junctions, shaken, one street in seven missing, every tenth a main road."""
    rng = np.random.default_rng(seed)
    shake = rng.normal(0, _STEP_DEGREES / 6, (side, side, 2))
    nodes = [
        StreetNode(
            r * side + c + 1,
            -98.0 + c * _STEP_DEGREES * 1.3 + float(shake[r, c, 0]),
            39.0 + r * _STEP_DEGREES + float(shake[r, c, 1]),
        )
        for r in range(side)
        for c in range(side)
    ]
    numbers = np.arange(1, side * side + 1).reshape(side, side)
    ways: list[StreetWay] = []
    for lines, name in ((numbers, "Row"), (numbers.T, "Column")):
        for number, line in enumerate(lines):
            main = number % 10 == 0
            tags = {"highway": "secondary" if main else "residential", "name": f"{name} {number}"}
            for first in range(0, side - 1, _RUN):
                run = line[first : first + _RUN + 1].tolist()
                for part in _runs(run, rng, missing=0.0 if main else 1 / 7):
                    ways.append(StreetWay(len(ways) + 1, tuple(part), tags))
    write_street_pbf(path, nodes, ways)


def _runs(nodes: list[int], rng: np.random.Generator, *, missing: float) -> list[list[int]]:
    runs, current = [], [nodes[0]]
    for node, gone in zip(nodes[1:], rng.random(len(nodes) - 1) < missing, strict=True):
        if gone:
            runs.append(current)
            current = [node]
        else:
            current.append(node)
    return [run for run in (*runs, current) if len(run) > 1]
