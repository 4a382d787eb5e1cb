"""One document: read, written, deleted."""

from itertools import chain
from typing import Any
from urllib.parse import unquote

import orjson
from flask import Response

from sync.protocol import documents, revtree
from sync.protocol.documents import Edit, check_id
from sync.protocol.errors import (
    bad_request,
    conflict,
    illegal_id,
    not_found,
    not_implemented,
    too_large,
)
from sync.protocol.revtree import BadRevision, check_rev
from sync.routes import pieces, sections
from sync.routes.bulk_get import latest_leaves
from sync.routes.call import Call, answer, as_document
from sync.routes.open_revs import open_revisions
from sync.stores.sql import reading
from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DatabaseRow, DocumentRow, RevisionRow, revisions_field


def get(call: Call) -> Response:
    """GET or HEAD /db/doc: the winner or the revision asked for, with what else is asked."""
    doc_id = check_id(call.target.document, call.limits)
    if "open_revs" in call.args:
        return open_revisions(call, doc_id)
    with call.store.reading(call.target.database) as (connection, database):
        document, winner = find(connection, database, doc_id)
        row = chosen(call, connection, database, document, winner)
        extras = _extras(call, connection, database, document, row)
    inline = call.flag("attachments") or "atts_since" in call.args
    since = call.parameter("atts_since") if inline else None
    known = sections.since_generation(revtree.load(document.tree), row.rev, since) if since else 0
    if inline and _takes_sections(call):
        headers, content = sections.related(call, row, extras, known)
        response = pieces.respond(content, headers["Content-Type"])
    else:
        content = pieces.document(call, row, extras, inline=inline, newer_than=known)
        response = pieces.respond(chain(content, (b"\n",)))
    if not extras.keys() - _OF_THE_REVISION:
        # Conflicts and the like change while the revision stays, so nobody is told that nothing is new.
        response.set_etag(row.rev)
        response.make_conditional(call.request)
    return response


_OF_THE_REVISION = frozenset({"_revisions"})


def _takes_sections(call: Call) -> bool:
    """Return whether files go as sections: to whoever takes those, also by `*/*`, as in CouchDB."""
    accepted = call.request.accept_mimetypes
    return bool(accepted) and accepted["multipart/related"] > 0


def find(connection: Connection, database: DatabaseRow, doc_id: str) -> tuple[DocumentRow, RevisionRow]:
    """Return the document and its winner's body; raise 404."""
    found = reading.documents_with_winner(connection, database.id, [doc_id]).get(doc_id)
    if found is None:
        raise not_found()
    return found


def chosen(
    call: Call, connection: Connection, database: DatabaseRow, document: DocumentRow, winner: RevisionRow
) -> RevisionRow:
    """Return the revision the parameters mean; raise 404 when missing, or deleted and not named."""
    rev = call.args.get("rev")
    if rev is None:
        if winner.deleted:
            raise not_found("deleted")
        return winner
    _checked(rev)
    if call.flag("latest"):
        tree = revtree.load(document.tree)
        rev = latest_leaves(tree, rev)[0] if rev in tree.parents else rev
    if rev == winner.rev:
        return winner
    row = reading.revisions(connection, database.id, [(document.doc_id, rev)]).get((document.doc_id, rev))
    if row is None:
        raise not_found()
    return row


def _checked(rev: str) -> str:
    try:
        return check_rev(rev)
    except BadRevision as error:
        raise bad_request(str(error)) from None


def _extras(
    call: Call, connection: Connection, database: DatabaseRow, document: DocumentRow, row: RevisionRow
) -> dict[str, Any]:
    meta = call.flag("meta")
    extras: dict[str, Any] = {}
    tree = revtree.load(document.tree)
    if call.flag("revs"):
        extras["_revisions"] = revisions_field(revtree.ancestry(tree, row.rev)[: database.revs_limit])
    if meta or call.flag("revs_info"):
        stored = reading.stored_revisions(connection, database.id, document.doc_id)
        states = {rev: "deleted" if gone else "available" for rev, gone in stored.items()}
        path = revtree.ancestry(tree, row.rev)
        extras["_revs_info"] = [{"rev": rev, "status": states.get(rev, "missing")} for rev in path]
    others = [leaf for leaf in document.leaves() if leaf[0] != row.rev]
    live = [rev for rev, gone in others if not gone]
    dead = [rev for rev, gone in others if gone]
    if live and (meta or call.flag("conflicts")):
        extras["_conflicts"] = live
    if dead and (meta or call.flag("deleted_conflicts")):
        extras["_deleted_conflicts"] = dead
    if call.flag("local_seq"):
        extras["_local_seq"] = database.seq(document.seq)
    return extras


def put(call: Call) -> Response:
    """PUT /db/doc: store a revision; `new_edits=false` stores one made elsewhere."""
    doc_id = check_id(call.target.document, call.limits)
    new_edits = call.flag("new_edits", default=True)
    # Who may not write it at all is refused before the body is read.
    call.check_write(doc_id, deleted=False)
    if call.request.mimetype == "multipart/related":
        parts = sections.received(call)
        document = _named(call, call.parsed(parts[0].content))
        edit = documents.parse_document(document, new_edits=new_edits, limits=call.limits, doc_id=doc_id)
        return store(call, sections.filled(call, edit, parts[1:]), new_edits=new_edits)
    if not call.request.content_length:
        with call.store.reading(call.target.database):
            # That the database is missing is answered before that the body is.
            pass
    document = _named(call, call.json())
    edit = documents.parse_document(document, new_edits=new_edits, limits=call.limits, doc_id=doc_id)
    return store(call, edit, new_edits=new_edits, status=200 if edit.deleted else 201)


def _named(call: Call, body: Any) -> dict[str, Any]:
    """Return the document of a PUT with the revision that the address or If-Match names; raise 400.

    Its id is that of the address, whatever it says itself, as in CouchDB.
    """
    document = as_document(body)
    rev = stated_rev(call)
    if rev is not None:
        if document.get("_rev", rev) != rev:
            raise bad_request("Document rev from request body and query string have different values")
        document["_rev"] = rev
    return document


def store(call: Call, edit: Edit, *, new_edits: bool = True, status: int = 201) -> Response:
    """Store one edit and answer as PUT and DELETE do."""
    call.check_write(edit.doc_id, deleted=edit.deleted)
    (outcome,) = call.store.edit(call.target.database, [edit], new_edits=new_edits)
    if outcome.refusal is not None:
        raise outcome.refusal
    response = answer({"ok": True, "id": outcome.doc_id, "rev": outcome.rev}, status)
    response.set_etag(str(outcome.rev))
    if status == 201:
        response.headers["Location"] = call.request.base_url
    return response


def stated_rev(call: Call) -> str | None:
    """Return the revision that `rev` or If-Match names; raise 400 when they differ."""
    named = call.args.get("rev")
    tags = [tag for tag in call.request.if_match.as_set() if tag != "*"]
    if named and tags and tags != [named]:
        raise bad_request("Document rev and etag have different values")
    rev = named or (tags[0] if tags else None)
    return None if not rev else _checked(rev)


def delete(call: Call) -> Response:
    """DELETE /db/doc?rev=…: a deletion on top of that leaf."""
    doc_id = check_id(call.target.document, call.limits)
    rev = stated_rev(call)
    call.check_write(doc_id, deleted=True)
    with call.store.reading(call.target.database) as (connection, database):
        document = reading.documents(connection, database.id, [doc_id]).get(doc_id)
    if document is None:
        raise not_found()
    if rev is None:
        raise not_found("deleted") if document.deleted else conflict()
    if (rev, True) in document.leaves():
        raise not_found("deleted")
    return store(call, Edit(doc_id, (rev,), True, b"{}"), status=200)


def copy(call: Call) -> Response:
    """COPY /db/doc with Destination: the revision's body and files under another id."""
    destination, _, query = call.request.headers.get("Destination", "").partition("?")
    if not destination:
        raise bad_request("Destination header is mandatory for COPY.")
    doc_id = check_id(unquote(destination), call.limits)
    if doc_id.startswith("_local/"):
        raise illegal_id("Documents are not copied to _local documents.")
    over = query.removeprefix("rev=") if query.startswith("rev=") else None
    with call.store.reading(call.target.database) as (connection, database):
        row = chosen(call, connection, database, *find(connection, database, call.target.document))
    _refuse_much(row)
    document = orjson.loads(b"".join(pieces.document(call, row, None, inline=True)))
    for field in ("_rev", "_deleted"):
        document.pop(field, None)
    if over is not None:
        document["_rev"] = over
    return store(call, documents.parse_document(document, new_edits=True, limits=call.limits, doc_id=doc_id))


def _refuse_much(row: RevisionRow) -> None:
    stubs = {} if row.files is None else orjson.loads(row.files)
    if sum(entry["length"] for entry in stubs.values()) > _MOST_COPIED_BYTES:
        raise too_large("document_too_large", "its files are too large to be copied")


_MOST_COPIED_BYTES = 8_000_000
"""Files of a document that is copied; all are held at once."""


def design_function(call: Call) -> Response:
    """Any path below a design document: views, shows, lists, updates are JavaScript."""
    words = "Design documents are stored; their JavaScript is not run. A selector may filter _changes."
    raise not_implemented(f"{words} ({call.target.attachment[:60]})")
