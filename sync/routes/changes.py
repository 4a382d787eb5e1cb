"""`_changes`: what changed since a position, at once or as a feed that stays open."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from flask import Response

from sync.protocol.errors import ProtocolError, bad_request
from sync.routes import feed_query, pieces
from sync.routes.call import Call
from sync.routes.feed_query import Query
from sync.stores.contract import DatabaseMissing
from sync.stores.sql import feed as feed_rows
from sync.stores.sql import reading
from sync.stores.sql.connection import Connection
from sync.stores.sql.feed import FeedRow
from sync.stores.sql.rows import DatabaseRow, render
from sync.stores.sql.watch import Ticket

PAGE = 500
"""Rows per statement of an unlimited feed: large enough to be cheap, small enough to keep memory flat."""
HEARTBEAT = b"\n"


def changes(call: Call) -> Response:
    """GET or POST /db/_changes."""
    query = feed_query.read(call)
    if query.feed == "normal" and query.limit <= PAGE:
        progress = _Progress()
        return pieces.respond(_results(_rows(call, query, progress), progress))
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
    """Where a feed stands: the last position sent, rows sent, documents changed after it.

    Without a database the first page looks it up and begins where the query says.
    """

    database: DatabaseRow | None = None
    position: int = 0
    sent: int = 0
    pending: int = 0


_Line = Iterator[bytes]
"""The JSON of one change in pieces, or a heartbeat."""


def _rows(call: Call, query: Query, progress: _Progress) -> Iterator[_Line]:
    """Yield each change there is now, advancing `progress`."""
    before: int | None = None
    after = progress.position
    begun = progress.database is not None
    exhausted = False
    while not exhausted:
        size = PAGE if query.matches is not None else min(PAGE, query.limit - progress.sent)
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
                bodies=False,
                heads=query.heads and not query.bodies,
                ids=query.ids,
            )
            weights = _weights(connection, database, query, page)
        for row in _filled(call, query, page, weights):
            after = row.document.seq
            revs = _meant(call, query, row)
            if revs:
                quiet = progress.sent % query.seq_interval
                seq = b"null" if quiet else f'"{database.seq(after)}"'.encode()
                yield _line(call, query, row, revs, seq)
                progress.sent += 1
                if progress.sent >= query.limit:
                    break
        exhausted = len(page) < size or progress.sent >= query.limit
        if query.descending:
            before = after
        if exhausted:
            _settle(call, query, progress, after, database)


def _settle(call: Call, query: Query, progress: _Progress, after: int, database: DatabaseRow) -> None:
    """Note where the feed stands after the last page."""
    if query.descending:
        progress.position = after
        with call.store.reading(call.target.database) as (connection, now):
            changed = now.doc_count + now.doc_del_count
            progress.pending = max(changed - feed_rows.count_after(connection, now.id, after - 1), 0)
    elif progress.sent >= query.limit:
        progress.position = after
        with call.store.reading(call.target.database) as (connection, now):
            progress.pending = feed_rows.count_after(connection, now.id, after)
    else:
        # The database as it was when the page was read: what came since is sent next time.
        progress.position = max(after, database.update_seq)
        progress.pending = 0


def _reads_bodies(query: Query) -> bool:
    return query.bodies or (query.matches is not None and not query.heads)


def _weights(
    connection: Connection, database: DatabaseRow, query: Query, page: list[FeedRow]
) -> dict[str, int]:
    if not _reads_bodies(query) or not page:
        return {}
    return reading.weights(connection, database.id, [row.document.doc_id for row in page])


def _filled(call: Call, query: Query, page: list[FeedRow], weights: dict[str, int]) -> Iterator[FeedRow]:
    """Yield the rows with their winners' bodies where the query needs them, few heavy ones at a time."""
    if not _reads_bodies(query):
        yield from page
        return
    for rows in pieces.sliced(page, lambda row: row.document.doc_id, weights):
        wanted = [(row.document.doc_id, row.document.rev) for row in rows]
        with call.store.reading(call.target.database) as (connection, database):
            stored = reading.revisions(connection, database.id, wanted)
        for row in rows:
            yield FeedRow(row.document, stored.get((row.document.doc_id, row.document.rev)))


def _meant(call: Call, query: Query, row: FeedRow) -> list[str]:
    """Return the revisions of a row that go out, none when it is not meant; each leaf is asked by itself."""
    document = row.document
    branched = query.all_leaves and document.others is not None
    revs = [rev for rev, _ in document.leaves()] if branched else [document.rev]
    if query.matches is None or row.winner is None:
        return revs
    if not branched:
        return revs if query.matches(orjson.loads(render(row.winner))) else []
    with call.store.reading(call.target.database) as (connection, database):
        wanted = [(document.doc_id, rev) for rev in revs]
        stored = reading.revisions(connection, database.id, wanted)
    bodies = {rev: orjson.loads(render(leaf)) for (_, rev), leaf in stored.items()}
    return [rev for rev in revs if rev in bodies and query.matches(bodies[rev])]


def _line(call: Call, query: Query, row: FeedRow, revs: list[str], seq: bytes) -> _Line:
    document = row.document
    line = b'{"seq":' + seq + b',"id":' + orjson.dumps(document.doc_id) + b',"changes":[{"rev":"'
    line += '"},{"rev":"'.join(revs).encode() + b'"}]'
    if document.deleted:
        line += b',"deleted":true'
    if not query.bodies or row.winner is None:
        yield line + b"}"
        return
    extras = None
    if query.conflicts and document.others is not None:
        live = [rev for rev, gone in document.leaves()[1:] if not gone]
        extras = {"_conflicts": live} if live else None
    yield line + b',"doc":'
    yield from pieces.document(call, row.winner, extras, inline=query.inline)
    yield b"}"


def _ending(progress: _Progress) -> bytes:
    seq = "0" if progress.database is None else progress.database.seq(progress.position)
    return f'"last_seq":"{seq}","pending":{progress.pending}}}\n'.encode()


def _results(lines: Iterator[_Line], progress: _Progress) -> Iterator[bytes]:
    yield b'{"results":['
    separator = b"\n"
    for line in lines:
        first = next(line)
        if first == HEARTBEAT:
            yield first
        else:
            yield separator + first
            yield from line
            separator = b",\n"
    yield b"\n]," + _ending(progress)


def _lines(lines: Iterator[_Line], progress: _Progress) -> Iterator[bytes]:
    for line in lines:
        first = next(line)
        if first == HEARTBEAT:
            yield first
        else:
            yield b"".join((first, *line, b"\n"))
    yield b"{" + _ending(progress)


def _events(lines: Iterator[_Line], _progress: _Progress) -> Iterator[bytes]:
    for line in lines:
        first = next(line)
        if first == HEARTBEAT:
            yield b"event: heartbeat\ndata: \n\n"
        else:
            seq = first[len(b'{"seq":') : first.index(b',"id":')].strip(b'"').removesuffix(b"null")
            yield b"".join((b"data: ", first, *line, b"\nid: ", seq, b"\n\n"))


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


def _parked(call: Call, query: Query, progress: _Progress, ticket: Ticket) -> Iterator[_Line]:
    """Yield changes, then wait for more, with heartbeats meanwhile.

    Ends at the limit, at the timeout, with the token, when the caller is welcome no longer, when the store
    is closed, and for a longpoll after the first changes. The caller is asked for again at every wake and
    heartbeat.
    """
    try:
        end = _end(call, query)
        woken = True
        # Whoever was welcome when they asked may not be when the answer begins.
        if not call.still_welcome():
            return
        while True:
            before = progress.sent
            if woken:
                for line in _rows(call, query, progress):
                    # Asked once more when there is something to give: a change may have come in since.
                    if progress.sent == before and not call.still_welcome():
                        return
                    yield line
            if progress.sent >= query.limit or (query.feed == "longpoll" and progress.sent > before):
                return
            left = end - time.monotonic()
            if left <= 0:
                return
            woken = ticket.wait(left if query.heartbeat is None else min(left, query.heartbeat))
            if ticket.over or not call.still_welcome():
                return
            if not woken and query.heartbeat is not None:
                yield iter((HEARTBEAT,))
    except DatabaseMissing:
        # Deleted while the feed was parked: what was sent stands, and there is nothing more.
        return
    finally:
        ticket.close()
