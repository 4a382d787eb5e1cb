"""`pytest --quick` leaves out what it promises, and starts no PostgreSQL."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def collected() -> tuple[list[str], int]:
    """The tests of a quick run, and how many it leaves out."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--quick",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests",
    ]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=True)
    lines = answer.stdout.splitlines()
    return [line for line in lines if "::" in line], int(lines[-1].split("(")[1].split()[0])


@pytest.mark.slow
def test_a_quick_run_needs_no_postgresql_browser_or_node(collected: tuple[list[str], int]) -> None:
    tests, left_out = collected
    assert left_out > 100
    assert [name for name in tests if "postgresql" in name] == []
    folders = {name.split("::")[0].rpartition("/")[0] for name in tests}
    assert not folders & {
        "tests/browser",
        "tests/replication",
        "tests/integration/couchdb",
        "tests/integration/crash",
    }
    assert {"tests/unit/judgement", "tests/integration/usecases", "tests/integration/office"} <= folders


@pytest.mark.xdist_group("held together")
def test_what_must_not_run_together_is_held_together(request: pytest.FixtureRequest) -> None:
    """Without their groups three browsers would run side by side, and nobody would be told."""
    if request.config.getoption("loadgroup", default=False):
        assert request.node.nodeid.endswith("@held together")
