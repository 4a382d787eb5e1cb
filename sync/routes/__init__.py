"""The endpoint over HTTP, one file per resource."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from flask import Blueprint, Request, Response, request

from sync.access import Caller, may_open
from sync.errors import ProtocolError, forbidden, no_database, not_found, unauthorized
from sync.limits import Limits
from sync.routes import paths
from sync.routes.call import Authenticate, Call, Sessions, Target, refuse
from sync.routes.cors import allow, preflight
from sync.routes.table import Endpoint, Right, methods_of
from sync.sql import reading
from sync.store import DatabaseMissing, StoreUnavailable
from sync.store_sql import SqlStore

__all__ = ["Authenticate", "create_blueprint"]

log = structlog.get_logger(__name__)

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS")
_NOBODY = Caller(name="", roles=frozenset(), device=None, expires_at=None)


def create_blueprint(
    store: SqlStore,
    authenticate: Authenticate,
    *,
    limits: Limits | None = None,
    cors_origins: Collection[str] = (),
    welcome: Mapping[str, Any] | None = None,
    sessions: Sessions | None = None,
) -> Blueprint:
    """Return the replication endpoint; register it below any prefix.

    `authenticate` says who sends a request, None for nobody; it is asked again while a feed is parked.
    `limits` replace the store's. Pages of `cors_origins` (scheme, host, port) may call it with credentials.
    `welcome` is the body of `GET /`, by default one that names the product. `sessions` lets people sign in
    by name and password.
    """
    if limits is not None:
        store.limits = limits
    greeting = dict(welcome or {"curbstop": "Welcome", "version": "1", "features": []})
    origins = frozenset(cors_origins)
    server = _Server(store, authenticate, greeting, sessions)
    blueprint = Blueprint("sync", __name__)

    def serve(rest: str = "") -> Response:
        if request.method == "OPTIONS":
            return preflight(request, origins)
        try:
            response = _serve(server, rest)
        except ProtocolError as error:
            response = refuse(error)
        except DatabaseMissing:
            response = refuse(no_database())
        except StoreUnavailable as error:
            log.error("sync.store_unavailable", error=str(error))
            response = refuse(
                ProtocolError(503, "service_unavailable", "The document store does not answer.")
            )
            response.headers["Retry-After"] = "5"
        return allow(response, request, origins)

    options: dict[str, Any] = {
        "methods": METHODS,
        "provide_automatic_options": False,
        "strict_slashes": False,
    }
    blueprint.add_url_rule("/", "root", serve, **options)
    blueprint.add_url_rule("/<path:rest>", "resource", serve, merge_slashes=False, **options)
    return blueprint


@dataclass(frozen=True, slots=True)
class _Server:
    store: SqlStore
    authenticate: Authenticate
    welcome: Mapping[str, Any]
    sessions: Sessions | None


def _serve(server: _Server, rest: str) -> Response:
    sent: Request = request._get_current_object()  # type: ignore[attr-defined]  # feeds outlive the request's context
    whole = sent.root_path + sent.path
    prefix = whole[: len(whole) - len(rest)] if rest else whole
    exact = paths.raw_segments(sent.environ, prefix)
    if exact is not None:
        return _answer(server, sent, paths.target(exact, None))
    parts = rest.rstrip("/").split("/")
    hints = paths.Hints(
        known=lambda database, ids: _longest_known(server.store, database, ids),
        is_document=lambda doc_id: _holds_document(sent, doc_id, server.store.limits),
    )
    try:
        return _answer(server, sent, paths.target(parts, hints))
    except DatabaseMissing:
        named = _slashed_database(server.store, sent, parts)
        if named is None:
            raise
        return _answer(server, sent, paths.target(named, hints))


def _answer(server: _Server, sent: Request, target: Target) -> Response:
    methods = methods_of(target)
    method = "GET" if sent.method == "HEAD" else sent.method
    caller = server.authenticate(sent)
    endpoint = methods.get(method)
    _authorise(caller, target, endpoint)
    if endpoint is None:
        raise _no_such(target, methods)
    if sent.query_string and len(sent.query_string) > 64_000:
        raise ProtocolError(414, "uri_too_long", "The query string is too long.")
    call = Call(
        request=sent,
        store=server.store,
        caller=caller or _NOBODY,
        authenticate=server.authenticate,
        target=target,
        welcome=server.welcome,
        sessions=server.sessions,
        args=sent.args,
    )
    return endpoint.handler(call)


def _holds_document(sent: Request, doc_id: str, limits: Limits) -> bool:
    if sent.method != "PUT":
        return False
    if sent.mimetype == "multipart/related":
        return True
    length = sent.content_length
    if sent.mimetype != "application/json" or length is None or length > limits.request_bytes:
        return False
    try:
        told = orjson.loads(sent.get_data(cache=True))
    except orjson.JSONDecodeError:
        return False
    return isinstance(told, dict) and told.get("_id") == doc_id


def _longest_known(store: SqlStore, database: str, candidates: Sequence[str]) -> str | None:
    with store.reading(database) as (connection, row):
        known = reading.documents(connection, row.id, candidates)
    return next((doc_id for doc_id in candidates if doc_id in known), None)


def _slashed_database(store: SqlStore, sent: Request, parts: Sequence[str]) -> list[str] | None:
    """Return the path as [database, …] when its first segments together name a database, else None."""
    with store.connections.reading() as connection:
        for length in range(len(parts), 1, -1):
            name = "/".join(parts[:length])
            if reading.database(connection, name) is not None:
                return [name, *parts[length:]]
    made = sent.method == "PUT" and not sent.content_length
    return ["/".join(parts)] if made and len(parts) > 1 else None


def _authorise(caller: Caller | None, target: Target, endpoint: Endpoint | None) -> None:
    right = Right.ADMIN if endpoint is None else endpoint.right
    if right is Right.ANYONE:
        return
    if caller is None:
        raise unauthorized("Name or password is incorrect, or the token is not valid.")
    if caller.is_admin or right is Right.SIGNED_IN:
        return
    if target.database and not may_open(caller, target.database):
        raise forbidden("You are not allowed to access this db.")
    if right is Right.ADMIN and endpoint is not None:
        raise forbidden("You are not a server admin.")


def _no_such(target: Target, methods: Mapping[str, Endpoint]) -> ProtocolError:
    if not methods:
        return not_found("missing") if target.database else not_found("Database does not exist.")
    allowed = ",".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))
    return ProtocolError(405, "method_not_allowed", f"Only {allowed} allowed")
