"""Refusals in the words of the CouchDB replication protocol.

Replicators match the `error` code and the HTTP status, so these are CouchDB's own, not the Problems of the
people's pages: `{"error": code, "reason": words}`.
"""

from collections.abc import Mapping


class ProtocolError(Exception):
    """A request, or one row of a bulk request, that is refused.

    `status` is the HTTP status, `error` CouchDB's code, `reason` plain words, `headers` go with the answer.
    """

    def __init__(
        self, status: int, error: str, reason: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{error}: {reason}")
        self.headers = dict(headers or {})
        self.status = status
        self.error = error
        self.reason = reason


def bad_request(reason: str) -> ProtocolError:
    """The request cannot be understood."""
    return ProtocolError(400, "bad_request", reason)


def query_error(reason: str) -> ProtocolError:
    """A query parameter has a value outside its range."""
    return ProtocolError(400, "query_parse_error", reason)


def illegal_id(reason: str) -> ProtocolError:
    """A document id that no document may have."""
    return ProtocolError(400, "illegal_docid", reason)


def doc_validation(reason: str) -> ProtocolError:
    """A document that breaks the rules on `_` fields."""
    return ProtocolError(400, "doc_validation", reason)


def not_found(reason: str = "missing") -> ProtocolError:
    """No such document or revision; `deleted` as reason when there was one."""
    return ProtocolError(404, "not_found", reason)


def no_database() -> ProtocolError:
    """No such database."""
    return ProtocolError(404, "not_found", "Database does not exist.")


def conflict() -> ProtocolError:
    """The revision given is no leaf of the document."""
    return ProtocolError(409, "conflict", "Document update conflict.")


def forbidden(reason: str) -> ProtocolError:
    """The caller is known and may not do this."""
    return ProtocolError(403, "forbidden", reason)


def unauthorized(reason: str = "You are not authorized to access this db.") -> ProtocolError:
    """The caller is not signed in, or the token is no longer good."""
    return ProtocolError(401, "unauthorized", reason)


def too_large(error: str, reason: str) -> ProtocolError:
    """Something exceeds its limit; CouchDB's replicator then splits the batch or skips the document."""
    return ProtocolError(413, error, reason)


def not_implemented(reason: str) -> ProtocolError:
    """Server-side JavaScript, left out on purpose."""
    return ProtocolError(501, "not_implemented", reason)
