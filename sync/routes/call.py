"""One request as the endpoint's handlers see it: caller, names, parameters, strict body."""

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson
from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from sync.protocol import strict_json
from sync.protocol.access import Caller, local_owner, may_open, write_refusal
from sync.protocol.errors import ProtocolError, bad_request, forbidden, query_error, too_large
from sync.protocol.limits import Limits
from sync.stores.sql.store import SqlStore

_STORING = frozenset({"", "_bulk_docs"})
"""Resources whose bodies hold documents; all others only ask, or keep a checkpoint."""
Authenticate = Callable[[Request], Caller | None]


class Sessions(Protocol):
    """Names and passwords that CouchDB's replicator and Fauxton may sign in with."""

    @property
    def seconds(self) -> int:
        """How long a cookie is good."""

    def sign_in(self, name: str, password: str) -> tuple[Caller, str] | None:
        """Return who that is and the cookie's value, or None for a wrong name or password."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL names: a server-wide action, a database, one of its actions, a document, an attachment."""

    database: str = ""
    action: str = ""
    """An underscore name such as `_changes`; empty for the database or document itself."""
    document: str = ""
    attachment: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request by a known caller. `args` are the query parameters."""

    request: Request
    store: SqlStore
    caller: Caller
    authenticate: Authenticate
    target: Target
    welcome: Mapping[str, Any]
    sessions: Sessions | None = None
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """The bounds that apply."""
        return self.store.limits

    @property
    def owner(self) -> str:
        """The namespace of the caller's `_local/` documents."""
        return local_owner(self.caller)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a true/false parameter."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        if value.strip('"') not in {"true", "false"}:
            raise query_error(f"Invalid boolean parameter: {value[:80]!r}")
        return value.strip('"') == "true"

    def number(self, name: str, default: int) -> int:
        """Return a whole, not negative parameter."""
        value = self.args.get(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise query_error(f"Invalid value for {name}: {value[:80]!r}")
        return int(value)

    def parameter(self, name: str) -> Any:
        """Return a parameter that holds JSON, None when absent."""
        value = self.args.get(name)
        if value is None:
            return None
        return self.parsed(value.encode("utf-8", "surrogatepass"))

    def body(self) -> bytes:
        """Return the body, decompressed; raise 413 beyond the limits."""
        request = self.request
        limits = self.limits
        if self.target.action not in _STORING:
            most = min(limits.query_bytes, limits.request_bytes)
            limits = replace(
                limits, request_bytes=most, decompressed_bytes=min(most, limits.decompressed_bytes)
            )
        most = limits.request_bytes
        if request.content_length is None:
            # A body that does not say its length is counted while it is read.
            request.max_content_length = most
        elif request.content_length > most:
            raise too_large("too_large", "the request entity is too large")
        try:
            # Reading the path may have needed the body already; then it is kept.
            raw = request.get_data(cache=False)
        except RequestEntityTooLarge:
            raise too_large("too_large", "the request entity is too large") from None
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding == "identity":
            return raw
        if encoding != "gzip":
            raise ProtocolError(415, "bad_ctype", f"{encoding[:40]} is not a supported content encoding.")
        return _inflate(raw, limits)

    def check_post(self) -> None:
        """Raise 415 for a POST that does not claim to send JSON; a page elsewhere cannot claim it unasked."""
        if self.request.method == "POST" and self.request.mimetype != "application/json":
            raise ProtocolError(415, "bad_content_type", "Content-Type must be application/json")

    def json(self) -> Any:
        """Return the body parsed strictly; 415 when it does not claim to be JSON, 400 when it is not.

        Only a POST has to claim it, as in CouchDB.
        """
        self.check_post()
        return self.parsed(self.body())

    def json_object(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object."""
        value = self.json()
        if not isinstance(value, dict):
            raise bad_request("Request body must be a JSON object")
        return value

    def document(self) -> dict[str, Any]:
        """Return the body, which must be a document."""
        return as_document(self.json())

    def rows(self, value: object, field: str) -> list[Any]:
        """Return an array of bulk rows; raise 400 when it is none, 413 beyond the limit."""
        if not isinstance(value, list):
            raise bad_request(f"`{field}` parameter must be an array.")
        if len(value) > self.limits.documents_per_request:
            raise too_large("too_large", f"more than {self.limits.documents_per_request} {field}")
        return value

    def parsed(self, raw: bytes) -> Any:
        """Return the value of a JSON text; raise 400 when it is none, 413 when it has too many values."""
        try:
            return strict_json.loads(
                raw, max_depth=self.limits.json_depth, max_overhead=self.limits.json_overhead_bytes
            )
        except strict_json.TooManyValues as error:
            raise too_large("too_large", str(error)) from None
        except strict_json.BadJson as error:
            raise bad_request(str(error)) from None

    def refusal(self, doc_id: str, *, deleted: bool) -> ProtocolError | None:
        """Return why the caller may not write this document, or None."""
        if self.caller.is_admin:
            return None
        reason = write_refusal(self.caller, self.target.database, doc_id, deleted=deleted)
        return None if reason is None else forbidden(reason)

    def check_write(self, doc_id: str, *, deleted: bool) -> None:
        """Raise 403 unless the caller may write this document."""
        refusal = self.refusal(doc_id, deleted=deleted)
        if refusal is not None:
            raise refusal

    def still_welcome(self) -> bool:
        """Ask again whether the caller may read the database: tokens end and tablets are revoked."""
        caller = self.authenticate(self.request)
        if caller is None or (caller.expires_at is not None and caller.expires_at <= time.time()):
            return False
        return may_open(caller, self.target.database)


def as_document(value: object) -> dict[str, Any]:
    """Return the value when it may be a document; raise 400 otherwise."""
    if not isinstance(value, dict):
        raise bad_request("Document must be a JSON object")
    return value


def _inflate(raw: bytes, limits: Limits) -> bytes:
    bound = min(limits.decompressed_bytes, max(len(raw), 1) * limits.decompression_ratio)
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(raw, bound + 1)
    except zlib.error:
        raise bad_request("the body is not valid gzip") from None
    if len(plain) > bound:
        raise too_large("too_large", "the decompressed request entity is too large")
    if not unpacker.eof:
        raise bad_request("the gzip body ends early")
    return plain


def answer(value: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return raw_answer(orjson.dumps(value) + b"\n", status)


def raw_answer(body: bytes, status: int = 200) -> Response:
    """Return a response whose JSON is already bytes."""
    response = Response(body, status, mimetype="application/json")
    response.headers["Cache-Control"] = "must-revalidate"
    return response


def refuse(error: ProtocolError) -> Response:
    """Return a refusal in the protocol's words."""
    refused = answer({"error": error.error, "reason": error.reason}, error.status)
    refused.headers.update(error.headers)
    return refused
