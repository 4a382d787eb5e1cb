"""Documents with their files as MIME sections: several open revisions read, one revision written."""

import secrets
from dataclasses import replace
from typing import Any

import orjson
from flask import Response

from sync import attachments, documents, multipart, revtree, strict_json
from sync.documents import Edit
from sync.errors import bad_request
from sync.multipart import Section
from sync.revtree import Tree
from sync.routes.call import Call
from sync.sql import files
from sync.sql.connection import Connection
from sync.sql.rows import DatabaseRow, RevisionRow, render
from sync.winner import generation


def wanted(call: Call) -> bool:
    """Tell whether several revisions go out as sections: always, unless JSON alone is asked for."""
    accepted = call.request.accept_mimetypes
    return not accepted or accepted["multipart/mixed"] >= max(accepted["application/json"], 0.001)


def mixed(parts: list[bytes]) -> Response:
    """Return an answer of several sections."""
    boundary = secrets.token_hex(16)
    return Response(multipart.join(parts, boundary), content_type=f'multipart/mixed; boundary="{boundary}"')


def missing(rev: str) -> bytes:
    """Return the section that stands for a revision that is not here."""
    return multipart.section(
        {"Content-Type": 'application/json; error="true"'}, b'{"missing":' + orjson.dumps(rev) + b"}"
    )


def since_generation(tree: Tree, rev: str, known: Any) -> int:
    """Return the newest generation among `atts_since` that this revision descends from; 0 for none."""
    if not isinstance(known, list):
        return 0
    path = set(revtree.ancestry(tree, rev)) if rev in tree.parents else set()
    return max((generation(old) for old in known if isinstance(old, str) and old in path), default=0)


def related(
    connection: Connection, database: DatabaseRow, row: RevisionRow, extras: dict[str, Any], newer_than: int
) -> tuple[bytes, str]:
    """Return one document as (body, Content-Type): JSON alone, or with the files brought after a
    generation.
    """
    told: dict[str, dict[str, Any]] = {} if row.files is None else orjson.loads(row.files)
    following = [name for name, entry in told.items() if entry["revpos"] > newer_than]
    if not following:
        return render(row, extras, encodings=True), "application/json"
    for name in following:
        told[name].pop("stub")
        told[name]["follows"] = True
    stored = files.contents(connection, database.id, [(row.doc_id, row.rev)])[row.doc_id, row.rev]
    document = render(row, extras, orjson.dumps(told))
    parts = [multipart.section({"Content-Type": "application/json"}, document)]
    for name in following:
        headers = {
            "Content-Disposition": multipart.disposition(name),
            "Content-Type": told[name]["content_type"],
            "Content-Length": str(len(stored[name])),
        }
        if "encoding" in told[name]:
            headers["Content-Encoding"] = told[name]["encoding"]
        parts.append(multipart.section(headers, stored[name]))
    boundary = secrets.token_hex(16)
    return multipart.join(parts, boundary), f'multipart/related; boundary="{boundary}"'


def parse_related(call: Call, doc_id: str, *, new_edits: bool) -> Edit:
    """Return the edit that a `multipart/related` body asks for; raise 400 when files are missing."""
    boundary = multipart.boundary_of(call.request.headers["Content-Type"])
    first, *rest = multipart.parse(call.body(), boundary) or [Section({}, b"")]
    try:
        told = strict_json.loads(first.content, max_depth=call.limits.json_depth)
    except strict_json.BadJson as error:
        raise bad_request(str(error)) from None
    edit = documents.parse_document(told, new_edits=new_edits, limits=call.limits, doc_id=doc_id)
    by_name = {section.filename(): section for section in rest if section.filename()}
    in_order = iter([section for section in rest if not section.filename()])
    filled = []
    for file in edit.attachments:
        if not file.follows:
            filled.append(file)
            continue
        section = by_name.get(file.name) or by_name.get(_quoted(file.name)) or next(in_order, None)
        if section is None:
            raise bad_request(f"attachment {file.name!r} was announced and did not follow")
        packed = file.encoding == "gzip"
        if file.length is not None and file.length != len(section.content):
            raise bad_request(f"attachment {file.name!r} is not as long as announced")
        filled.append(attachments.stored(file, section.content, call.limits, encoded=packed))
    return replace(edit, attachments=tuple(filled))


def _quoted(name: str) -> str:
    return multipart.disposition(name).partition('"')[2][:-1]
