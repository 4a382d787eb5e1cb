"""Settings are read once, checked, and documented."""

from dataclasses import fields
from pathlib import Path

import pytest

from server.config import Config
from workorders.problems import Problem

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_own_words() -> None:
    rows = {}
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("| `CURBSTOP_"):
            name, default, meaning = (cell.strip() for cell in line.strip("|").split("|"))
            rows[name.strip("`")] = (default.strip("`"), meaning)
    shown = {True: "yes", False: "no", None: "", (): ""}
    expected = {
        f"CURBSTOP_{f.name.upper()}": (
            shown[f.default] if isinstance(f.default, bool | tuple) or f.default is None else str(f.default),
            f.metadata["help"],
        )
        for f in fields(Config)
    }
    assert rows == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CURBSTOP_PORT", "eighty"),
        ("CURBSTOP_PORT", "70000"),
        ("CURBSTOP_TIMEZONE", "Mars/Olympus"),
        ("CURBSTOP_DATABASE_URL", "mysql://x/y"),
        ("CURBSTOP_DATABASE_URL", "::"),
        ("CURBSTOP_SECRET_KEY", "short"),
        ("CURBSTOP_LOG_LEVEL", "LOUD"),
        ("CURBSTOP_SECURE_COOKIES", "perhaps"),
        ("CURBSTOP_PROT", "8000"),
    ],
)
def test_a_setting_that_cannot_work_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        Config.from_env({"CURBSTOP_DATA_DIR": str(tmp_path), name: value})
    assert caught.value.code == "bad_setting"
    assert name in caught.value.words


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = Config.from_env({"CURBSTOP_DATA_DIR": str(tmp_path)})
    second = Config.from_env({"CURBSTOP_DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_embedded_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    config = Config.from_env({"CURBSTOP_DATA_DIR": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path / 'curbstop.sqlite'}"
