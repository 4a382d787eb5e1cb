"""The drill command puts the newest backup back beside the district, and says what it is worth."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from server.backups.taking import take_backup
from server.commands.drill import drill_command
from server.config import Config
from server.services import utc_now
from tests.conftest import _drop, _postgres_database
from tests.integration.backups.district import build


@pytest.fixture
def backups(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A district with two backups, the settings pointing at it."""
    build(config)
    folder = tmp_path / "backups"
    folder.mkdir()
    for name, age in (("b-older", 3), ("a-newer", 2)):
        at = utc_now() - timedelta(hours=age)
        take_backup(config, folder / name, clock=lambda at=at: at)  # type: ignore[misc]
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", config.database_url)
    return folder


@pytest.fixture
def into(config: Config, tmp_path: Path) -> Iterator[list[str]]:
    """`--into` with a spare database where the engine needs one."""
    if make_url(config.database_url).get_backend_name() == "sqlite":
        yield []
        return
    url = _postgres_database("template0")
    path = tmp_path / "spare"
    path.write_text(f"{url}\n")
    yield ["--into", str(path)]
    _drop(url)


def _drill(backups: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(drill_command, [str(backups), "--room", str(backups.parent), *options])
    return done.exit_code, done.output


def test_the_newest_backup_is_proved_twice_over_and_nothing_stays(backups: Path, into: list[str]) -> None:
    before = sorted(backups.parent.iterdir())
    for _ in range(2):
        status, output = _drill(backups, *into, "--json")
        assert status == 0, output
        assert json.loads(output)["backup"] == str(backups / "a-newer")
        assert json.loads(output)["differences"] == []
    assert "Everything adds up." in _drill(backups, *into)[1]
    assert sorted(backups.parent.iterdir()) == before


def test_an_old_backup_fails_the_drill(backups: Path, into: list[str]) -> None:
    status, output = _drill(backups, *into, "--hours", "1")
    assert status == 1
    assert "TOO OLD" in output


def test_a_damaged_backup_and_an_empty_folder_fail_the_drill(
    backups: Path, into: list[str], tmp_path: Path
) -> None:
    manifest = json.loads((backups / "a-newer" / "manifest.json").read_text())
    (backups / "a-newer" / min(manifest["files"])).write_bytes(b"spoilt")
    done = CliRunner().invoke(drill_command, [str(backups), *into])
    assert getattr(done.exception, "code", None) == "backup_damaged"
    (tmp_path / "nothing").mkdir()
    done = CliRunner().invoke(drill_command, [str(tmp_path / "nothing"), *into])
    assert getattr(done.exception, "code", None) == "backup_damaged"


def test_the_districts_own_database_is_no_spare(backups: Path, config: Config, tmp_path: Path) -> None:
    (tmp_path / "own").write_text(config.database_url)
    done = CliRunner().invoke(drill_command, [str(backups), "--into", str(tmp_path / "own")])
    assert getattr(done.exception, "code", None) == "bad_setting"
