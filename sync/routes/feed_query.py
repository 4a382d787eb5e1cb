"""What a changes feed asks for, read from its parameters and body."""

from dataclasses import dataclass
from typing import Any

import orjson

from sync.protocol.errors import ProtocolError, bad_request, not_found, not_implemented
from sync.protocol.selector import Predicate, compile_selector
from sync.routes.call import Call
from sync.stores.sql import reading

NO_LIMIT = 2**62
MOST_TIMEOUT_MS = 60_000
"""Also the default, as in CouchDB; longer silence looks like a connection that stands still."""
MOST_HEARTBEAT_SECONDS = 60.0
MIN_HEARTBEAT_MS = 100
"""A client cannot ask for more signs of life than this; each costs a question about its token."""
HEAD = frozenset({"_id", "_rev", "_deleted", "_attachments"})
"""Fields that are not part of a stored body."""
FEEDS = {name: name for name in ("normal", "longpoll", "continuous", "eventsource")} | {"live": "continuous"}
"""What a client may ask for, and what it gets."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a feed asks for. Times are seconds."""

    since: str
    limit: int
    descending: bool
    bodies: bool
    all_leaves: bool
    conflicts: bool
    inline: bool
    encodings: bool
    feed: str
    heartbeat: float | None
    """Between signs of life; None for none."""
    timeout: float
    """After which a parked feed without heartbeat ends."""
    ids: list[str] | None
    """Only these documents, None for all."""
    matches: Predicate | None
    """Only documents whose winner matches, None for all."""
    heads: bool
    """`matches` looks at nothing but `_id`, `_attachments` and the like, so bodies need not be read."""
    seq_interval: int
    """Only every so many rows carry their sequence."""


def read(call: Call) -> Query:
    """Return the feed's query; raise ProtocolError 400 for bad parameters, 404 for a missing filter."""
    body: dict[str, Any] = {}
    call.check_post()
    if call.request.method == "POST" and call.request.content_length != 0:
        body = call.json_object()
    feed = call.args.get("feed", "normal")
    if feed not in FEEDS:
        raise bad_request(f"Supported `feed` types: {', '.join(FEEDS)}.")
    since = call.args.get("last-event-id") or call.args.get("since") or "0"
    if feed == "eventsource":
        # A browser that connects again asks for its first address, with the place it had reached beside it.
        since = call.request.headers.get("Last-Event-ID") or since
    ids, matches, heads = _filter(call, body)
    return Query(
        since=since.strip('"'),
        limit=call.number("limit", NO_LIMIT),
        descending=call.flag("descending"),
        bodies=call.flag("include_docs"),
        all_leaves=call.args.get("style", "main_only") == "all_docs",
        conflicts=call.flag("conflicts"),
        inline=call.flag("attachments"),
        encodings=call.flag("att_encoding_info"),
        feed=FEEDS[feed],
        heartbeat=_heartbeat(call),
        timeout=min(call.number("timeout", MOST_TIMEOUT_MS), MOST_TIMEOUT_MS) / 1000,
        ids=ids,
        matches=matches,
        heads=heads,
        seq_interval=max(call.number("seq_interval", 1), 1),
    )


def _heartbeat(call: Call) -> float | None:
    given = call.args.get("heartbeat")
    if given in {None, "false"}:
        return None
    if given == "true":
        return MOST_HEARTBEAT_SECONDS
    return min(max(call.number("heartbeat", 0), MIN_HEARTBEAT_MS) / 1000, MOST_HEARTBEAT_SECONDS)


def _filter(call: Call, body: dict[str, Any]) -> tuple[list[str] | None, Predicate | None, bool]:
    chosen = call.args.get("filter")
    if not chosen:
        return None, None, False
    if chosen == "_doc_ids":
        ids = body.get("doc_ids", call.parameter("doc_ids"))
        if not isinstance(ids, list) or not all(isinstance(doc_id, str) for doc_id in ids):
            raise bad_request("`doc_ids` must be an array of ids.")
        return call.rows(ids, "doc_ids"), None, False
    if chosen == "_selector":
        selector = body.get("selector", call.parameter("selector"))
        if not isinstance(selector, dict):
            raise bad_request("Selector error: expected a JSON object")
        heads = all(name.partition(".")[0] in HEAD for name in selector)
        return None, compile_selector(selector, allow_regex=call.caller.is_admin), heads
    if chosen == "_design":
        return None, lambda doc: doc["_id"].startswith("_design/"), True
    raise _javascript(call, chosen)


def _javascript(call: Call, chosen: str) -> ProtocolError:
    """Return why a filter of a design document does not run: it is missing, or it is JavaScript."""
    section, named = "filters", chosen
    if chosen == "_view":
        section, named = "views", call.args.get("view", "")
    if named.startswith("_") or not named:
        return bad_request(f"`{'view' if section == 'views' else 'filter'}` parameter is not provided.")
    if section == "filters" and named.count("/") != 1:
        return bad_request("`filter` must be of the form `designname/filtername`")
    design, _, function = named.partition("/")
    doc_id = f"_design/{design}"
    with call.store.reading(call.target.database) as (connection, database):
        found = reading.documents_with_winner(connection, database.id, [doc_id]).get(doc_id)
    if found is None or found[1].deleted:
        return not_found("deleted" if found else "missing")
    functions = orjson.loads(found[1].body).get(section)
    if not isinstance(functions, dict) or (function or design) not in functions:
        return not_found(f"missing json key: {section}")
    return not_implemented("Design documents' JavaScript is not run; use filter=_selector.")
