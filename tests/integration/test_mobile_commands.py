"""`curbstop devices` as an operator types it, on both SQL engines."""

import json

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from mobile_api.tables import EnrolmentCode
from server.commands.devices import devices_command
from server.config import Config
from server.db import session_factory
from tests.conftest import NOW
from tests.integration.mobile_district import District
from workorders.problems import Problem
from workorders.tables import Technician


@pytest.fixture
def environment(config: Config) -> dict[str, str]:
    """The settings of the test's district as the commands read them."""
    return {
        "CURBSTOP_DATABASE_URL": config.database_url,
        "CURBSTOP_SECRET_KEY": config.secret_key,
        "CURBSTOP_DATA_DIR": str(config.data_dir),
    }


def run(environment: dict[str, str], *words: str) -> Result:
    """Run one command; a failure shows itself."""
    return CliRunner(env=environment).invoke(devices_command, list(words), catch_exceptions=False)


def test_a_code_is_issued_for_a_technician(engine: Engine, environment: dict[str, str]) -> None:
    with session_factory(engine).begin() as session:
        session.add(Technician(id="t01", name="Demo One"))
    answer = json.loads(run(environment, "code", "t01", "--by", "supervisor", "--json").stdout)
    assert len(answer["code"]) == 9
    with session_factory(engine)() as session:
        issued = session.query(EnrolmentCode).filter_by(issued_by="supervisor").one()
    assert issued.technician_id == "t01"
    with pytest.raises(Problem, match="no technician t99"):
        run(environment, "code", "t99")


def test_tablets_are_listed_and_revoked(engine: Engine, config: Config, environment: dict[str, str]) -> None:
    tablet = District(engine, config).enrol()
    [row] = json.loads(run(environment, "list", "--json").stdout)
    assert (row["id"], row["technicians"], row["revoked_at"]) == (tablet.device, {"t01": "Demo One"}, None)
    assert row["last_seen_at"] == NOW.isoformat()
    run(environment, "revoke", str(tablet.device))
    [row] = json.loads(run(environment, "list", "--json").stdout)
    assert row["revoked_at"] is not None
    assert "revoked" in run(environment, "list").stdout
