"""An installation that leaves the demo package out: the server works, the command line says what lacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import server

ROOT = Path(server.__file__).resolve().parents[1]
PAGES = """
from server.app import create_app
from server.demonstration import demo_part

assert demo_part("signins") is None
client = create_app().test_client()
for path in ("/healthz", "/sign-in", "/api/openapi.json"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
assert "demo" not in client.get("/api/openapi.json").text
"""


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation with every package but the demo, and a new data folder."""
    for package in ("server", "mobile_api", "sync", "geo", "workorders", "node_modules"):
        (tmp_path / package).symlink_to(ROOT / package)
    # Without `site`, the development installation's finder does not lead back to the demo.
    libraries = [path for path in sys.path if path.endswith("-packages")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *libraries]),
        "CURBSTOP_DATA_DIR": str(tmp_path / "var"),
        "CURBSTOP_DATABASE_URL": "",
        "CURBSTOP_SECRET_KEY": "x" * 40,
    }


def python(installation: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it there, away from this repository."""
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=installation["CURBSTOP_DATA_DIR"].removesuffix("/var"),
        env=installation,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_server_and_its_commands_work_without_the_demo(installation: dict[str, str]) -> None:
    migrated = python(installation, "-m", "server", "migrate")
    assert migrated.returncode == 0, migrated.stderr
    pages = python(installation, "-c", PAGES)
    assert pages.returncode == 0, pages.stderr


def test_the_command_line_says_that_the_demo_is_missing(installation: dict[str, str]) -> None:
    for command in (["demo"], ["demo", "day"], ["simulate"], ["run", "--demo"]):
        answer = python(installation, "-m", "server", *command)
        assert answer.returncode == 2, answer.stderr
        assert "The demo is not part of this installation." in answer.stderr
    assert "demo" not in python(installation, "-m", "server", "--help").stdout
