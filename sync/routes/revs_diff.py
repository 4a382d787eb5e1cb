"""`_revs_diff`: which revisions a replicator still has to send."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson
from flask import Response

from sync.protocol import revtree
from sync.protocol.errors import bad_request, too_large
from sync.protocol.revtree import BadRevision, check_rev
from sync.routes import pieces
from sync.routes.call import Call
from sync.stores.sql import reading


def revs_diff(call: Call) -> Response:
    """POST /db/_revs_diff: which of these revisions are not here, and which leaves may be their ancestors."""
    return pieces.respond(chain((b"{",), _members(call, ancestors=True), (b"}\n",)))


def missing_revs(call: Call) -> Response:
    """POST /db/_missing_revs: the older form of `_revs_diff`."""
    return pieces.respond(chain((b'{"missing_revs":{',), _members(call, ancestors=False), (b"}}\n",)))


def _members(call: Call, *, ancestors: bool) -> Iterator[bytes]:
    wanted = _revisions_asked(call)
    with call.store.reading(call.target.database) as (connection, database):
        weights = reading.weights(connection, database.id, list(wanted)) if wanted else {}
    separator = b""
    for ids in pieces.sliced(list(wanted), str, weights):
        here = [doc_id for doc_id in ids if doc_id in weights]
        with call.store.reading(call.target.database) as (connection, database):
            known = reading.documents(connection, database.id, here) if here else {}
        for doc_id in ids:
            document = known.get(doc_id)
            tree = revtree.EMPTY if document is None else revtree.load(document.tree)
            missing, possible = revtree.missing(tree, wanted[doc_id])
            if missing:
                row: Any = missing
                if ancestors:
                    row = {"missing": missing} | ({"possible_ancestors": possible} if possible else {})
                yield separator + orjson.dumps(doc_id) + b":" + orjson.dumps(row)
                separator = b","


def _revisions_asked(call: Call) -> dict[str, list[str]]:
    body = call.json_object()
    if len(body) > call.limits.documents_per_request:
        raise too_large("too_large", f"more than {call.limits.documents_per_request} documents")
    for revs in body.values():
        if not isinstance(revs, list) or len(revs) > call.limits.leaves_per_document:
            raise bad_request("each document needs an array of revisions")
        for rev in revs:
            try:
                check_rev(rev, call.limits.revision_chars)
            except BadRevision as error:
                raise bad_request(str(error)) from None
    return body
