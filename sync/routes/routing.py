"""From a request to the handler that answers it: who, what, whether, then how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Request, Response

from sync.protocol import strict_json
from sync.protocol.access import Caller, may_open
from sync.protocol.errors import ProtocolError, forbidden, illegal_id, not_found, unauthorized
from sync.protocol.limits import Limits
from sync.routes import database, paths
from sync.routes.call import Authenticate, Call, Sessions, Target
from sync.routes.table import Operation, Right, methods_of
from sync.stores.contract import DatabaseMissing
from sync.stores.sql import reading
from sync.stores.sql.store import SqlStore

_NOBODY = Caller(name="", roles=frozenset(), device=None, expires_at=None)
_MAX_QUERY_BYTES = 64_000
"""CouchDB's replicator shortens its URLs when it is answered 414."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The endpoint's settings, and the way of a request through it."""

    store: SqlStore
    authenticate: Authenticate
    welcome: Mapping[str, Any]
    sessions: Sessions | None

    def serve(self, sent: Request, rest: str) -> Response:
        """Answer a request for the path `rest` below the endpoint's prefix; raise ProtocolError."""
        if len(sent.query_string) > _MAX_QUERY_BYTES:
            raise ProtocolError(414, "uri_too_long", "The query string is too long.")
        paths.check_text(sent.environ)
        caller = self.authenticate(sent)
        if caller is None and "Authorization" in sent.headers:
            # Also where nobody need sign in: a wrong password is answered at the first call.
            raise unauthorized("Name or password is incorrect, or the token is not valid.")
        whole = sent.root_path + sent.path
        exact = paths.raw_segments(sent.environ, whole[: len(whole) - len(rest)] if rest else whole)
        if exact is not None:
            return self._answer(sent, caller, paths.target(exact))
        parts = rest.rstrip("/").split("/")
        found = paths.target(parts)
        # Nobody learns from how a path is read what a database holds that they may not open.
        if found.database:
            check_database(caller, found.database)
        try:
            return self._answer(sent, caller, paths.guess(found, self._hints(sent)))
        except DatabaseMissing:
            named = _slashed_database(self.store, sent, parts)
            if named is None:
                raise
            return self._answer(sent, caller, paths.guess(paths.target(named), self._hints(sent)))

    def _hints(self, sent: Request) -> paths.Hints:
        return paths.Hints(
            known=self._longest_known,
            is_document=lambda doc_id: _holds_document(sent, doc_id, self.store.limits),
        )

    def _longest_known(self, database: str, candidates: Sequence[str]) -> str | None:
        with self.store.reading(database) as (connection, row):
            known = reading.documents(connection, row.id, candidates)
        return next((doc_id for doc_id in candidates if doc_id in known), None)

    def _answer(self, sent: Request, caller: Caller | None, target: Target) -> Response:
        methods = methods_of(target)
        operation = methods.get("GET" if sent.method == "HEAD" else sent.method)
        authorise(caller, target, operation)
        if operation is None:
            raise no_such(target, methods, sent.method)
        call = Call(
            request=sent,
            store=self.store,
            caller=caller or _NOBODY,
            authenticate=self.authenticate,
            target=target,
            welcome=self.welcome,
            sessions=self.sessions,
            args=sent.args if sent.query_string else {},
        )
        try:
            return operation.handler(call)
        except ProtocolError as error:
            if error.status in {400, 415} and target.database and target.action:
                # That the database is missing is said before what is wrong with the question.
                with self.store.reading(target.database):
                    pass
            raise


def check_database(caller: Caller | None, database: str) -> None:
    """Raise 401 for nobody, 403 for somebody who may not open the database, whether it exists or not."""
    if caller is None:
        raise unauthorized("Name or password is incorrect, or the token is not valid.")
    if not may_open(caller, database):
        raise forbidden("You are not allowed to access this db.")


def authorise(caller: Caller | None, target: Target, operation: Operation | None) -> None:
    """Raise 401 or 403 unless the caller has the right; only members learn what does not exist."""
    if operation is not None and operation.right is Right.ANYONE:
        return
    if target.database:
        check_database(caller, target.database)
    elif caller is None:
        raise unauthorized("Name or password is incorrect, or the token is not valid.")
    if operation is not None and operation.right is Right.ADMIN and not (caller and caller.is_admin):
        raise forbidden("You are not a server admin.")


def no_such(target: Target, methods: Mapping[str, Operation], method: str) -> ProtocolError:
    """Return 404 for an unknown resource, 405 for a method it does not have; 400 where a name is refused."""
    if not methods:
        if method == "PUT" and target.database and target.action != "_local":
            return illegal_id("Only reserved document ids may start with underscore.")
        if method == "PUT":
            return database.illegal_name(target.action)
        return not_found("missing") if target.database else not_found("Database does not exist.")
    allowed = ",".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))
    return ProtocolError(405, "method_not_allowed", f"Only {allowed} allowed", {"Allow": allowed})


def _holds_document(sent: Request, doc_id: str, limits: Limits) -> bool:
    if sent.method != "PUT":
        return False
    if sent.mimetype == "multipart/related":
        return True
    length = sent.content_length
    if sent.mimetype != "application/json" or length is None or length > limits.request_bytes:
        return False
    try:
        body = strict_json.loads(
            sent.get_data(cache=True), max_depth=limits.json_depth, max_overhead=limits.json_overhead_bytes
        )
    except (strict_json.BadJson, strict_json.TooManyValues):
        return False
    return isinstance(body, dict) and body.get("_id") == doc_id


def _slashed_database(store: SqlStore, sent: Request, parts: Sequence[str]) -> list[str] | None:
    """Return the path as [database, …] when its first segments together name a database, else None."""
    with store.connections.reading() as connection:
        for length in range(len(parts), 1, -1):
            name = "/".join(parts[:length])
            if reading.database(connection, name) is not None:
                return [name, *parts[length:]]
    made = sent.method == "PUT" and not sent.content_length
    return ["/".join(parts)] if made and len(parts) > 1 else None
