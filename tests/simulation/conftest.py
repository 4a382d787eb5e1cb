"""A bench for the simulation's runs."""

from collections.abc import Iterator

import pytest

from demo.simulation.bench import Bench, bench_for
from demo.simulation.district import District, made_district
from tests.simulation.planted import TABLETS


@pytest.fixture(scope="module")
def district() -> Iterator[District]:
    """The district that all runs of a file begin with."""
    with made_district(TABLETS) as made:
        yield made


@pytest.fixture
def bench(district: District) -> Iterator[Bench]:
    """A machine for one test."""
    with bench_for(district) as made:
        yield made
