"""The road network: build, load, travel times, ways, closures, memory, and equality with Dijkstra.

python -m bench.routing_network [--sources 200] [--side 500] [--valhalla http://127.0.0.1:8002]

Uses the street extract beside the repository (© OpenStreetMap contributors) where it is, else a generated
town of 25,000 accounts. A lattice of `side` × `side` junctions stands for a large region. A Valhalla named
must serve the same extract.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.lattice import write_lattice
from bench.peers import valhalla_times
from demo.town import generate_town
from geo.roads import NetworkSummary, RoadNetwork, build_network
from geo.roads.streets_pbf import write_street_pbf
from tests.unit.roads.oracle import plain_row

EXTRACT = Path(__file__).resolve().parents[2] / "shared" / "data" / "columbus.osm.pbf"
STATES = {"Pennsylvania": 1_541_898, "Texas": 1_921_660, "California": 2_766_607}
"""Street segments of whole states: edges of roadNet-PA, -TX and -CA (snap.stanford.edu/data)."""
Answer = TypeVar("Answer")


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=200, help="rows compared with Dijkstra")
    parser.add_argument("--side", type=int, default=500, help="junctions along a side of the large lattice")
    parser.add_argument("--valhalla", metavar="URL", help="a Valhalla service whose times to compare")
    options, _ = parser.parse_known_args(arguments)
    print(f"cores {os.cpu_count()}, load before {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = EXTRACT if EXTRACT.exists() else _town(place / "town.osm.pbf")
        print(f"\n{source.name}")
        _build_apart(source, place / "small.roads")
        network = _timed("open", lambda: RoadNetwork.open(place / "small.roads"))
        _times(network)
        _equality(network, options.sources)
        if options.valhalla:
            _against_valhalla(network, options.valhalla)
        lattice = place / "lattice.osm.pbf"
        write_lattice(lattice, options.side)
        print(f"\nlattice of {options.side} × {options.side}")
        large = _build_apart(lattice, place / "large.roads")
        network = _timed("open", lambda: RoadNetwork.open(place / "large.roads"))
        _timed("closure", lambda: _closed(network))
        _project(large)


def _town(path: Path) -> Path:
    town = generate_town(1, 25_000)
    write_street_pbf(path, town.nodes, town.ways, town.relations)
    return path


def _timed(what: str, run: Callable[[], Answer], times: int = 1) -> Answer:
    """Print the best wall time of some runs with the processor time it took."""
    best = (float("inf"), 0.0)
    for _ in range(times):
        wall, used = time.perf_counter(), time.process_time()
        answer = run()
        best = min(best, (time.perf_counter() - wall, time.process_time() - used))
    print(f"  {what:<44} {best[0] * 1000:9.0f} ms   (processor {best[1] * 1000:.0f} ms)", flush=True)
    return answer


def _build_apart(source: Path, target: Path) -> tuple[NetworkSummary, float, float]:
    """Build in a process of its own. Returns the summary, seconds, and megabytes it took."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        summary, seconds, megabytes = pool.apply(_measured_build, (source, target))
    print(
        f"  {summary.segments:,} segments, {summary.arcs:,} arcs, {summary.turns:,} turns, "
        f"{summary.restrictions} restrictions, {summary.bytes / 1e6:.1f} MB"
    )
    print(f"  {'build':<44} {seconds * 1000:9.0f} ms   (peak memory {megabytes:.0f} MB)", flush=True)
    return summary, seconds, megabytes


def _measured_build(source: Path, target: Path) -> tuple[NetworkSummary, float, float]:
    begin, before = time.perf_counter(), _peak_megabytes()
    summary = build_network(source, target)
    return summary, time.perf_counter() - begin, _peak_megabytes() - before


def _peak_megabytes() -> float:
    """Largest memory of this process so far. What the kernel calls maxrss counts the parent's as well."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the kernel does not report a process's largest memory")


def _points(network: RoadNetwork, count: int, seed: int) -> NDArray[Any]:
    """Places beside streets where vehicles may stop, spread over all segments."""
    rng = np.random.default_rng(seed)
    arrays = network._roads.arrays
    first = arrays["shape_first"][rng.choice(np.flatnonzero(network._roads.stoppable), count)]
    share = rng.random(count)
    along = [arrays[axis][first] * (1 - share) + arrays[axis][first + 1] * share for axis in ("x", "y")]
    return np.stack(along, axis=1) * 1e-7 + rng.normal(0, 1e-4, (count, 2))


def _closed(network: RoadNetwork) -> RoadNetwork:
    return network.with_closures([[_middle(network)]])


def _middle(network: RoadNetwork) -> tuple[float, float]:
    lon, lat = _points(network, 1, 5)[0]
    snapped = network.snap(float(lon), float(lat))
    return snapped.lon, snapped.lat


def _times(network: RoadNetwork) -> None:
    for count in (200, 1000, 2000):
        points = _points(network, count, count)
        _timed(f"travel times {count} × {count}, turns and all", lambda p=points: network.matrix(p), 3)  # type: ignore[misc]  # binds the loop's points
    points = _points(network, 20, 1)
    _timed("a way through 20 stops with instructions", lambda: network.path(points), 3)
    _timed("closure", lambda: _closed(network), 3)


def _equality(network: RoadNetwork, sources: int) -> None:
    points = _points(network, 400, 9)
    matrix = network.matrix(points)
    pairs = [(lon, lat) for lon, lat in points.tolist()]
    wrong = sum(matrix[row].tolist() != plain_row(network, pairs, row) for row in range(sources))
    print(f"  {sources} rows of 400 compared with Dijkstra: {wrong} differ", flush=True)
    if wrong:
        raise SystemExit("The travel times are wrong.")


def _against_valhalla(network: RoadNetwork, url: str) -> None:
    """Legs over a minute between 60 sources and 60 targets: how far the times are apart."""
    points = _points(network, 120, 11)
    theirs = valhalla_times.seconds(url, points[:60], points[60:])
    ours = network.matrix(points)[:60, 60:]
    legs = theirs > 60
    ratio = ours[legs] / theirs[legs]
    print(
        f"  {legs.sum():,} legs against Valhalla: median difference {100 * np.median(abs(ratio - 1)):.1f} %, "
        f"median ratio {np.median(ratio):.2f}, eight in ten between {np.percentile(ratio, 10):.2f} "
        f"and {np.percentile(ratio, 90):.2f}",
        flush=True,
    )


def _project(large: tuple[NetworkSummary, float, float]) -> None:
    """From the large lattice: memory and file by segments, time by segments and their logarithm."""
    built, seconds, megabytes = large
    print("\nprojected for the streets of a state (built once; later the file is opened)")
    for state, segments in STATES.items():
        more = segments / built.segments
        slower = more * np.log(segments) / np.log(built.segments)
        print(
            f"  {state:<14} {segments:>9,} segments: {seconds * slower / 60:5.1f} minutes, "
            f"{megabytes * more / 1000:.1f} GB of memory, file {built.bytes * more / 1e6:.0f} MB"
        )


if __name__ == "__main__":
    main()
