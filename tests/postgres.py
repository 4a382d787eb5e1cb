"""A private PostgreSQL for the tests: started once per run, thrown away at its end."""

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HOW = "PostgreSQL with PostGIS is needed: sudo apt-get install postgresql postgresql-postgis"


def binaries() -> Path:
    """The newest installed PostgreSQL's programs. Raises FileNotFoundError with the line to type."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise FileNotFoundError(HOW)


def _as_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; the package's own user runs it then."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class PrivatePostgres:
    """A running cluster in a temporary folder."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """SQLAlchemy URL of its maintenance database."""
        return f"postgresql+psycopg://curbstop@127.0.0.1:{self.port}/postgres"

    def halt(self, mode: str = "fast") -> None:
        """End the server and all its connections, as a restart does; its files stay.

        "fast" keeps what was committed; "immediate" may lose the last of it, since nothing is synced here.
        """
        command = [str(binaries() / "pg_ctl"), "-D", str(self.folder / "data"), "-m", mode, "stop"]
        subprocess.run(_as_user(command), check=False, capture_output=True, cwd="/")

    def resume(self) -> None:
        """Start the server, for the first time or again."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 "
            "-c shared_buffers=128MB -c jit=off -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 "
            "-c checkpoint_timeout=1h -c max_wal_size=4GB"
        )
        data, log = str(self.folder / "data"), str(self.folder / "log")
        command = [str(binaries() / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", options, "start"]
        subprocess.run(
            _as_user(command), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.halt("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def start() -> PrivatePostgres:
    """Make and start a cluster without durability: it only has to be right, not to survive."""
    folder = Path(tempfile.mkdtemp(prefix="curbstop-pg-"))
    folder.chmod(0o755)
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = free_port()
    initdb = [
        str(binaries() / "initdb"),
        "-D",
        str(data),
        "-U",
        "curbstop",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    subprocess.run(_as_user(initdb), check=True, capture_output=True, cwd="/")
    cluster = PrivatePostgres(folder, port)
    cluster.resume()
    return cluster
