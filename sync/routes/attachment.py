"""One attachment: read, written, removed."""

import secrets
from dataclasses import replace

import orjson
from flask import Response

from sync.protocol import attachments, multipart, ranges
from sync.protocol.attachments import AttachmentEdit, gunzip
from sync.protocol.documents import Edit, check_id
from sync.protocol.errors import ProtocolError, conflict, not_found
from sync.routes.call import Call, refuse
from sync.routes.document import chosen, find, stated_rev, store
from sync.stores.sql import files, reading


def get(call: Call) -> Response:
    """GET or HEAD /db/doc/name: the file's bytes, always as a download that no browser may interpret."""
    doc_id, name = check_id(call.target.document, call.limits), call.target.attachment
    with call.store.reading(call.target.database) as (connection, database):
        row = chosen(call, connection, database, *find(connection, database, doc_id))
        entry = ({} if row.files is None else orjson.loads(row.files)).get(name)
        content = files.content(connection, database.id, doc_id, row.rev, name) if entry else None
    if entry is None or content is None:
        raise not_found("Document is missing attachment")
    encoded = entry.get("encoding") == "gzip"
    sent_packed = encoded and call.request.accept_encodings.quality("gzip") > 0
    body = gunzip(content, entry["length"]) if encoded and not sent_packed else content
    response = Response(body, content_type=entry["content_type"])
    response.set_etag(entry["digest"].removeprefix("md5-"))
    headers = response.headers
    headers["Cache-Control"] = "must-revalidate"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Disposition"] = "attachment"
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    headers["Accept-Ranges"] = "none" if encoded else "bytes"
    if encoded:
        if sent_packed:
            headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
        response.make_conditional(call.request)
        return response
    headers["Content-MD5"] = entry["digest"].removeprefix("md5-")
    response.make_conditional(call.request)
    return response if response.status_code == 304 else _parts(call, response, body)


def _parts(call: Call, whole: Response, body: bytes) -> Response:
    """Return the ranges of the body that were asked for: one plainly, several as sections."""
    try:
        found = ranges.asked(_range(call, whole), len(body))
    except ProtocolError as refusal:
        answer = refuse(refusal)
        answer.headers["Content-Range"] = f"bytes */{len(body)}"
        return answer
    if found is None:
        return whole
    kind = whole.content_type or attachments.DEFAULT_TYPE
    labels = [f"bytes {start}-{end}/{len(body)}" for start, end in found]
    whole.status_code = 206
    del whole.headers["Content-MD5"]
    if len(found) == 1:
        ((start, end),) = found
        whole.headers["Content-Range"] = labels[0]
        whole.set_data(body[start : end + 1])
        return whole
    boundary = secrets.token_hex(16)
    parts = [
        ({"Content-Type": kind, "Content-Range": words}, iter((body[start : end + 1],)))
        for words, (start, end) in zip(labels, found, strict=True)
    ]
    whole.set_data(b"".join(multipart.joined(parts, boundary)))
    whole.content_type = f'multipart/byteranges; boundary="{boundary}"'
    return whole


def _range(call: Call, whole: Response) -> str | None:
    """The header, unless it is about another state of the file than this."""
    tag = call.request.headers.get("If-Range")
    return call.request.headers.get("Range") if tag in {None, whole.headers["ETag"]} else None


def put(call: Call) -> Response:
    """PUT /db/doc/name?rev=…: a new revision with this file in place of any of the same name."""
    call.check_write(check_id(call.target.document, call.limits), deleted=False)
    attachments.check_name(call.target.attachment)
    kind = call.request.headers.get("Content-Type", attachments.DEFAULT_TYPE)
    md5 = call.request.headers.get("Content-MD5")
    packed = "Content-Encoding" in call.request.headers
    digest = f"md5-{md5}" if md5 and not packed else None
    file = AttachmentEdit(call.target.attachment, kind, digest=digest)
    return _rewrite(call, attachments.stored(file, call.body(), call.limits, encoded=False), status=201)


def delete(call: Call) -> Response:
    """DELETE /db/doc/name?rev=…: a new revision without this file."""
    return _rewrite(call, None, status=200)


def _rewrite(call: Call, file: AttachmentEdit | None, *, status: int) -> Response:
    doc_id, name = check_id(call.target.document, call.limits), call.target.attachment
    call.check_write(doc_id, deleted=False)
    rev = stated_rev(call)
    with call.store.reading(call.target.database) as (connection, database):
        document = reading.documents(connection, database.id, [doc_id]).get(doc_id)
        live = document is not None and not document.deleted
        leaves = [] if document is None else [leaf for leaf, _ in document.leaves()]
        if document is None and rev is not None:
            raise ProtocolError(409, "not_found", "missing_rev")
        if (rev is None and live) or (rev is not None and rev not in leaves):
            raise conflict()
        wanted = [] if rev is None else [(doc_id, rev)]
        before = reading.revisions(connection, database.id, wanted).get((doc_id, rev or ""))
    stubs = orjson.loads(before.files) if before is not None and before.files is not None else {}
    if file is None and name not in stubs:
        raise not_found("Document is missing attachment") if document else not_found()
    kept = [
        AttachmentEdit(other, entry["content_type"], digest=entry["digest"], stub=True)
        for other, entry in stubs.items()
        if other != name
    ]
    if file is not None:
        kept.append(replace(file, revpos=None))
    body = b"{}" if before is None else before.body
    path = () if rev is None else (rev,)
    return store(call, Edit(doc_id, path, False, body, tuple(kept)), status=status)
