"""`curbstop meters move`, run as a storekeeper runs it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from server.commands.meters import meters_command
from server.db import session_factory
from tests.integration.usecases import world
from workorders.problems import Problem
from workorders.tables import Meter


def test_a_van_is_loaded_whole_or_not_at_all(
    engine: Engine, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", migrated_url)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(tmp_path))
    sessions = session_factory(engine)
    with sessions.begin() as session:
        world.build(session, 2)

    def vans() -> dict[str, str | None]:
        with sessions() as session:
            return {meter.serial: meter.van_technician_id for meter in session.scalars(select(Meter))}

    run = CliRunner().invoke
    before = vans()
    assert (before["NT011"], before["NT012"]) == ("t01", "t01")
    moved = run(meters_command, ["move", "NT011", "NT012", "--to", "t02"])
    assert moved.exception is None, moved.exception
    assert (moved.exit_code, moved.output) == (0, "2 meters now on the van of t02.\n")
    assert (vans()["NT011"], vans()["NT012"]) == ("t02", "t02")
    refused = run(meters_command, ["move", "NT011", "M1", "--stock"])
    assert isinstance(refused.exception, Problem)
    assert vans()["NT011"] == "t02"
    assert run(meters_command, ["move", "NT011", "--stock"]).exit_code == 0
    assert vans()["NT011"] is None
    assert run(meters_command, ["move", "NT011"]).exit_code == 2
