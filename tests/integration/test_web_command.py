"""`curbstop web` serves alone, its token from a file, and loads no module of the folder it starts in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.config import Config
from tests.postgres import free_port

PROGRAM = Path(sys.executable).with_name("curbstop")
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]


@pytest.fixture
def served(config: Config, tmp_path: Path) -> Iterator[str]:
    """The address of a web server without a worker, started where a file has the name of a library."""
    (tmp_path / "jwt.py").write_text("raise RuntimeError('a stranger was imported')\n")
    (tmp_path / "token").write_text("prometheus-reads-with-this\n")
    port = free_port()
    process = subprocess.Popen(
        [PROGRAM, "web"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ
        | {
            "CURBSTOP_DATA_DIR": str(config.data_dir),
            "CURBSTOP_DATABASE_URL": config.database_url,
            "CURBSTOP_METRICS_TOKEN_FILE": str(tmp_path / "token"),
            "CURBSTOP_PORT": str(port),
            "CURBSTOP_WEB_WORKERS": "1",
        },
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()


def test_the_web_server_alone_answers_and_ends_when_asked(served: str) -> None:
    assert httpx.get(f"{served}/healthz").status_code == 200
    ready = httpx.get(f"{served}/readyz")
    assert [name for name, part in ready.json()["parts"].items() if not part["ok"]] == ["worker"]
    for token, status in (("prometheus-reads-with-this", 200), ("guessed", 403)):
        answer = httpx.get(f"{served}/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
