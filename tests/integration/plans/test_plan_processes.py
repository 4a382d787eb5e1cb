"""What becomes of a plan whose process ends, well or not."""

import pytest

from server.config import Config
from server.planning.runs import PlanProcesses, ask
from server.services import Services, open_services
from tests.integration.couchdb.district import eventually
from tests.integration.plans.town import DAY, MORNING
from workorders.tables import PlanRun

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def state_of(services: Services, run: int) -> tuple[str, str | None]:
    with services.read_sessions() as session:
        found = session.get_one(PlanRun, run)
        return found.state, found.code


def asked(services: Services) -> int:
    with services.sessions.begin() as session:
        return ask(session, DAY, 2, now=MORNING, actor="dana").id


def test_a_planner_that_dies_is_reported_at_once(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    services, planners = open_services(config, clock=lambda: MORNING), PlanProcesses()
    run = asked(services)
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", "sqlite:////no/such/folder/curbstop.sqlite")
    assert planners.round(services) == 1
    eventually(lambda: planners.round(services) == planners.running == 0)
    assert state_of(services, run) == ("failed", "plan.stopped")
    services.engine.dispose()


def test_a_planner_that_ends_keeps_what_it_said(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    services, planners = open_services(config, clock=lambda: MORNING), PlanProcesses()
    run = asked(services)
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", config.database_url)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(config.data_dir))
    assert planners.round(services) == 1
    eventually(lambda: planners.round(services) == planners.running == 0)
    state, code = state_of(services, run)
    assert (state, code) == ("failed", "problem.no_streets")
    services.engine.dispose()
