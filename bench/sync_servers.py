"""Servers to measure: started here or named by URL, and what processor time they used."""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.postgres import free_port

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
ADMIN = ("admin", "bench")
COOKIE_SECONDS = 240
"""CouchDB's cookies are good for ten minutes."""


@dataclass
class Server:
    """A server that speaks the protocol. `roots` are its first processes when it runs on this machine."""

    name: str
    url: str
    """Scheme, host and port."""
    admin: tuple[str, str] | None
    """Name and password, None where none are asked for."""
    roots: list[int] = field(default_factory=list)
    signer: ec.EllipticCurvePrivateKey | None = None
    """Signs tablets' tokens; None where tablets come as the administrator."""
    cookie: tuple[float, str] = (0.0, "")
    """When signed in on the monotonic clock, and the cookie; empty where the password is sent each time."""

    @property
    def pids(self) -> list[int]:
        """Its processes now; empty when it runs elsewhere."""
        return sorted({pid for root in self.roots for pid in family(root)})

    def tablet_headers(self, technician: str) -> dict[str, str]:
        """Return what a technician's tablet sends to prove itself."""
        if self.signer is None:
            return self.admin_headers()
        claims = {
            "sub": technician,
            "_couchdb.roles": [f"tech-{technician}", f"device:{technician}"],
            "exp": datetime.now(UTC) + timedelta(hours=1),
        }
        token = jwt.encode(claims, self.signer, "ES256", headers={"kid": "bench"})
        return {"Authorization": f"Bearer {token}"}

    def admin_headers(self) -> dict[str, str]:
        """Return what the administrator sends."""
        if self.admin is None:
            return {}
        if self.cookie[1]:
            return {"Cookie": self._signed_in()}
        return {"Authorization": "Basic " + base64.b64encode(":".join(self.admin).encode()).decode()}

    def _signed_in(self) -> str:
        # A password is hashed slowly on purpose; a cookie is what clients that care about speed send.
        if time.monotonic() - self.cookie[0] > COOKIE_SECONDS:
            name, password = self.admin or ("", "")
            answer = httpx.post(f"{self.url}/_session", json={"name": name, "password": password})
            self.cookie = time.monotonic(), "AuthSession=" + answer.raise_for_status().cookies["AuthSession"]
        return self.cookie[1]

    def processor_seconds(self) -> float:
        """Return the processor time its processes have used so far."""
        return sum(map(_ticks, self.pids)) / TICKS

    def memory_bytes(self) -> int:
        """Return the memory of its processes."""
        return sum(map(_own_bytes, self.pids))


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(fields[11]) + int(fields[12])


def _own_bytes(pid: int) -> int:
    """What a process holds, memory it shares counted by its share: PostgreSQL's buffers are there once."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def listening(port: int) -> list[int]:
    """Return the processes of this machine that listen at a port."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    found = set()
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(entry.readlink()) in inodes:
                found.add(int(entry.parts[2]))
        except OSError:
            continue
    return sorted(found)


def wait(url: str, seconds: float = 60) -> None:
    """Return when a server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")


@contextmanager
def embedded(data: str | None = None, *, threads: int = 1_200) -> Iterator[Server]:
    """Run the embedded endpoint, tokens checked, on a fresh SQLite file or on `data`."""
    with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
        signer = ec.generate_private_key(ec.SECP256R1())
        key = Path(folder) / "key.pem"
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        key.write_bytes(signer.public_key().public_bytes(serialization.Encoding.PEM, shape))
        port = free_port()
        command = [
            sys.executable, "-m", "sync", "--port", str(port), "--admin", ":".join(ADMIN),
            "--data", data or str(Path(folder) / "bench.db"), "--jwt-key", f"bench={key}",
            "--threads", str(threads),
        ]  # fmt: skip
        name = "embedded, PostgreSQL" if data and "://" in data else "embedded, SQLite"
        database = listening(urlsplit(data).port or 5432) if data and "://" in data else []
        with _running(command, port) as root:
            yield Server(name, f"http://127.0.0.1:{port}", ADMIN, [root, *database], signer)


@contextmanager
def pouchdb_server() -> Iterator[Server]:
    """Run pouchdb-server from npm on a fresh folder, without passwords."""
    with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
        port = free_port()
        program = ROOT / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
        command = ["node", str(program), "-p", str(port), "-d", folder, "-n"]
        with _running(command, port, folder) as root:
            yield Server("pouchdb-server", f"http://127.0.0.1:{port}", None, [root])


@contextmanager
def _running(command: list[str], port: int, folder: str | None = None) -> Iterator[int]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder or ROOT, stdout=quiet, stderr=quiet) as process:
        try:
            wait(f"http://127.0.0.1:{port}/")
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def named(url: str) -> Server:
    """Return a server that runs already; processor time is known when it runs on this machine."""
    parts = urlsplit(url)
    port = parts.port or 5984
    bare = f"{parts.scheme}://{parts.hostname}:{port}"
    local = parts.hostname in {"127.0.0.1", "localhost"}
    admin = (parts.username, parts.password or "") if parts.username else None
    cookie = (-COOKIE_SECONDS - 1.0, "to be asked for") if admin else (0.0, "")
    return Server(bare, bare, admin, listening(port) if local else [], cookie=cookie)
