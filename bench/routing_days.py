"""Plan field-service days within a time, and check each plan by the rules of its file alone.

Peers run in the same way where they are installed (pip install pyvroom ortools); VRPTW instances where a
folder with files in Solomon's format is named.
"""

import argparse
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench import planning_in_day, vrptw
from bench.check_plan import check

DAYS = Path(__file__).resolve().parents[2] / "shared" / "data" / "days"
RUNS = (("day-200-10", 10), ("day-1000-40", 10), ("day-1000-40", 60), ("day-2000-100", 40))
"""Day and seconds; a full run takes a little over two minutes, and as much for each peer."""
PEERS = {"vroom": "VROOM", "ortools": "OR-Tools"}


def main(arguments: list[str] | None = None) -> None:
    """Print a line per day and planner, then the changes in the day, a region, and VRPTW."""
    parser = argparse.ArgumentParser(prog="python -m bench routing", description=__doc__)
    parser.add_argument("--days", type=Path, default=DAYS, help="folder with day-….json and .npz files")
    parser.add_argument("--quick", action="store_true", help="the smallest day only")
    parser.add_argument("--vrptw", type=Path, help="folder with VRPTW instances in Solomon's format")
    options, _ = parser.parse_known_args(arguments)
    if not options.days.is_dir():
        print(f"There are no days in {options.days}; name a folder with --days.")
        return
    peers = [name for name in PEERS if importlib.util.find_spec(name)]
    known = ", ".join(peers) or "none (pip install pyvroom ortools)"
    print(f"load before {os.getloadavg()[0]:.1f}; peers: {known}")
    print("day           planner    asked    took  served  priority  drive h  violations")
    for name, seconds in RUNS[: 1 if options.quick else None]:
        measure(options.days / f"{name}.json", seconds, peers)
    if not options.quick:
        print()
        planning_in_day.emergencies(options.days / "day-1000-40.json", 10)
        planning_in_day.region(options.days / "day-2000-100.json", 10_000, 400, 150)
    if options.vrptw:
        print()
        vrptw.compare(options.vrptw, 10)


def measure(path: Path, seconds: int, peers: list[str]) -> None:
    """Plan one day as the command line does, in a process of its own, and judge it; then the peers."""
    day = json.loads(path.read_text())
    with np.load(path.with_suffix(".npz")) as arrays:
        travel = arrays["seconds"].astype(np.int64)

    def report(planner: str, began: float, plan: list[list[int]]) -> None:
        took = time.perf_counter() - began
        wrong, served, points, hours = check(day, travel, plan)
        line = (
            f"{path.stem:<13} {planner:<9} {seconds:>5}s {took:>6.1f}s {served:>7} {points:>9} {hours:>8.2f}"
        )
        print(f"{line}  {len(wrong)}", *(f"\n  VIOLATION {words}" for words in wrong), flush=True)

    command = [sys.executable, "-m", "server", "plan", "--day", str(path), "--seconds", str(seconds)]
    began = time.perf_counter()
    made = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    report("Curbstop", began, json.loads(made.stdout))
    for peer in peers:
        began = time.perf_counter()
        module = importlib.import_module(f"bench.peers.{peer}_day")
        report(PEERS[peer], began, module.plan(day, travel, seconds))


if __name__ == "__main__":
    main()
