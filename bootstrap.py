"""Install what Curbstop needs into .venv and node_modules, once per change of the lock files.

Uses only the standard library, so that any Python from 3.11 on can run it. Nothing is installed outside
this folder, except with --system: the Debian packages the tests need, when this runs as root.
"""

import argparse
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PIP_WHEEL = (
    "https://files.pythonhosted.org/packages/07/25/ee8c38ae72d66b844ce8eb9711ba905dba21ca1a8a0c960057c41cd23337/"
    "pip-26.3-py3-none-any.whl"
)
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
OLDEST_NODE = 18


def main() -> None:
    """Parse the command line and install what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what checks and tests need")
    parser.add_argument("--system", action="store_true", help="also the Debian packages the tests need")
    wanted = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people so
        sys.exit(f"Curbstop needs Python 3.11 or newer, not {sys.version.split()[0]}: make PYTHON=python3.11")
    with (ROOT / "bootstrap.py").open() as lock:
        # `make run` and `make test` begun side by side would spoil one another's half-made environment.
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_all(dev=wanted.dev, system=wanted.system)


def install_all(*, dev: bool, system: bool) -> None:
    """Install what is missing, step by step."""
    once("python", ["requirements.txt", "pyproject.toml"], install_python)
    if dev:
        once("python-dev", ["requirements-dev.txt"], install_python_dev)
    npm = find_npm()
    if dev:
        once("npm-dev", ["package-lock.json"], lambda: install_npm(npm, []))
    elif not installed("npm-dev", ["package-lock.json"]):
        once("npm", ["package-lock.json"], lambda: install_npm(npm, ["--omit=dev"]))
    if system:
        install_system()


def say(text: str) -> None:
    """One line of progress."""
    print(f"· {text}", flush=True)


def digest_of(inputs: list[str]) -> str:
    """One hash over the lock files, this Python and this folder (a moved .venv does not work)."""
    digest = hashlib.sha256(f"{ROOT}{sys.version}".encode())
    for item in inputs:
        digest.update((ROOT / item).read_bytes())
    return digest.hexdigest()


def installed(name: str, inputs: list[str]) -> bool:
    """The step `name` already succeeded with these very inputs."""
    stamp = VENV / f".installed-{name}"
    return stamp.exists() and stamp.read_text() == digest_of(inputs)


def once(name: str, inputs: list[str], install: Callable[[], None]) -> None:
    """Run `install` unless it already succeeded with these very inputs."""
    if not installed(name, inputs):
        install()
        (VENV / f".installed-{name}").write_text(digest_of(inputs))


def pip(*arguments: str) -> None:
    """Run the environment's own pip."""
    command = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


def install_python() -> None:
    """Make the virtual environment and install the locked packages into it."""
    if not (BIN / "python").exists() or subprocess.run([BIN / "python", "-c", ""], check=False).returncode:
        say("making the virtual environment")
        shutil.rmtree(VENV, ignore_errors=True)
        make_environment()
    say("installing the Python packages (a minute or two the first time)")
    pip("--require-hashes", "-r", "requirements.txt")
    pip("--no-deps", "--no-build-isolation", "-e", ".")


def install_python_dev() -> None:
    """Install what checks and tests need."""
    say("installing the Python packages of the checks and tests")
    pip("--require-hashes", "-r", "requirements-dev.txt")


def make_environment() -> None:
    """Make .venv; Debian ships Python without ensurepip, so pip may have to come as a wheel."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - its absence is the question
    except ImportError:
        venv.create(VENV, with_pip=False, symlinks=True)
        with tempfile.TemporaryDirectory() as folder:
            wheel = Path(folder) / PIP_WHEEL.rsplit("/", 1)[1]
            with urllib.request.urlopen(PIP_WHEEL, timeout=60) as answer:
                wheel.write_bytes(answer.read())
            if hashlib.sha256(wheel.read_bytes()).hexdigest() != PIP_SHA256:
                sys.exit("The pip that arrived is not the one expected; nothing was installed.")
            command = [str(BIN / "python"), f"{wheel}/pip", "install", "-q", "--no-index", str(wheel)]
            subprocess.run(command, check=True)
    else:
        venv.create(VENV, with_pip=True, symlinks=True)


def find_npm() -> list[str]:
    """The machine's npm when its Node is new enough, else one from the nodejs wheel in .venv."""
    for folder in (str(BIN), *os.environ.get("PATH", "").split(os.pathsep)):
        node, npm = Path(folder) / "node", Path(folder) / "npm"
        if node.is_file() and npm.is_file():
            version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
            if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
                return [str(npm)]
    say("no Node on this machine; installing it from a Python wheel")
    pip("--require-hashes", "-r", "requirements-node.txt")
    return [str(BIN / "npm")]


def install_npm(npm: list[str], options: list[str]) -> None:
    """Install the locked npm packages; no package's own scripts are run."""
    say("installing the npm packages")
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = os.environ | {"PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run(command + options, check=True, cwd=ROOT, env=environment)


def install_system() -> None:
    """The Debian packages of the tests: PostgreSQL with PostGIS, and Chromium."""
    missing = []
    if not glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        missing.append("postgresql")
    if not glob.glob("/usr/share/postgresql/*/extension/postgis.control"):
        missing.append("postgresql-postgis")
    if not shutil.which("chromium"):
        missing.append("chromium")
    if not missing:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(
            f"The tests need Debian packages that are not here. Type:\n    sudo apt-get update && sudo {line}"
        )
    say(f"installing Debian packages: {', '.join(missing)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run([*line.split(), "-qq"], check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
