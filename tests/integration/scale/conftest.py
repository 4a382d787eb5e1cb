"""The application over a large district, built once per engine; what a test writes there stays small."""

from collections.abc import Iterator

import pytest

from server.app import create_app
from server.db import count_rows_anew
from tests.integration.office import morning
from tests.integration.office.conftest import Office, _copied, _services
from tests.integration.scale.large import enlarge
from tests.integration.scale.papers import lay_out
from tests.integration.usecases import reading_desk

ACCOUNTS = 6_000


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def large_office(
    request: pytest.FixtureRequest,
    migrated_template: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """The morning's orders in a district of ACCOUNTS accounts, its statistics gathered."""
    folder = tmp_path_factory.mktemp("large")
    with _copied(migrated_template[request.param], folder) as url:
        services = _services(url, folder)
        with services.sessions() as session:
            numbers = morning.build(session)
        with services.sessions.begin() as session:
            numbers |= lay_out(session) | reading_desk.lay_out(session, morning.CLOCK)
        with services.sessions.begin() as session:
            enlarge(session, ACCOUNTS)
        with services.sessions.begin() as session:
            # As the product does it after a load: SQLite plans without figures.
            count_rows_anew(session)
        yield Office(create_app(services=services), services, numbers)
        services.engine.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each engine's tests in one process: building the district takes longer than most of them."""
    for item in items:
        call = getattr(item, "callspec", None)
        if "tests/integration/scale/" in item.nodeid and call is not None:
            item.add_marker(pytest.mark.xdist_group(f"large district on {call.params['large_office']}"))
