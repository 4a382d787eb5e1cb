"""`curbstop users`, run as an operator runs it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.auth.users import authenticate
from server.commands.users import users_command
from server.config import Config
from server.services import open_services
from tests.conftest import NOW
from workorders.problems import Problem


def test_adding_changing_and_shutting_out(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", migrated_url)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    assert "Nobody may sign in yet" in run(users_command, ["list"]).output
    added = run(
        users_command, ["add", "dana", "--role", "dispatcher", "--password", "a long enough password"]
    )
    assert added.exit_code == 0, added.output
    assert "dana may sign in as dispatcher" in added.output
    (listed,) = json.loads(run(users_command, ["list", "--json"]).output)
    assert (listed["name"], listed["roles"], listed["active"]) == ("dana", ["dispatcher"], True)
    again = run(users_command, ["add", "dana", "--role", "csr", "--password", "a long enough password"])
    assert isinstance(again.exception, Problem)
    assert run(users_command, ["password", "dana", "--password", "quite another one"]).exit_code == 0
    services = open_services(Config.from_env())
    assert authenticate(services.sessions, "dana", "quite another one", "local", NOW).name == "dana"
    assert "as csr" in run(users_command, ["roles", "dana", "--role", "csr"]).output
    assert json.loads(run(users_command, ["list", "--json"]).output)[0]["roles"] == ["csr"]
    assert "no longer" in run(users_command, ["shut-out", "dana"]).output
    assert "(shut out)" in run(users_command, ["list"]).output
    with pytest.raises(Problem, match="Name or password"):
        authenticate(services.sessions, "dana", "quite another one", "local", NOW)
    assert "sign in again" in run(users_command, ["shut-out", "dana", "--undo"]).output
    services.engine.dispose()
