"""Plan field-service days within a time, and check each plan by the rules of its file alone."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.check_plan import check

DAYS = Path(__file__).resolve().parents[2] / "shared" / "data" / "days"
RUNS = (("day-200-10", 10), ("day-1000-40", 10), ("day-1000-40", 60), ("day-2000-100", 40))
"""Day and seconds; a full run takes a little over two minutes."""


def main(arguments: list[str] | None = None) -> None:
    """Print a line per day: time taken, served, priority, driving hours, violations."""
    parser = argparse.ArgumentParser(prog="python -m bench routing", description=__doc__)
    parser.add_argument("--days", type=Path, default=DAYS, help="folder with day-….json and .npz files")
    parser.add_argument("--quick", action="store_true", help="the smallest day only")
    options, _ = parser.parse_known_args(arguments)
    if not options.days.is_dir():
        print(f"There are no days in {options.days}; name a folder with --days.")
        return
    print(f"{'day':<14} {'asked':>6} {'took':>7} {'served':>7} {'priority':>9} {'drive h':>8}  violations")
    for name, seconds in RUNS[: 1 if options.quick else None]:
        measure(options.days / f"{name}.json", seconds)


def measure(path: Path, seconds: int) -> None:
    """Plan one day as the command line does, in a process of its own, and judge the result."""
    command = [
        sys.executable,
        "-m",
        "server",
        "plan",
        "--day",
        str(path),
        "--seconds",
        str(seconds),
        "--json",
    ]
    began = time.perf_counter()
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    took = time.perf_counter() - began
    with np.load(path.with_suffix(".npz")) as arrays:
        travel = arrays["seconds"].astype(np.int64)
    wrong, served, points, hours = check(json.loads(path.read_text()), travel, json.loads(made.stdout))
    print(
        f"{path.stem:<14} {seconds:>5}s {took:>6.1f}s {served:>7} {points:>9} {hours:>8.2f}  {len(wrong)}",
        flush=True,
    )
    for words in wrong:
        print(f"  VIOLATION {words}")


if __name__ == "__main__":
    main()
