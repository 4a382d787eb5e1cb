"""A demo district of its own, thrown away afterwards, on whose clocks it is morning."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from demo.signins import DemoSignIns, read_sign_ins

MORNING_HOUR = 8
"""The demo's shifts begin at eight."""
PATIENCE_SECONDS = 180
"""Making a district of 2,500 accounts takes some twenty seconds on a slow machine."""


@dataclass(frozen=True, slots=True)
class DemoServer:
    """Where it answers, who signs in, and the environment of its commands."""

    url: str
    signs: DemoSignIns
    environment: dict[str, str]

    def code(self, technician: str) -> str:
        """A fresh enrollment code."""
        answer = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "server", "devices", "code", technician, "--json"],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return str(json.loads(answer.stdout)["code"])


def morning_zone(now: datetime) -> str:
    """A time zone in which it is MORNING_HOUR now; the database of zones counts them the other way round."""
    ahead = (MORNING_HOUR - now.astimezone(UTC).hour + 11) % 24 - 11
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


@contextmanager
def running_demo() -> Iterator[DemoServer]:
    """Start it, and end it with what it kept."""
    with tempfile.TemporaryDirectory(prefix="curbstop-pictures-") as folder:
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CURBSTOP_")} | {
            "CURBSTOP_DATA_DIR": folder,
            "CURBSTOP_PORT": str(port),
            "CURBSTOP_PUBLIC_URL": url,
            "CURBSTOP_TIMEZONE": morning_zone(datetime.now(UTC)),
        }
        with open(Path(folder) / "log", "wb") as log:
            command = [sys.executable, "-m", "server", "run", "--demo"]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own
        try:
            yield DemoServer(url, _ready(url, Path(folder), process), environment)
        finally:
            process.terminate()
            process.wait(30)


def _ready(url: str, folder: Path, process: "subprocess.Popen[bytes]") -> DemoSignIns:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        signs = read_sign_ins(folder)
        try:
            with urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - this machine
                if signs is not None and answer.status == 200:
                    return signs
        except (URLError, OSError):
            pass
        time.sleep(0.5)
    raise SystemExit("The demo did not start:\n" + (folder / "log").read_text(errors="replace")[-2_000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
