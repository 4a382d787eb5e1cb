"""The endpoint over HTTP, one file per resource."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import structlog
from flask import Request, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from sync.protocol.errors import ProtocolError, no_database
from sync.protocol.limits import Limits
from sync.routes.bulk_get import refuse_rows
from sync.routes.call import Authenticate, Sessions, refuse
from sync.routes.cors import allow, preflight
from sync.routes.routing import Dispatcher
from sync.stores.contract import DatabaseMissing, StoreUnavailable
from sync.stores.sql.store import SqlStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Authenticate", "Endpoint", "Sessions"]

log = structlog.get_logger(__name__)

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "COPY")
RETRY_AFTER_SECONDS = "5"


class ReplicationEndpoint:
    """The replication endpoint, a WSGI application of its own; mount it at a prefix or serve it alone.

    Tablets ask for little, very often, and what Flask does around a view (contexts, sessions, matching a URL
    that is read here anyway) was a quarter of a push (docs/decisions, 8).
    """

    def __init__(
        self,
        store: SqlStore,
        authenticate: Authenticate,
        *,
        limits: Limits | None = None,
        cors_origins: Collection[str] = (),
        welcome: Mapping[str, Any] | None = None,
        sessions: Sessions | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`authenticate` says who sends a request, None for nobody; parked feeds ask it again.

        `limits` replace the store's. Pages of `cors_origins` (scheme, host, port) may call it with
        credentials. `welcome` is the body of `GET /`, by default one that names the product. `sessions` lets
        people sign in by name and password. `headers` go with every answer that does not set them itself.
        """
        if limits is not None:
            store.limits = limits
        greeting = welcome or {"curbstop": "Welcome", "version": "1", "features": []}
        self._dispatcher = Dispatcher(store, authenticate, greeting, sessions)
        self._origins = frozenset(cors_origins)
        self._headers = dict(headers or {})

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request; below a prefix, that is its SCRIPT_NAME."""
        sent = Request(environ)
        if sent.method == "OPTIONS":
            response = preflight(sent, self._origins)
        elif sent.method in METHODS:
            response = allow(_answered(self._dispatcher, sent, sent.path[1:]), sent, self._origins)
        else:
            allowed = ",".join(METHODS)
            words = f"Only {allowed} allowed"
            response = refuse(ProtocolError(405, "method_not_allowed", words, {"Allow": allowed}))
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response(environ, start_response)


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
    except (OperationalError, InterfaceError) as error:
        # Of who reads the token; the store's own failures are answered above.
        log.warning("sync.database_unavailable", error=str(error))
        refusal = ProtocolError(503, "service_unavailable", "The database does not answer.")
    except HTTPException as error:
        refusal = ProtocolError(error.code or 400, "bad_request", error.description or error.name)
    except Exception:
        log.exception("sync.failed", method=sent.method, path=sent.path)
        refusal = ProtocolError(500, "internal_server_error", "The server failed; the log says why.")
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
