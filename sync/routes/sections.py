"""Documents with their files as MIME sections: several open revisions read, one revision written."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import orjson
from flask import Response

from sync.protocol import attachments, multipart, revtree
from sync.protocol.documents import Edit
from sync.protocol.errors import bad_request, not_found
from sync.protocol.multipart import Part, Section
from sync.protocol.revtree import Tree
from sync.protocol.winner import generation
from sync.routes import pieces
from sync.routes.call import Call
from sync.stores.sql import files
from sync.stores.sql.rows import RevisionRow, render


def wanted(call: Call) -> bool:
    """Return whether several revisions go out as sections: always, unless JSON alone is asked for."""
    accepted = call.request.accept_mimetypes
    return not accepted or accepted["multipart/mixed"] >= max(accepted["application/json"], 0.001)


def mixed(parts: Iterator[Part]) -> Response:
    """Return an answer of several sections, each made of pieces."""
    boundary = secrets.token_hex(16)
    return pieces.respond(multipart.joined(parts, boundary), f'multipart/mixed; boundary="{boundary}"')


def missing(rev: str) -> Part:
    """Return the section that stands for a revision that is not here."""
    return {"Content-Type": 'application/json; error="true"'}, iter(
        (b'{"missing":' + orjson.dumps(rev) + b"}",)
    )


def since_generation(tree: Tree, rev: str, known: Any) -> int:
    """Return the newest generation among `atts_since` that this revision descends from; 0 for none."""
    if not isinstance(known, list):
        return 0
    path = set(revtree.ancestry(tree, rev)) if rev in tree.parents else set()
    return max((generation(old) for old in known if isinstance(old, str) and old in path), default=0)


def related(call: Call, row: RevisionRow, extras: dict[str, Any], newer_than: int) -> Part:
    """Return one document as (headers, pieces): JSON alone, or with the files brought after a generation."""
    entries: dict[str, dict[str, Any]] = {} if row.files is None else orjson.loads(row.files)
    following = [name for name, entry in entries.items() if entry["revpos"] > newer_than]
    if not following:
        return {"Content-Type": "application/json"}, iter((render(row, extras, encodings=True),))
    for name in following:
        entries[name].pop("stub")
        entries[name]["follows"] = True
    document = render(row, extras, orjson.dumps(entries))
    first = ({"Content-Type": "application/json"}, iter((document,)))
    files_after = (_file(call, row, name, entries[name]) for name in following)
    boundary = secrets.token_hex(16)
    kind = {"Content-Type": f'multipart/related; boundary="{boundary}"'}
    return kind, multipart.joined(chain((first,), files_after), boundary)


def _file(call: Call, row: RevisionRow, name: str, entry: dict[str, Any]) -> Part:
    with call.store.reading(call.target.database) as (connection, database):
        content = files.content(connection, database.id, row.doc_id, row.rev, name)
    if content is None:
        raise not_found("the revision was compacted away while it was read")
    headers = {
        "Content-Disposition": multipart.disposition(name),
        "Content-Type": entry["content_type"],
        "Content-Length": str(len(content)),
    }
    if "encoding" in entry:
        headers["Content-Encoding"] = entry["encoding"]
    # In parts: several pieces wait between here and the client's socket.
    size = pieces.PIECE_BYTES
    return headers, (content[start : start + size] for start in range(0, len(content), size))


def received(call: Call) -> list[Section]:
    """Return the sections of a `multipart/related` body, the document's first; raise 400."""
    boundary = multipart.boundary_of(call.request.headers["Content-Type"])
    return multipart.parse(call.body(), boundary) or [Section({}, b"")]


def filled(call: Call, edit: Edit, sections: Sequence[Section]) -> Edit:
    """Return the edit with the files that came after its document; raise 400 when one is missing."""
    by_name = {section.filename(): section for section in sections if section.filename()}
    in_order = iter([section for section in sections if not section.filename()])
    found = []
    for file in edit.attachments:
        if not file.follows:
            found.append(file)
            continue
        section = by_name.get(file.name) or by_name.get(_quoted(file.name)) or next(in_order, None)
        if section is None:
            raise bad_request(f"attachment {file.name!r} was announced and did not follow")
        packed = file.encoding == "gzip"
        if file.length is not None and file.length != len(section.content):
            raise bad_request(f"attachment {file.name!r} is not as long as announced")
        found.append(attachments.stored(file, section.content, call.limits, encoded=packed))
    return replace(edit, attachments=tuple(found))


def _quoted(name: str) -> str:
    return multipart.disposition(name).partition('"')[2][:-1]
