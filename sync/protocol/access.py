"""Who may open which database and write which document. Everything not allowed here is refused.

A technician's tablet opens the technician's own database and nothing else. Within it the tablet adds its
own event documents and keeps its own `_local/` checkpoints; every other document is the server's. The same
rules stand in the guard document of a real CouchDB.
"""

import re
from dataclasses import dataclass

TECHNICIAN_PREFIX = "tech-"
DEVICE_PREFIX = "device:"
EVENT_PREFIX = "event:"

_COUNTER = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who proved who they are.

    `roles` are those of the token: `tech-<id>` opens that database, `device:<id>` names the tablet.
    `device` is the tablet's id, None for people. `expires_at` is when the proof ends, in seconds since
    1970, None for never. `is_admin` may do everything.
    """

    name: str
    roles: frozenset[str]
    device: str | None
    expires_at: float | None
    is_admin: bool = False


def may_open(caller: Caller, database: str) -> bool:
    """Return whether the caller may read the database and keep checkpoints in it."""
    return caller.is_admin or (database.startswith(TECHNICIAN_PREFIX) and database in caller.roles)


def device_of(caller: Caller) -> str | None:
    """Return the tablet's id when the token both names it and grants its role."""
    if caller.device and DEVICE_PREFIX + caller.device in caller.roles:
        return caller.device
    return None


def write_refusal(caller: Caller, database: str, doc_id: str, *, deleted: bool) -> str | None:
    """Return why the caller may not write this revision, in plain words, or None when it may.

    An id decides, so the stored revision and the new one are judged alike. A tablet's second revision of
    its own event is taken and judged at ingest, because a refused row would be stranded on the tablet; a
    deletion carries no fact and is refused, so that no event can disappear.
    """
    if caller.is_admin:
        return None
    if not may_open(caller, database):
        return "This database belongs to someone else."
    device = device_of(caller)
    if device is None:
        return "Only the server and enrolled tablets write documents."
    prefix = f"{EVENT_PREFIX}{device}:"
    if not doc_id.startswith(prefix) or not _COUNTER.fullmatch(doc_id, len(prefix)):
        return f"This tablet may write only documents named {prefix}<number>."
    if deleted:
        return "Events are append-only: they cannot be deleted."
    return None


def local_owner(caller: Caller) -> str:
    """Return the namespace of the caller's `_local/` documents, so that no tablet overwrites another's
    checkpoints.
    """
    if caller.is_admin:
        return ""
    device = device_of(caller)
    return f"{DEVICE_PREFIX}{device}" if device else f"user:{caller.name}"
