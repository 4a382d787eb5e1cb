"""Staff users of the demo district: made with it, kept beside its database, shown at each start."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from server.auth.users import add_user
from server.config import Config

FILE = "demo-sign-ins.json"
PEOPLE = (
    ("csr", "Demo CSR", "csr"),
    ("dispatcher", "Demo dispatcher", "dispatcher"),
    ("cashier", "Demo cashier", "cashier"),
    ("storekeeper", "Demo storekeeper", "storekeeper"),
    ("supervisor", "Demo supervisor", "supervisor"),
    ("admin", "Demo admin", "admin"),
)
"""Name, full name and role of each demo user."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo user's name, password and role."""

    name: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoSignIns:
    """Every demo user, in the order of PEOPLE."""

    users: tuple[SignIn, ...]

    def of(self, role: str) -> SignIn:
        """The user with that role."""
        return next(user for user in self.users if user.role == role)


def make_sign_ins(session: Session, *, now: datetime) -> DemoSignIns:
    """Add the demo users with passwords nobody can guess."""
    users = []
    for name, full_name, role in PEOPLE:
        password = f"demo-{secrets.token_hex(5)}"
        add_user(session, name, full_name, password, [role], now=now)
        users.append(SignIn(name, password, role))
    return DemoSignIns(tuple(users))


def keep_sign_ins(data_dir: Path, signs: DemoSignIns) -> None:
    """Write them to the data folder, readable by its owner only."""
    path = data_dir / FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump([asdict(user) for user in signs.users], file, indent=1)


def read_sign_ins(data_dir: Path) -> DemoSignIns | None:
    """The demo users of this data folder; None when it holds no demo district."""
    try:
        rows = json.loads((data_dir / FILE).read_text())
    except FileNotFoundError:
        return None
    return DemoSignIns(tuple(SignIn(**row) for row in rows))


def describe_sign_ins(config: Config) -> str:
    """The demo sign-ins in words for the terminal; empty when there is no demo district."""
    signs = read_sign_ins(config.data_dir)
    if signs is None:
        return ""
    lines = ["\nSign-ins of the demo district:"]
    lines += [f"  {user.name:<12} {user.password:<18} {user.role}" for user in signs.users]
    lines.append("A tablet is let in with a code: curbstop devices code t01")
    return "\n".join(lines)
