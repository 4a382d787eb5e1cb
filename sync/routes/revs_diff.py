"""`_revs_diff`: which revisions a replicator still has to send."""

from flask import Response

from sync import revtree
from sync.errors import bad_request, too_large
from sync.revtree import BadRevision, check_rev
from sync.routes.call import Call, answer
from sync.sql import reading


def revs_diff(call: Call) -> Response:
    """POST /db/_revs_diff: which of these revisions are not here, and which leaves may be their ancestors."""
    wanted = _revisions_asked(call)
    with call.store.reading(call.target.database) as (connection, database):
        known = reading.documents(connection, database.id, list(wanted)) if wanted else {}
    told = {}
    for doc_id, revs in wanted.items():
        document = known.get(doc_id)
        tree = revtree.EMPTY if document is None else revtree.load(document.tree)
        missing, ancestors = revtree.missing(tree, revs)
        if missing:
            told[doc_id] = {"missing": missing}
            if ancestors:
                told[doc_id]["possible_ancestors"] = ancestors
    return answer(told)


def missing_revs(call: Call) -> Response:
    """POST /db/_missing_revs: the older form of `_revs_diff`."""
    wanted = _revisions_asked(call)
    with call.store.reading(call.target.database) as (connection, database):
        known = reading.documents(connection, database.id, list(wanted)) if wanted else {}
    told = {}
    for doc_id, revs in wanted.items():
        document = known.get(doc_id)
        missing, _ = revtree.missing(revtree.EMPTY if document is None else revtree.load(document.tree), revs)
        if missing:
            told[doc_id] = missing
    return answer({"missing_revs": told})


def _revisions_asked(call: Call) -> dict[str, list[str]]:
    told = call.json_object()
    if len(told) > call.limits.documents_per_request:
        raise too_large("too_large", f"more than {call.limits.documents_per_request} documents")
    for revs in told.values():
        if not isinstance(revs, list) or len(revs) > call.limits.leaves_per_document:
            raise bad_request("each document needs an array of revisions")
        for rev in revs:
            try:
                check_rev(rev, call.limits.revision_chars)
            except BadRevision as error:
                raise bad_request(str(error)) from None
    return told
