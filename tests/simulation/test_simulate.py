"""`curbstop simulate`: the same seed is the same run, and a failing one tells how to see it again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from demo.simulation.bench import Bench
from demo.simulation.command import simulate_command
from demo.simulation.minimise import minimise
from demo.simulation.run import Task, run
from tests.simulation.planted import DAYS, PLANTED, SEEDS, TABLETS

ROOT = Path(__file__).resolve().parents[2]
BITTEN = "a_cent_avoids_a_cut"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace_to_the_byte() -> None:
    """In processes of their own, whose sets and dictionaries are in other orders."""
    traces = []
    for salt in ("1", "2"):
        command = [sys.executable, "-m", "server", "simulate", "--seeds", "3:6", "--days", "2"]
        answer = subprocess.run(
            [*command, "--tablets", "3", "--trace"],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": salt},
            capture_output=True,
            timeout=300,
            check=False,
        )
        lines = answer.stdout.splitlines()
        assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-2000:]
        traces.append(lines[:-1])  # The last line says how long it took.
    assert len(traces[0]) > 100
    assert traces[0] == traces[1]


def test_a_sound_program_ends_with_its_figures() -> None:
    answer = CliRunner().invoke(
        simulate_command, ["--seeds", "0:2", "--days", "1", "--tablets", "2", "--json"]
    )
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.output.splitlines()[-1])
    assert figures.keys() == {
        "seeds",
        "days",
        "tablets",
        "violations",
        "events",
        "orders",
        "faults",
        "tablet_days_per_second",
    }
    assert (figures["seeds"], figures["days"], figures["tablets"], figures["violations"]) == (2, 1, 2, 0)


@pytest.mark.slow
def test_a_failing_seed_prints_its_command_and_its_story() -> None:
    seed = SEEDS[BITTEN]
    given = ["--seeds", f"{seed}:{seed + 1}", "--days", str(DAYS), "--tablets", str(TABLETS), "--as-it-is"]
    with PLANTED[BITTEN]():
        answer = CliRunner().invoke(simulate_command, given)
    assert answer.exit_code == 1
    again = f"curbstop simulate --seeds {seed}:{seed + 1} --days {DAYS} --tablets {TABLETS}"
    assert f"Again with: {again}" in answer.output
    assert "was called off as paid while" in answer.output


@pytest.mark.slow
def test_a_failing_run_is_made_smaller(bench: Bench) -> None:
    with PLANTED[BITTEN]():
        failed = run(bench, Task(SEEDS[BITTEN], DAYS, TABLETS))
        smaller = minimise(failed, lambda task: run(bench, task), most=20)
        assert smaller.violations[0].check == failed.violations[0].check
        before = (failed.task.days, failed.task.tablets, len(failed.faults))
        after = (smaller.task.days, smaller.task.tablets, len(smaller.faults))
        assert all(one <= other for one, other in zip(after, before, strict=True))
        assert after < before
        # And it is the run that its own command plays.
        assert run(bench, smaller.task).trace.digest == smaller.trace.digest
