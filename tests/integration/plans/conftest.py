"""A town's streets, drawn once for all tests of planning."""

import pytest

from tests.integration.plans.town import Streets, build_streets


@pytest.fixture(scope="session")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Streets:
    """The streets of a town of 400 houses."""
    return build_streets(tmp_path_factory.mktemp("streets"))
