"""Any cash day keeps every cent in one place, on both engines; a fault that is put in is found."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from tests.integration.usecases.cash_machine import CashDays
from workorders.usecases.cash import drawer_closing, take_payment_back

FULL = os.environ.get("CURBSTOP_TEST_MONEY") == "full"
"""Set for 200 days of 60 steps instead of the small profile."""
FAULTS: dict[str, tuple[Any, str, Any]] = {
    "what a drawer is over or short is posted nowhere": (drawer_closing, "difference_lines", lambda *_: []),
    "a returned item is not taken from the bank": (take_payment_back, "_at_the_bank", lambda *_: False),
}


def play(engine: Engine, *, start: int | None = None, **given: Any) -> None:
    """Play days whose work is rolled back; `start` is the seed of the first."""
    with engine.connect() as connection, connection.begin() as transaction:
        machine = type("AnyCashDay", (CashDays,), {"connection": connection})
        rules = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), **given)
        run_state_machine_as_test(machine if start is None else seed(start)(machine), settings=rules)
        transaction.rollback()


def test_every_cent_is_in_one_place(district_engine: Engine) -> None:
    days, steps = (200, 60) if FULL else (6, 30)
    play(district_engine, max_examples=days, stateful_step_count=steps)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("district_engine", ["sqlite"], indirect=True)
def test_a_fault_is_found(district_engine: Engine, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    # These days come to both faults early; from any other start it only takes longer.
    with pytest.raises(AssertionError):
        play(
            district_engine,
            start=1,
            max_examples=300,
            stateful_step_count=40,
            phases=[Phase.generate],
            report_multiple_bugs=False,
        )
