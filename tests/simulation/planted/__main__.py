"""Looks for the first seed that finds each planted fault: `python -m tests.simulation.planted [name …]`."""

import sys

from demo.simulation.bench import bench_for
from demo.simulation.district import made_district
from demo.simulation.faults import Faults
from demo.simulation.run import Task, run
from demo.simulation.seeds import Seeds
from tests.simulation.planted import ALONE, DAYS, MOST_SEEDS, NEEDS, PLANTED, TABLETS

if __name__ == "__main__":
    with made_district(TABLETS) as district:
        for name in sys.argv[1:] or PLANTED:
            with bench_for(district) as bench, PLANTED[name]():
                for seed in range(MOST_SEEDS):
                    if NEEDS.get(name) not in (None, *Faults.drawn(Seeds(seed)).chosen):
                        continue
                    outcome = run(bench, Task(seed, DAYS, TABLETS, ALONE.get(name)))
                    if outcome.violations:
                        first = outcome.violations[0]
                        print(f'    "{name}": {seed},  # {first.check}: {first.words[:60]}', flush=True)  # noqa: T201
                        break
                else:
                    print(f"    # {name}: never within {MOST_SEEDS} seeds", flush=True)  # noqa: T201
