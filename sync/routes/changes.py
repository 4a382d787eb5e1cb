"""`_changes`: what changed since a position, at once or as a feed that stays open."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, stream_with_context

from sync.errors import ProtocolError, bad_request, not_found
from sync.routes.bulk import inlined
from sync.routes.call import Call
from sync.sql import feed as feed_rows
from sync.sql import reading
from sync.sql.connection import Connection
from sync.sql.feed import FeedRow
from sync.sql.rows import DatabaseRow, render

PAGE = 500
"""Rows per statement of an unlimited feed: large enough to be cheap, small enough to keep memory flat."""
NO_LIMIT = 2**62
DEFAULT_TIMEOUT_SECONDS = 60.0
DEFAULT_HEARTBEAT_SECONDS = 60.0
FEEDS = ("normal", "longpoll", "continuous", "eventsource")


@dataclass(frozen=True, slots=True)
class Query:
    """What a feed asks for."""

    since: str
    limit: int
    descending: bool
    bodies: bool
    all_leaves: bool
    conflicts: bool
    inline: bool
    feed: str
    heartbeat: float | None
    """Seconds between signs of life, None for none."""
    timeout: float
    """Seconds after which a parked feed without heartbeat ends."""
    ids: list[str] | None
    seq_interval: int


def changes(call: Call) -> Response:
    """GET or POST /db/_changes."""
    query = _query(call)
    with call.store.reading(call.target.database) as (_, database):
        start = _position(database, query.since)
    if query.feed in {"normal", "longpoll"}:
        body = _results(call, query, start)
        kind = "application/json"
    elif query.feed == "continuous":
        body = _lines(call, query, start)
        kind = "application/json"
    else:
        body = _events(call, query, start)
        kind = "text/event-stream"
    response = Response(stream_with_context(body), mimetype=kind)
    response.headers["Cache-Control"] = "must-revalidate"
    # Proxies must not hold heartbeats back.
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _query(call: Call) -> Query:
    told: dict[str, Any] = {}
    if call.request.method == "POST" and call.request.content_length:
        told = call.json_object()
    feed = call.args.get("feed", "normal")
    if feed not in FEEDS:
        raise bad_request(f"Supported `feed` types: {', '.join(FEEDS)}.")
    since = call.args.get("since") or call.request.headers.get("Last-Event-ID") or "0"
    heartbeat = call.args.get("heartbeat")
    if heartbeat in {None, "false"}:
        pulse = None
    elif heartbeat == "true":
        pulse = DEFAULT_HEARTBEAT_SECONDS
    else:
        pulse = max(call.number("heartbeat", 0), 100) / 1000
    return Query(
        since=since.strip('"'),
        limit=call.number("limit", NO_LIMIT),
        descending=call.flag("descending"),
        bodies=call.flag("include_docs"),
        all_leaves=call.args.get("style", "main_only") == "all_docs",
        conflicts=call.flag("conflicts"),
        inline=call.flag("attachments"),
        feed=feed,
        heartbeat=pulse,
        timeout=call.number("timeout", int(DEFAULT_TIMEOUT_SECONDS * 1000)) / 1000,
        ids=_filtered_ids(call, told),
        seq_interval=max(call.number("seq_interval", 1), 1),
    )


def _filtered_ids(call: Call, told: dict[str, Any]) -> list[str] | None:
    chosen = call.args.get("filter")
    if not chosen:
        return None
    if chosen == "_doc_ids":
        ids = told.get("doc_ids", call.parameter("doc_ids"))
        if not isinstance(ids, list) or not all(isinstance(doc_id, str) for doc_id in ids):
            raise bad_request("`doc_ids` must be an array of ids.")
        return ids
    if chosen.startswith("_"):
        raise bad_request(f"unknown filter {chosen[:80]}")
    design, _, function = chosen.partition("/")
    if not function:
        raise bad_request("Invalid path for filter: it is written designdoc/function")
    with call.store.reading(call.target.database) as (connection, database):
        found = reading.documents(connection, database.id, [f"_design/{design}"])
    if not found or found[f"_design/{design}"].deleted:
        raise not_found("missing")
    raise ProtocolError(501, "not_implemented", "Filters written in JavaScript are not run; use _selector.")


def _position(database: DatabaseRow, since: str) -> int:
    try:
        return database.position(since)
    except ValueError as error:
        raise bad_request(str(error)) from None


@dataclass(slots=True)
class _Progress:
    """Where a feed stands: the last position told, rows told, rows left after it."""

    position: int
    told: int = 0
    pending: int = 0


def _rows(call: Call, query: Query, progress: _Progress) -> Iterator[bytes]:
    """Yield the JSON of each change there is now, advancing `progress`."""
    before: int | None = None
    while progress.told < query.limit or query.limit == 0:
        size = min(PAGE, query.limit - progress.told)
        with call.store.reading(call.target.database) as (connection, database):
            if query.descending and before is None:
                before = database.update_seq + 1
            page = feed_rows.page(
                connection,
                database.id,
                after=progress.position if not query.descending else 0,
                before=before,
                limit=size,
                bodies=query.bodies,
                ids=query.ids,
            )
            lines = [_line(connection, database, query, row, progress.told + i) for i, row in enumerate(page)]
            progress.told += len(page)
            if query.descending:
                before = page[-1].document.seq if page else before
            elif page:
                progress.position = page[-1].document.seq
            if len(page) < size:
                progress.pending = 0
                progress.position = max(progress.position, database.update_seq)
            elif progress.told >= query.limit:
                progress.pending = feed_rows.count_after(connection, database.id, progress.position)
        yield from lines
        if len(page) < size or query.limit == 0:
            return


def _line(connection: Connection, database: DatabaseRow, query: Query, row: FeedRow, index: int) -> bytes:
    document = row.document
    quiet = query.seq_interval > 1 and (index + 1) % query.seq_interval
    seq = b"null" if quiet else b'"' + database.seq(document.seq).encode() + b'"'
    line = b'{"seq":' + seq + b',"id":' + orjson.dumps(document.doc_id) + b',"changes":[{"rev":"'
    if query.all_leaves and document.others is not None:
        line += b'"},{"rev":"'.join(rev.encode() for rev, _ in document.leaves()) + b'"}]'
    else:
        line += document.rev.encode() + b'"}]'
    if document.deleted:
        line += b',"deleted":true'
    if row.winner is not None:
        extras = None
        if query.conflicts and document.others is not None:
            live = [rev for rev, gone in document.leaves()[1:] if not gone]
            extras = {"_conflicts": live} if live else None
        data = inlined(connection, database.id, row.winner) if query.inline else None
        line += b',"doc":' + render(row.winner, extras, data)
    return line + b"}"


def _ending(call: Call, progress: _Progress) -> bytes:
    with call.store.reading(call.target.database) as (_, database):
        seq = database.seq(progress.position)
    return f'"last_seq":"{seq}","pending":{progress.pending}}}\n'.encode()


def _results(call: Call, query: Query, start: int) -> Iterator[bytes]:
    progress = _Progress(start)
    yield b'{"results":['
    separator = b"\n"
    for line in _parked(call, query, progress) if query.feed == "longpoll" else _rows(call, query, progress):
        if line == b"\n":
            yield line
            continue
        yield separator + line
        separator = b",\n"
    yield b"\n]," + _ending(call, progress)


def _lines(call: Call, query: Query, start: int) -> Iterator[bytes]:
    progress = _Progress(start)
    for line in _parked(call, query, progress):
        yield line if line == b"\n" else line + b"\n"
    yield b"{" + _ending(call, progress)


def _events(call: Call, query: Query, start: int) -> Iterator[bytes]:
    progress = _Progress(start)
    for line in _parked(call, query, progress):
        if line == b"\n":
            yield b"event: heartbeat\ndata: \n\n"
        else:
            seq = orjson.loads(line)["seq"]
            yield b"data: " + line + b"\nid: " + orjson.dumps(seq).strip(b'"') + b"\n\n"


def _parked(call: Call, query: Query, progress: _Progress) -> Iterator[bytes]:
    """Yield changes, then wait for more; a lone newline is a heartbeat.

    Ends at the limit, at the timeout, when the token ends, when the caller is welcome no longer, and for a
    longpoll after the first changes. The caller is asked for again at every wake and heartbeat."""
    with call.store.reading(call.target.database) as (_, database):
        ticket = call.store.waker.park(database.id)
    try:
        end = time.monotonic() + call.limits.feed_seconds
        if call.caller.expires_at is not None:
            end = min(end, time.monotonic() + call.caller.expires_at - time.time())
        if query.heartbeat is None:
            end = min(end, time.monotonic() + query.timeout)
        while True:
            before = progress.told
            yield from _rows(call, query, progress)
            if progress.told >= query.limit or (query.feed == "longpoll" and progress.told > before):
                return
            while True:
                left = end - time.monotonic()
                if left <= 0:
                    return
                woken = ticket.wait(left if query.heartbeat is None else min(left, query.heartbeat))
                if not call.still_welcome():
                    return
                if woken:
                    break
                if query.heartbeat is not None:
                    yield b"\n"
    finally:
        ticket.close()
