"""`_local/` documents: each caller's own checkpoints."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from sync.protocol.documents import check_id, local_body, local_revision
from sync.protocol.errors import bad_request, not_found
from sync.routes.call import Call, answer, raw_answer
from sync.stores.sql import locals as local_rows


def _name(call: Call) -> str:
    if call.target.attachment:
        raise bad_request("_local documents do not accept attachments.")
    return check_id(call.target.document, call.limits).removeprefix("_local/")


def get(call: Call) -> Response:
    """GET /db/_local/id."""
    name = _name(call)
    with call.store.connections.reading() as connection:
        found = local_rows.get(connection, call.target.database, call.owner, name)
    if found is None:
        raise not_found()
    rev, body = found
    head = b'{"_id":' + orjson.dumps(call.target.document) + b',"_rev":"' + rev.encode() + b'"'
    return raw_answer(head + b"}" if body == b"{}" else head + b"," + body[1:])


def put(call: Call) -> Response:
    """PUT /db/_local/id: write over what is there, or remove it when the body says `_deleted`."""
    name = _name(call)
    document = call.document()
    document.setdefault("_rev", call.args.get("rev"))
    rev = write(call, f"_local/{name}", document)
    status = 200 if document.get("_deleted") is True else 201
    return answer({"ok": True, "id": call.target.document, "rev": rev}, status)


def write(call: Call, doc_id: str, document: Mapping[str, Any]) -> str:
    """Write one over what is there and return its revision; one that says `_deleted` removes it."""
    name = doc_id.removeprefix("_local/")
    if document.get("_deleted") is True:
        call.store.remove_local_for(call.target.database, call.owner, name)
        return "0-0"
    revision = local_revision(document), local_body(document, call.limits)
    return call.store.put_local_for(call.target.database, call.owner, name, revision)


def delete(call: Call) -> Response:
    """DELETE /db/_local/id."""
    name = _name(call)
    if not call.store.remove_local_for(call.target.database, call.owner, name):
        raise not_found()
    return answer({"ok": True, "id": call.target.document, "rev": "0-0"})


def listing(call: Call) -> Response:
    """GET /db/_local_docs: the caller's own."""
    if call.request.method != "GET":
        raise bad_request("only GET")
    with call.store.reading(call.target.database) as (connection, database):
        found = local_rows.listing(connection, database.id, call.owner)
    rows = [{"id": f"_local/{name}", "key": f"_local/{name}", "value": {"rev": rev}} for name, rev in found]
    return answer({"total_rows": None, "offset": None, "rows": rows})
