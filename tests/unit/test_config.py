"""Settings are read once, checked, and documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from server.config import Config
from workorders.problems import Problem

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
SECRET = {
    "CURBSTOP_SECRET_KEY": "k" * 40,
    "CURBSTOP_DATABASE_URL": "postgresql+psycopg://curbstop:a%40b@db/curbstop",
    "CURBSTOP_COUCHDB_URL": "https://curbstop:secret@couch.internal:6984",
    "CURBSTOP_OIDC_CLIENT_SECRET": "known-to-the-provider",
    "CURBSTOP_METRICS_TOKEN": "prometheus-reads-with-this",
}


def test_every_setting_is_documented_with_its_own_words() -> None:
    rows = {}
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("| `CURBSTOP_") and "_FILE`" not in line:
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

    files = re.findall(r"^\| `(CURBSTOP_\w+_FILE)`", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(files) == sorted(f"{name}_FILE" for name in SECRET)


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
        ("CURBSTOP_OIDC_ISSUER", "http://id.example.org"),
        ("CURBSTOP_OIDC_ROLES", "admin"),
        ("CURBSTOP_OIDC_ROLES", "admin=Field admins"),
        ("CURBSTOP_PASSWORD_PEOPLE", "ada"),
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


def _with_file(folder: Path, name: str, content: bytes) -> dict[str, str]:
    path = folder / "secret"
    path.write_bytes(content)
    return {"CURBSTOP_DATA_DIR": str(folder), f"{name}_FILE": str(path)}


def _refusal(env: dict[str, str]) -> str:
    with pytest.raises(Problem) as caught:
        Config.from_env(env)
    assert caught.value.code == "bad_setting"
    return caught.value.words


@pytest.mark.parametrize("name", SECRET)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_comes_from_a_file_as_from_a_variable(name: str, end: str, tmp_path: Path) -> None:
    given = {"CURBSTOP_DATA_DIR": str(tmp_path), name: SECRET[name]}
    from_file = Config.from_env(_with_file(tmp_path, name, f"{SECRET[name]}{end}".encode()))
    assert from_file == Config.from_env(given)
    assert SECRET[name] in {getattr(from_file, f.name) for f in fields(Config)}


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_given_twice_names_both(name: str, tmp_path: Path) -> None:
    words = _refusal(_with_file(tmp_path, name, SECRET[name].encode()) | {name: SECRET[name]})
    assert f"{name}_FILE" in words
    assert f"{name} is given as well" in words
    assert SECRET[name] not in words


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff" * 40, b"k" * 70_000, b"k" * 40 + b"\n" + b"l" * 40, b"k" * 40 + b"\0"]
)
def test_a_file_that_holds_no_secret_is_refused(content: bytes, tmp_path: Path) -> None:
    words = _refusal(_with_file(tmp_path, "CURBSTOP_SECRET_KEY", content))
    assert "CURBSTOP_SECRET_KEY_FILE" in words
    assert "kkk" not in words


@pytest.mark.parametrize("path", ["no-such-file", "."])
def test_a_file_that_cannot_be_read_is_named(path: str, tmp_path: Path) -> None:
    place = str(tmp_path / path)
    words = _refusal({"CURBSTOP_DATA_DIR": str(tmp_path), "CURBSTOP_COUCHDB_URL_FILE": place})
    assert "CURBSTOP_COUCHDB_URL_FILE" in words
    assert place in words


def test_what_is_not_secret_comes_from_no_file(tmp_path: Path) -> None:
    assert "no such setting" in _refusal(_with_file(tmp_path, "CURBSTOP_DISTRICT", b"Demo Falls"))


def test_settings_print_no_secret(tmp_path: Path) -> None:
    shown = repr(Config.from_env({"CURBSTOP_DATA_DIR": str(tmp_path)} | SECRET))
    assert not [value for value in SECRET.values() if value in shown]
