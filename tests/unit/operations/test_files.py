"""Compose, image, proxy and units parse, name settings that exist, and call commands that exist."""

import configparser
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from server.cli import Discovered
from server.config import Config

ROOT = Path(__file__).resolve().parents[3]
OPERATIONS = ROOT / "docs" / "operations"
UNITS = sorted((OPERATIONS / "systemd").iterdir())
CURBSTOP = "/opt/curbstop/.venv/bin/curbstop"
FILES = sorted(path for path in OPERATIONS.rglob("*") if path.is_file())
SETTING = re.compile(r"\bCURBSTOP_[A-Z_]+\b")


def settings() -> set[str]:
    """Every variable that the program reads."""
    names = {f"CURBSTOP_{f.name.upper()}" for f in fields(Config)}
    return names | {f"CURBSTOP_{f.name.upper()}_FILE" for f in fields(Config) if "secret" in f.metadata}


def check_command(words: list[str]) -> None:
    """Fail when the command line `curbstop …` is none that the program takes."""
    group = Discovered()
    found = group.get_command(click.Context(group), words[0])
    assert found is not None, words
    options = {name for one in found.params for name in one.opts} | {"--help"}
    for word in words[1:]:
        assert not word.startswith("-") or word in options, (words, word)


@pytest.mark.parametrize("path", [*FILES, ROOT / "docs" / "operations.md"], ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(SETTING.findall(path.read_text(encoding="utf-8"))) - settings() == set()


def test_operations_never_give_a_secret_as_a_variable() -> None:
    secret = {f"CURBSTOP_{f.name.upper()}" for f in fields(Config) if "secret" in f.metadata}
    named = {name for path in FILES for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    assert named & secret == set()
    assert {f"{name}_FILE" for name in secret} <= named


def unit(path: Path) -> list[tuple[str, str]]:
    """The lines of a unit, in order; a name may be given several times."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read_string(path.read_text())
    assert "Unit" in parser.sections()
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return [(name, value) for name, _, value in lines]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_parses_and_calls_what_exists(path: Path) -> None:
    lines = unit(path)
    started = [value for name, value in lines if name == "ExecStart"]
    if path.suffix == ".timer":
        assert started == []
        assert dict(lines)["OnCalendar"]
        assert (path.parent / f"{path.stem}.service").is_file()
        return
    [command] = started
    assert CURBSTOP in command
    if command.startswith("/bin/sh"):
        command = re.sub(r"\$\(.*?\)", "now", shlex.split(command)[2])
    words = shlex.split(command)
    check_command(words[words.index(CURBSTOP) + 1 :])
    credentials = {value.partition(":")[0] for name, value in lines if name == "LoadCredential"}
    used = set(re.findall(r"%d/(\w+)", path.read_text()))
    assert used == credentials


HARDENED = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes", "User": "curbstop"}


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"], ids=lambda p: p.name)
def test_a_service_is_hardened(path: Path) -> None:
    assert dict(unit(path)).items() >= HARDENED.items()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text().replace(CURBSTOP, "/bin/true"))
    names = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if str(tmp_path) in line]) == (0, [])


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """compose.yaml as it reads."""
    found: dict[str, Any] = yaml.safe_load((OPERATIONS / "compose.yaml").read_text())
    return found


def test_compose_uses_what_it_declares(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) >= {"postgresql", "couchdb", "migrate", "web", "worker", "caddy"}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service.get("secrets", ())) <= compose["secrets"].keys()
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            if source.startswith("."):
                assert (OPERATIONS / source).exists() or source.startswith("./secrets/")
            else:
                assert source in compose["volumes"]


def test_compose_calls_commands_that_exist(compose: dict[str, Any]) -> None:
    ours = [one["command"] for one in compose["services"].values() if one["image"] == "curbstop"]
    assert [words for words in ours if words[0] in {"web", "worker"}] == [["web"], ["worker"]]
    for words in ours:
        check_command(words)


def test_compose_hands_every_secret_setting_a_file_it_mounts(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    files = {value for name, value in environment.items() if name.endswith("_FILE")}
    assert files == {f"/run/secrets/{name}" for name in compose["services"]["web"]["secrets"]}


def test_the_image_copies_what_is_there_and_what_reaches_it() -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    lines = (OPERATIONS / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if re.match("COPY (?!--)", line) for word in line.split()[1:-1]]
    assert {"server", "bootstrap.py", "requirements.txt"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists()
        assert any(Path(name).match(pattern) for pattern in let_in), name
    [start] = [line for line in lines if line.startswith("ENTRYPOINT")]
    assert CURBSTOP in start
    [command] = [line for line in lines if line.startswith("CMD")]
    check_command(yaml.safe_load(command.removeprefix("CMD")))


def test_bodies_pass_the_proxy_as_large_as_the_program_takes_them() -> None:
    from server.app import BODY_BYTES
    from sync.protocol.limits import Limits

    text = (OPERATIONS / "Caddyfile").read_text()
    sizes = [int(size) * 1_000_000 for size in re.findall(r"max_size (\d+)MB", text)]
    replication, embedded, pages = sizes
    assert replication > Limits().request_bytes
    assert embedded > Limits().request_bytes
    assert pages > BODY_BYTES
    assert text.count("reverse_proxy") == text.count("flush_interval -1") == 3


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no Caddy here")
def test_caddy_takes_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_ADDRESS", "field.example")
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(OPERATIONS / "Caddyfile")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
