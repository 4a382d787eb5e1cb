"""The endpoint over HTTP, one file per resource."""

from collections.abc import Collection, Mapping
from typing import Any

import structlog
from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import HTTPException

from sync.errors import ProtocolError, no_database
from sync.limits import Limits
from sync.routes.bulk_get import refuse_rows
from sync.routes.call import Authenticate, Sessions, refuse
from sync.routes.cors import allow, preflight
from sync.routes.dispatch import Dispatcher
from sync.store import DatabaseMissing, StoreUnavailable
from sync.store_sql import SqlStore

__all__ = ["Authenticate", "Sessions", "create_blueprint"]

log = structlog.get_logger(__name__)

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS")
RETRY_AFTER_SECONDS = "5"


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
    greeting = welcome or {"curbstop": "Welcome", "version": "1", "features": []}
    dispatcher = Dispatcher(store, authenticate, greeting, sessions)
    origins = frozenset(cors_origins)
    blueprint = Blueprint("sync", __name__)

    def serve(rest: str = "") -> Response:
        # Feeds outlive the request's context, so they hold the request itself.
        sent: Request = request._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxies are untyped here
        if sent.method == "OPTIONS":
            return preflight(sent, origins)
        return allow(_answered(dispatcher, sent, rest), sent, origins)

    options: dict[str, Any] = {
        "methods": METHODS,
        "provide_automatic_options": False,
        "strict_slashes": False,
    }
    blueprint.add_url_rule("/", "root", serve, **options)
    blueprint.add_url_rule("/<path:rest>", "resource", serve, merge_slashes=False, **options)
    return blueprint


def _answered(dispatcher: Dispatcher, sent: Request, rest: str) -> Response:
    try:
        return dispatcher.serve(sent, rest)
    except ProtocolError as error:
        refusal = error
    except DatabaseMissing:
        refusal = no_database()
    except StoreUnavailable as error:
        log.error("sync.store_unavailable", error=str(error))
        refusal = ProtocolError(503, "service_unavailable", "The document store does not answer.")
    except HTTPException as error:
        refusal = ProtocolError(error.code or 400, "bad_request", error.description or error.name)
    rows = refuse_rows(sent, rest, refusal)
    if rows is not None:
        return rows
    response = refuse(refusal)
    if refusal.status in {429, 503}:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    if refusal.status == 401:
        # No browser shall ask for a password by itself.
        response.headers["WWW-Authenticate"] = 'Bearer realm="curbstop"'
    return response
