"""Any money day keeps its promise, on both engines; taking the loops out breaks it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.engine import make_url

from server.db import open_engine, session_factory
from tests.integration.usecases.money_day import MoneyDay, build
from workorders.usecases.collections import reconsider

FULL = os.environ.get("CURBSTOP_TEST_MONEY") == "full"
"""Set for the full profile: 200 days of 60 steps on SQLite, 50 of 40 on PostgreSQL."""
PROFILE = (
    {"sqlite": (200, 60, 1), "postgresql": (50, 40, 2)}
    if FULL
    else {
        "sqlite": (10, 40, 1),
        "postgresql": (4, 30, 2),
    }
)
"""Days, steps, and transactions at once, by engine."""


def profile(days: int, steps: int, **given: Any) -> settings:
    return settings(
        max_examples=days,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **given,
    )


@pytest.fixture
def template(migrated_url: str) -> str:
    """A district to be copied for every day."""
    engine = open_engine(migrated_url)
    with session_factory(engine).begin() as session:
        build(session)
    engine.dispose()
    return migrated_url


@pytest.mark.slow
def test_nobody_who_paid_is_cut_or_left_off(template: str, backend: str) -> None:
    days, steps, together = PROFILE[backend]
    machine = type("AnyMoneyDay", (MoneyDay,), {"template": template, "together": together})
    run_state_machine_as_test(machine, settings=profile(days, steps))


def only_one(found: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **given: found(*args, **given)[:1]


@pytest.mark.slow
def test_without_the_loop_over_all_cuts_it_is_broken(
    migrated_template: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "template.sqlite"
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), target)
    engine = open_engine(f"sqlite:///{target}")
    with session_factory(engine).begin() as session:
        build(session)
    engine.dispose()
    monkeypatch.setattr(reconsider, "_in_question", only_one(reconsider._in_question))
    # This day comes to two cuts of one account early; from any other it only takes longer.
    machine = seed(8)(type("BrokenMoneyDay", (MoneyDay,), {"template": f"sqlite:///{target}"}))
    with pytest.raises(AssertionError, match=r"stand open|is off and nobody"):
        run_state_machine_as_test(
            machine,
            settings=profile(300, 60, phases=[Phase.generate], report_multiple_bugs=False),
        )
