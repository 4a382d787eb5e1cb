"""Settings: environment variables `CURBSTOP_*`, read once, checked, and frozen.

A setting that cannot work stops the program at the start with a Problem `bad_setting` naming it.
docs/settings.md lists the same fields; a test keeps the two equal.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from workorders.problems import Problem

SECRET_FILE = "secret_key"  # noqa: S105 - the name of a file, not a secret


def _text(value: str) -> str:
    return value.strip()


def _optional(value: str) -> str | None:
    return value.strip() or None


def _integer(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low} and {high}")
        return number

    return parse


def _flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return known[value.strip().lower()]
    except KeyError:
        raise ValueError("must be yes or no") from None


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _setting(default: Any, parse: Callable[[str], Any], help_text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": help_text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting with its meaning. Each field `x` is read from the variable `CURBSTOP_X`."""

    data_dir: Path = _setting(
        Path("var"), Path, "Folder for the embedded database, road network, maps and evidence."
    )
    database_url: str = _setting(
        "",
        _text,
        "SQLAlchemy URL; empty: SQLite in the data folder. PostgreSQL: postgresql+psycopg://user@host/name.",
    )
    couchdb_url: str | None = _setting(
        None, _optional, "A CouchDB 3.x with admin credentials; unset: the embedded document store."
    )
    public_couch_url: str | None = _setting(
        None, _optional, "Where tablets reach that CouchDB; unset: couchdb_url without its credentials."
    )
    secret_key: str = _setting(
        "",
        _text,
        "Secret of sessions and tablet tokens, at least 32 characters; empty: made once in the data folder.",
    )
    timezone: str = _setting(
        "America/Chicago", _text, "IANA time zone of the district; days and cut hours follow it."
    )
    district: str = _setting(
        "Demo Falls Utilities", _text, "Name of the district, shown on pages and receipts."
    )
    host: str = _setting("127.0.0.1", _text, "Address the server listens on.")
    port: int = _setting(8000, _integer(0, 65535), "Port the server listens on.")
    web_workers: int = _setting(
        3, _integer(1, 64), "Server processes; one more than processors serves most tablets at once."
    )
    web_threads: int = _setting(
        600, _integer(4, 5000), "Threads per process; parked feeds hold five sixths at most."
    )
    token_minutes: int = _setting(15, _integer(1, 120), "Life of a tablet's access token, in minutes.")
    enrolment_minutes: int = _setting(30, _integer(1, 1440), "Life of a one-time enrolment code, in minutes.")
    retention_days: int = _setting(
        7,
        _integer(1, 365),
        "Days after which closed orders and acknowledged events leave a technician's database.",
    )
    cors_origins: tuple[str, ...] = _setting(
        (), _list, "Other origins whose pages may replicate, separated by commas."
    )
    secure_cookies: bool = _setting(
        False, _flag, "Send session cookies over HTTPS only; yes wherever HTTPS ends at the server."
    )
    trusted_proxies: int = _setting(
        0, _integer(0, 5), "Reverse proxies in front, whose X-Forwarded-* headers are believed."
    )
    metrics_token: str | None = _setting(
        None,
        _optional,
        "Bearer token that opens /metrics from elsewhere; unset: this machine alone reads it.",
    )
    min_free_mb: int = _setting(
        200,
        _integer(1, 1_000_000),
        "Free space of the data folder's disk, in megabytes, below which /readyz answers 503.",
    )
    log_level: str = _setting("INFO", _text, "DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read and check all settings. Raises Problem bad_setting, also for an unknown CURBSTOP_ name."""
        env = os.environ if environ is None else environ
        known = {f"CURBSTOP_{f.name.upper()}": f for f in fields(cls)}
        for name in env:
            if name.startswith("CURBSTOP_") and name not in known and not name.startswith("CURBSTOP_TEST_"):
                raise Problem("bad_setting", name=name, reason="there is no such setting")
        values = {}
        for name, spec in known.items():
            if name not in env:
                continue
            try:
                values[spec.name] = spec.metadata["parse"](env[name])
            except ValueError as error:
                raise Problem("bad_setting", name=name, reason=str(error)) from error
        return cls(**values).checked()

    def checked(self) -> "Config":
        """This configuration with derived defaults filled in. Raises Problem bad_setting."""
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Problem("bad_setting", name="CURBSTOP_TIMEZONE", reason=str(error)) from error
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise Problem("bad_setting", name="CURBSTOP_LOG_LEVEL", reason="not a level")
        data_dir = self.data_dir.expanduser().absolute()
        url = self.database_url or f"sqlite:///{data_dir / 'curbstop.sqlite'}"
        try:
            backend = make_url(url).get_backend_name()
        except ArgumentError as error:
            raise Problem("bad_setting", name="CURBSTOP_DATABASE_URL", reason="not a database URL") from error
        if backend not in {"sqlite", "postgresql"}:
            raise Problem("bad_setting", name="CURBSTOP_DATABASE_URL", reason=f"{backend} is not supported")
        if self.secret_key and len(self.secret_key) < 32:
            raise Problem("bad_setting", name="CURBSTOP_SECRET_KEY", reason="shorter than 32 characters")
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {
            "data_dir": data_dir,
            "database_url": url,
            "secret_key": self.secret_key or _kept_secret(data_dir),
        }
        return Config(**values)


def _kept_secret(data_dir: Path) -> str:
    """The secret of an installation that was given none: made once, readable by its owner only."""
    path = data_dir / SECRET_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
