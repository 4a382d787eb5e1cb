"""Calls to a CouchDB through couchdb3, with its failures sorted into the store's own.

Busy, broken, unreachable or no CouchDB at all becomes StoreUnavailable, so that whoever waits may wait; a
missing database becomes DatabaseMissing, and a document beyond its limit the protocol's own refusal. All
else is a programming error and stays what it is.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import httpx
from couchdb3.exceptions import (
    ForbiddenError,
    InternalServerError,
    NotFoundError,
    PreconditionFailedError,
    RequestEntityTooLargeError,
    UnauthorizedError,
)
from couchdb3.sync.database import Database
from couchdb3.sync.server import Server

from sync.protocol.errors import too_large
from sync.stores.contract import DatabaseMissing, StoreUnavailable

TIMEOUT_SECONDS = 30.0
"""A bulk write to a busy cluster may take seconds; more than this is an outage."""
CONNECT_SECONDS = 5.0
"""A machine that is switched off is noticed sooner than one that is busy."""
BUSY = frozenset({408, 429, 502, 503, 504})
CLUSTER = {"missing_stub": "its copies have not caught up", "nodedown": "a node is away"}
"""What passes in a cluster: a file that was read a moment ago is not in every copy, or a node is down."""
NO_DATABASE = frozenset({"no_db_file", "Database does not exist."})


class CouchCalls:
    """One CouchDB, reached with admin credentials. Safe to share between threads: httpx pools connections."""

    def __init__(self, url: str) -> None:
        """`url` with credentials, e.g. `https://admin:secret@couch:5984`, or below a path of a proxy's.

        Characters of the credentials that mean something in a URL are percent-encoded. Nothing is sent yet.
        """
        parts = urlsplit(url)
        self.shown = urlunsplit(
            (parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", "")
        )
        self._credentials = {"user": unquote(parts.username or ""), "password": unquote(parts.password or "")}
        self._host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self._root = parts.path.strip("/")
        self._timeout = httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        self.server = Server(url, timeout=self._timeout, auth_method="basic", **self._credentials)
        self._reach(self.server, self._root)

    def _reach(self, client: Any, root: str) -> None:
        # The library forgets a URL's path and the brackets of an IPv6 address.
        client.host, client.root = self._host, root

    def close(self) -> None:
        """Close the connections."""
        self.server.session.close()

    def database(self, name: str) -> Database:
        """A handle on a database; asks nothing of the server."""
        made = Database(
            name=name,
            url=self.server.url,
            auth_method="basic",
            timeout=self._timeout,
            session=self.server.session,
            **self._credentials,
        )
        self._reach(made, f"{self._root}/{name}".strip("/"))
        return made

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """One request below the server's root; couchdb3's exceptions come through.

        The library's own document methods hide failures or ask more than needed, so they are not used.
        """
        response: httpx.Response = self.server._request(
            method=method, resource=path, body=body, query_kwargs=query
        )
        return response

    def get(self, path: str, **query: Any) -> httpx.Response | None:
        """GET below the server's root; None when there is no such document, revision or file."""
        try:
            return self.call("GET", path, **query)
        except NotFoundError as error:
            if _reason(error) in {*NO_DATABASE, ""}:
                raise
            return None

    def get_json(self, path: str, **query: Any) -> Any:
        """What `get` answers, parsed, or None."""
        answer = self.get(path, **query)
        return None if answer is None else answer.json()

    @contextmanager
    def failures(self, database: str | None = None) -> Iterator[None]:
        """Translate what can go wrong on the way into the store's own exceptions."""
        try:
            yield
        except httpx.HTTPStatusError as error:
            if error.response.status_code in BUSY:
                raise StoreUnavailable(f"{self.shown} answers {error.response.status_code}.") from error
            raise
        except (httpx.RequestError, InternalServerError) as error:
            raise StoreUnavailable(f"{self.shown} does not answer ({type(error).__name__}).") from error
        except (UnauthorizedError, ForbiddenError) as error:
            raise StoreUnavailable(
                f"{self.shown} refuses the credentials in CURBSTOP_COUCHDB_URL."
            ) from error
        except RequestEntityTooLargeError as error:
            raise too_large("document_too_large", f"{self.shown} takes no document that large") from error
        except PreconditionFailedError as error:
            trouble = next((words for code, words in CLUSTER.items() if code in str(error)), None)
            if trouble is None:
                raise
            raise StoreUnavailable(f"{self.shown}: {trouble}.") from error
        except JSONDecodeError as error:
            raise StoreUnavailable(f"{self.shown} does not answer as a CouchDB does.") from error
        except NotFoundError as error:
            if database is not None and _reason(error) in NO_DATABASE:
                raise DatabaseMissing(database) from error
            raise StoreUnavailable(f"{self.shown} does not answer as a CouchDB does.") from error


def _reason(error: NotFoundError) -> str:
    """What CouchDB says is missing; empty when it was no CouchDB that said so."""
    try:
        body = json.loads(str(error))
    except JSONDecodeError:
        return ""
    return str(body.get("reason", "")) if isinstance(body, dict) else ""


def path_of(*parts: str) -> str:
    """An address below the root from database, document id, attachment name; a namespace's slash stays."""
    return "/".join(_quoted(part) for part in parts)


def _quoted(part: str) -> str:
    for namespace in ("_design/", "_local/"):
        if part.startswith(namespace):
            return namespace + quote(part.removeprefix(namespace), safe="")
    return quote(part, safe="")
