"""Many short runs, each with the faults its seed draws: nothing is lost, doubled or wrong."""

import pytest

from demo.simulation.bench import Bench
from demo.simulation.run import Task, run
from demo.simulation.story import story

SEEDS = 100
CHUNKS = 8
"""So that they spread over the workers of a test run."""


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_is_lost_doubled_or_wrong(bench: Bench, chunk: int) -> None:
    for seed in range(chunk, SEEDS, CHUNKS):
        outcome = run(bench, Task(seed, days=1, tablets=2))
        assert outcome.violations == (), story(outcome)
