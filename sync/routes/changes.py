"""`_changes`: what changed since a position, at once or as a feed that stays open."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from flask import Response

from sync.errors import ProtocolError, bad_request
from sync.routes import feed_query
from sync.routes.bulk_get import inlined
from sync.routes.call import Call
from sync.routes.feed_query import Query
from sync.sql import feed as feed_rows
from sync.sql.connection import Connection
from sync.sql.feed import FeedRow
from sync.sql.rows import DatabaseRow, render
from sync.sql.watch import Ticket
from sync.store import DatabaseMissing

PAGE = 500
"""Rows per statement of an unlimited feed: large enough to be cheap, small enough to keep memory flat."""
HEARTBEAT = b"\n"


def changes(call: Call) -> Response:
    """GET or POST /db/_changes."""
    query = feed_query.read(call)
    if query.feed == "normal" and query.limit <= PAGE:
        # A short answer goes out in one piece.
        progress = _Progress()
        whole = b"".join(_results(_rows(call, query, progress), progress))
        return _headed(Response(whole, mimetype="application/json"))
    with call.store.reading(call.target.database) as (_, database):
        progress = _Progress(database, _position(database, query))
    lines, ticket = _rows(call, query, progress), None
    if query.feed != "normal":
        limits = call.limits
        own = None if call.caller.is_admin else limits.parked_feeds_per_database
        ticket = call.store.waker.park(database.id, limits.parked_feeds, most_of_database=own)
        if ticket is None:
            words = "The server holds as many feeds as it can; try later."
            raise ProtocolError(429, "too_many_requests", words)
        lines = _parked(call, query, progress, ticket)
    body, kind = FORMS[query.feed]
    response = Response(body(lines, progress), mimetype=kind)
    if ticket is not None:
        # The place is given back also when nobody ever reads the answer.
        response.call_on_close(ticket.close)
    # Proxies must not hold heartbeats back.
    response.headers["X-Accel-Buffering"] = "no"
    return _headed(response)


def _headed(response: Response) -> Response:
    response.headers["Cache-Control"] = "must-revalidate"
    return response


def _position(database: DatabaseRow, query: Query) -> int:
    try:
        return database.position(query.since)
    except ValueError as error:
        raise bad_request(str(error)) from None


@dataclass(slots=True)
class _Progress:
    """Where a feed stands: the last position told, rows told, documents changed after it.

    Without a database the first page looks it up and begins where the query says.
    """

    database: DatabaseRow | None = None
    position: int = 0
    told: int = 0
    pending: int = 0


def _rows(call: Call, query: Query, progress: _Progress) -> Iterator[bytes]:
    """Yield the JSON of each change there is now, advancing `progress`."""
    before: int | None = None
    after = progress.position
    begun = progress.database is not None
    exhausted = False
    while not exhausted:
        wanted = query.limit - progress.told
        size = PAGE if query.matches is not None else min(PAGE, wanted)
        lines: list[bytes] = []
        with call.store.reading(call.target.database) as (connection, database):
            progress.database = database
            if not begun:
                after, begun = _position(database, query), True
            if query.descending and before is None:
                before = database.update_seq + 1
            page = feed_rows.page(
                connection,
                database.id,
                after=0 if query.descending else after,
                before=before,
                limit=size,
                bodies=query.bodies or (query.matches is not None and not query.heads),
                heads=query.heads,
                ids=query.ids,
            )
            for row in page:
                if len(lines) >= wanted:
                    break
                after = row.document.seq
                if _matches(query, row):
                    lines.append(_line(connection, database, query, row, progress.told + len(lines)))
            progress.told += len(lines)
            exhausted = len(page) < size or progress.told >= query.limit
            if query.descending:
                before = after
            if exhausted and not query.descending:
                if progress.told >= query.limit:
                    progress.position = after
                    progress.pending = feed_rows.count_after(connection, database.id, after)
                else:
                    progress.position = max(after, database.update_seq)
                    progress.pending = 0
        yield from lines


def _matches(query: Query, row: FeedRow) -> bool:
    if query.matches is None or row.winner is None:
        return True
    return query.matches(orjson.loads(render(row.winner)))


def _line(connection: Connection, database: DatabaseRow, query: Query, row: FeedRow, index: int) -> bytes:
    document = row.document
    quiet = index % query.seq_interval
    seq = b"null" if quiet else b'"' + database.seq(document.seq).encode() + b'"'
    line = b'{"seq":' + seq + b',"id":' + orjson.dumps(document.doc_id) + b',"changes":[{"rev":"'
    if query.all_leaves and document.others is not None:
        line += b'"},{"rev":"'.join(rev.encode() for rev, _ in document.leaves()) + b'"}]'
    else:
        line += document.rev.encode() + b'"}]'
    if document.deleted:
        line += b',"deleted":true'
    if query.bodies and row.winner is not None:
        extras = None
        if query.conflicts and document.others is not None:
            live = [rev for rev, gone in document.leaves()[1:] if not gone]
            extras = {"_conflicts": live} if live else None
        data = inlined(connection, database.id, row.winner) if query.inline else None
        line += b',"doc":' + render(row.winner, extras, data, encodings=query.encodings)
    return line + b"}"


def _ending(progress: _Progress) -> bytes:
    seq = "0" if progress.database is None else progress.database.seq(progress.position)
    return f'"last_seq":"{seq}","pending":{progress.pending}}}\n'.encode()


def _results(lines: Iterator[bytes], progress: _Progress) -> Iterator[bytes]:
    yield b'{"results":['
    separator = b"\n"
    for line in lines:
        if line == HEARTBEAT:
            yield line
        else:
            yield separator + line
            separator = b",\n"
    yield b"\n]," + _ending(progress)


def _lines(lines: Iterator[bytes], progress: _Progress) -> Iterator[bytes]:
    for line in lines:
        yield line if line == HEARTBEAT else line + b"\n"
    yield b"{" + _ending(progress)


def _events(lines: Iterator[bytes], _progress: _Progress) -> Iterator[bytes]:
    for line in lines:
        if line == HEARTBEAT:
            yield b"event: heartbeat\ndata: \n\n"
        else:
            seq = orjson.loads(line)["seq"] or ""
            yield b"data: " + line + b"\nid: " + seq.encode() + b"\n\n"


FORMS = {
    "normal": (_results, "application/json"),
    "longpoll": (_results, "application/json"),
    "continuous": (_lines, "application/json"),
    "eventsource": (_events, "text/event-stream"),
}


def _end(call: Call, query: Query) -> float:
    """Return when a parked feed must end, on the monotonic clock."""
    now = time.monotonic()
    ends = [now + call.limits.feed_seconds]
    if call.caller.expires_at is not None:
        ends.append(now + call.caller.expires_at - time.time())
    if query.heartbeat is None:
        ends.append(now + query.timeout)
    return min(ends)


def _parked(call: Call, query: Query, progress: _Progress, ticket: Ticket) -> Iterator[bytes]:
    """Yield changes, then wait for more; a lone newline is a heartbeat.

    Ends at the limit, at the timeout, with the token, when the caller is welcome no longer, and for a
    longpoll after the first changes. The caller is asked for again at every wake and heartbeat.
    """
    try:
        end = _end(call, query)
        woken = True
        # Whoever was welcome when they asked may not be when the answer begins.
        if not call.still_welcome():
            return
        while True:
            before = progress.told
            if woken:
                yield from _rows(call, query, progress)
            if progress.told >= query.limit or (query.feed == "longpoll" and progress.told > before):
                return
            left = end - time.monotonic()
            if left <= 0:
                return
            woken = ticket.wait(left if query.heartbeat is None else min(left, query.heartbeat))
            if not call.still_welcome():
                return
            if not woken and query.heartbeat is not None:
                yield HEARTBEAT
    except DatabaseMissing:
        # Deleted while the feed was parked: what was told stands, and there is nothing more.
        return
    finally:
        ticket.close()
