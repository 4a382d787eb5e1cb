"""Settings: environment variables `CURBSTOP_*`, read once, checked, and frozen.

A setting that cannot work stops the program at the start with a Problem `bad_setting` naming it.
A secret one may be given as `CURBSTOP_…_FILE` instead: the path of a file that holds it.
docs/settings.md lists the same fields; a test keeps the two equal.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from server.provider_settings import check_provider, role_pairs
from server.secret_files import with_files
from workorders.messages.texts import LANGUAGES
from workorders.policy.webhooks import Network
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


def _folder(value: str) -> Path | None:
    return Path(value.strip()) if value.strip() else None


def _networks(value: str) -> tuple[Network, ...]:
    return tuple(ip_network(part) for part in _list(value))


def _setting(default: Any, parse: Callable[[str], Any], help_text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": help_text})


def _secret(default: Any, parse: Callable[[str], Any], help_text: str) -> Any:
    """A setting that may also come from a file, and is printed nowhere."""
    return field(default=default, repr=False, metadata={"parse": parse, "help": help_text, "secret": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting with its meaning. Each field `x` is read from the variable `CURBSTOP_X`."""

    data_dir: Path = _setting(
        Path("var"), Path, "Folder for the embedded database, road network, maps and evidence."
    )
    database_url: str = _secret(
        "",
        _text,
        "SQLAlchemy URL; empty: SQLite in the data folder. PostgreSQL: postgresql+psycopg://user@host/name.",
    )
    couchdb_url: str | None = _secret(
        None, _optional, "A CouchDB 3.x with admin credentials; unset: the embedded document store."
    )
    public_couch_url: str | None = _setting(
        None, _optional, "Where tablets reach that CouchDB; unset: couchdb_url without its credentials."
    )
    secret_key: str = _secret(
        "",
        _text,
        "Secret of sessions and tablet tokens, at least 32 characters; empty: made once in the data folder.",
    )
    timezone: str = _setting(
        "America/Chicago", _text, "IANA time zone of the district; days and cut hours follow it."
    )
    locale: str = _setting(
        "en_US",
        _text,
        "Language and territory of the district, for its dates, clock, money and for whoever chose none.",
    )
    units: str = _setting(
        "", _text, "us for feet and miles, metric for metres; empty: as usual in the locale's territory."
    )
    head_end: str | None = _setting(
        None,
        _optional,
        "What joins the AMI head-end, as module:function; unset: none, in a demo district a simulated one.",
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
    enrolment_minutes: int = _setting(
        30, _integer(1, 1440), "Life of a one-time enrollment code, in minutes."
    )
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
    second_factor_roles: tuple[str, ...] = _setting(
        (),
        _list,
        "Roles that sign in with a one-time code too, separated by commas; anybody may choose to.",
    )
    oidc_issuer: str = _setting(
        "", _text, "Address of the identity provider that people sign in with; empty: everybody by password."
    )
    oidc_client_id: str = _setting("", _text, "What the identity provider calls this installation.")
    oidc_client_secret: str = _secret(
        "", _text, "What this installation shows the identity provider; empty: a client without a secret."
    )
    oidc_title: str = _setting("your organization", _text, "What the sign-in page calls that provider.")
    oidc_scopes: str = _setting("openid profile", _text, "Scopes asked of the provider.")
    oidc_name_claim: str = _setting(
        "preferred_username", _text, "Claim with a person's sign-in name, read when they first come."
    )
    oidc_domains: tuple[str, ...] = _setting(
        (), _list, "Domains of names like ann@example.org; of other domains nobody is known by name."
    )
    oidc_roles_claim: str = _setting("groups", _text, "Claim with a person's groups or roles.")
    oidc_roles: tuple[tuple[str, str], ...] = _setting(
        (),
        role_pairs,
        "Role of each group, role=group separated by semicolons; unset: roles are given here.",
    )
    oidc_add_people: bool = _setting(
        False, _flag, "Add whoever comes with a group of CURBSTOP_OIDC_ROLES and is not known yet."
    )
    password_people: tuple[str, ...] = _setting(
        (),
        _list,
        "With a provider: who signs in by password all the same, for the day it does not answer.",
    )
    outgoing_dir: Path | None = _setting(
        None,
        _folder,
        "Folder that letters by e-mail are written to, as .eml files; unset: outgoing in the data folder.",
    )
    incoming_dir: Path | None = _setting(
        None,
        _folder,
        "Folder whose files the worker imports, with a folder for each kind in it; unset: none is watched.",
    )
    public_url: str = _setting(
        "",
        _text,
        "Where customers reach these pages, as https://field.example.org; unset: no links in letters.",
    )
    mail_from: str = _setting("curbstop@localhost", _text, "Address that letters by e-mail come from.")
    webhook_networks: tuple[Network, ...] = _setting(
        (),
        _networks,
        "Networks of your own that webhooks may reach, also by http, as 10.1.0.0/16 separated by commas.",
    )
    metrics_token: str | None = _secret(
        None,
        _optional,
        "Bearer token that opens /metrics from elsewhere; unset: this machine alone reads it.",
    )
    min_free_mb: int = _setting(
        200,
        _integer(1, 1_000_000),
        "Free space of the data folder's disk, in megabytes, below which /readyz answers 503.",
    )
    catalogue: Path | None = _setting(
        None, _folder, "Folder with order types of your own, one file each (docs/adding-an-order-type.md)."
    )
    log_level: str = _setting("INFO", _text, "DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read and check all settings, secret ones from files where these are named.

        Raises Problem bad_setting, also for an unknown CURBSTOP_ name.
        """
        known = {f"CURBSTOP_{f.name.upper()}": f for f in fields(cls)}
        secret = [name for name, spec in known.items() if "secret" in spec.metadata]
        env = with_files(os.environ if environ is None else environ, secret)
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
        try:
            language = Locale.parse(self.locale).language
        except (UnknownLocaleError, ValueError, TypeError) as error:
            raise Problem("bad_setting", name="CURBSTOP_LOCALE", reason=str(error)) from error
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise Problem("bad_setting", name="CURBSTOP_LOCALE", reason=f"languages are {known}")
        if self.units not in {"", "us", "metric"}:
            raise Problem("bad_setting", name="CURBSTOP_UNITS", reason="us, metric or empty")
        if not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", self.mail_from):
            raise Problem("bad_setting", name="CURBSTOP_MAIL_FROM", reason="an address reads name@domain")
        if self.public_url and not re.fullmatch(r"https?://[^\s/?#]+(?:/[^\s?#]*)?", self.public_url):
            raise Problem("bad_setting", name="CURBSTOP_PUBLIC_URL", reason="reads https://host")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise Problem("bad_setting", name="CURBSTOP_LOG_LEVEL", reason="not a level")
        self._check_roles()
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

    def _check_roles(self) -> None:
        from server.auth.roles import ROLES  # noqa: PLC0415 - the pages that know the roles read the settings

        check_provider(self.oidc_issuer, self.oidc_client_id, self.oidc_roles, self.password_people, ROLES)
        if unknown := set(self.second_factor_roles) - ROLES.keys():
            reason = f"there is no role {', '.join(sorted(unknown))}"
            raise Problem("bad_setting", name="CURBSTOP_SECOND_FACTOR_ROLES", reason=reason)


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
