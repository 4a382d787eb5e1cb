"""From a URL to what it names.

`/` inside a database name or document id travels as `%2F`, which only the raw URL shows. Servers that pass
it on (RAW_URI or REQUEST_URI) are believed; otherwise the path is read by what exists: the longest known
document id wins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from sync.protocol.errors import bad_request
from sync.routes.call import Target


def check_text(environ: Mapping[str, Any]) -> None:
    """Refuse an address that is not UTF-8: decoded with replacements, two documents would share one name.

    Raises ProtocolError 400.
    """
    raw = _raw_uri(environ) or environ.get("QUERY_STRING", "")
    try:
        environ.get("PATH_INFO", "").encode("latin-1").decode()
        if "%" in raw or not raw.isascii():
            unquote_to_bytes(raw.encode("latin-1")).decode()
    except UnicodeError:
        raise bad_request("the address is not valid UTF-8") from None


def _raw_uri(environ: Mapping[str, Any]) -> str:
    return str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")


def raw_segments(environ: Mapping[str, Any], prefix: str) -> list[str] | None:
    """Return the decoded path segments below `prefix` when the server passed the raw URL on, else None."""
    uri = _raw_uri(environ)
    if not uri:
        return None
    path = uri.partition("?")[0]
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
    if not path.startswith(prefix):
        return None
    return [unquote(part) for part in path[len(prefix) :].split("/")]


@dataclass(frozen=True, slots=True)
class Hints:
    """What helps to read a path whose slashes may belong to an id."""

    known: Callable[[str, Sequence[str]], str | None]
    """Return the longest of the candidate document ids that the database has, or None."""
    is_document: Callable[[str], bool]
    """Return whether the request's body is a document of this id."""


def target(segments: Sequence[str]) -> Target:
    """Return what the segments name when every slash separates."""
    parts = list(segments)
    if parts and parts[-1] == "":
        parts.pop()
    head, *rest = parts or [""]
    if not head or (head.startswith("_") and head not in {"_users", "_replicator", "_global_changes"}):
        return Target(action="/".join(parts))
    if not rest:
        return Target(database=head)
    first, *more = rest
    return (_reserved if first.startswith("_") else _below)(head, first, more)


def guess(found: Target, hints: Hints) -> Target:
    """Return the target again, with the slashes that belong to the document's id in it."""
    if found.attachment and found.action == "_local":
        # These have no files, so every slash is the id's.
        return Target(found.database, "_local", f"{found.document}/{found.attachment}")
    if not found.attachment or found.action:
        return found
    whole = f"{found.document}/{found.attachment}"
    if hints.is_document(whole):
        return Target(found.database, "", whole)
    parts = found.attachment.split("/")
    longer = ["/".join([found.document, *parts[:length]]) for length in range(len(parts), -1, -1)]
    chosen = hints.known(found.database, longer) or found.document
    return Target(found.database, "", chosen, whole[len(chosen) + 1 :])


def _reserved(database: str, first: str, more: Sequence[str]) -> Target:
    if first == "_local" and more:
        return Target(database, "_local", f"_local/{more[0]}", "/".join(more[1:]))
    if first.startswith("_local/"):
        return Target(database, "_local", first, "/".join(more))
    if first == "_design" and more:
        return _below(database, f"_design/{more[0]}", more[1:])
    if first.startswith("_design/"):
        return _below(database, first, more)
    return Target(database, "/".join([first, *more]))


def _below(database: str, document: str, rest: Sequence[str]) -> Target:
    if document.startswith("_design/") and rest and rest[0].startswith("_"):
        return Target(database, "_design_function", document, "/".join(rest))
    return Target(database, "", document, "/".join(rest))
