"""The stream that an open board listens to: names of what has changed, and a beat while nothing does."""

import time
from collections.abc import Callable, Iterator
from typing import cast
from zoneinfo import ZoneInfo

import orjson
from flask import Response, current_app, request, session
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from server.auth.guard import SESSION_LIFE
from server.auth.roles import rule_of
from server.auth.users import staff_by_id
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.live.change import EVERYTHING, Change, Marks
from server.pages.dispatch.live.marks import read_marks
from server.pages.dispatch.live.watcher import Listener, Watcher
from server.services import Services, services

BEAT_SECONDS = 10.0
"""How often a quiet stream says that it lives, and looks whether its person may still see the board."""
STREAM_SECONDS = 3_600.0
"""After so long a page asks anew."""
FIRST_LOOK_SECONDS = 5.0
AGAIN_MS = 2_000
"""How long a browser waits before it connects again."""
THREADS_A_STREAM = 12
"""One of so many threads may hold a stream: half of what replication leaves free (sync.protocol.limits)."""
EXTENSION = "board_watcher"


def watcher_for(shared: Services) -> Watcher:
    """The watcher of a process; it asks nothing until a board is opened."""
    zone = shared.config.timezone

    def read() -> Marks:
        with shared.read_sessions() as database:
            return read_marks(database, shared.clock().astimezone(ZoneInfo(zone)).date(), zone)

    return Watcher(shared.engine, read, most=max(shared.config.web_threads // THREADS_A_STREAM, 1))


def current_watcher() -> Watcher:
    """The watcher of this application."""
    return cast(Watcher, current_app.extensions[EXTENSION])


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = watcher_for(state.app.extensions["curbstop"])


@blueprint.get("/live")
@dispatches
def live() -> ResponseReturnValue:
    """Server-sent events: `change` names what is to be looked at again, `beat` says that the stream lives.

    `Last-Event-ID` (or `last`, for a page that opens a new stream) goes on where another stream ended; a
    page that is not known is told to look at everything. 503 when all places are taken: the page asks again,
    and looks at everything every few seconds meanwhile.
    """
    watcher = current_watcher()
    place = watcher.listen(request.headers.get("Last-Event-ID") or request.args.get("last"))
    if place is None:
        return Response(status=503, headers={"Retry-After": "10"})
    listener, goes_on = place
    answer = Response(_events(watcher, listener, goes_on, _welcome()), mimetype="text/event-stream")
    # The place is given back also when nobody ever reads the answer.
    answer.call_on_close(listener.close)
    answer.headers["Cache-Control"] = "no-store"
    # Proxies must not hold changes back.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _welcome() -> Callable[[], bool]:
    """A question that outlives the request: may this person still see the board?"""
    shared, signed_in, rule = services(), dict(session["staff"]), rule_of(live)

    def welcome() -> bool:
        if shared.clock().timestamp() - signed_in["at"] >= SESSION_LIFE.total_seconds():
            return False
        with shared.read_sessions() as database:
            staff = staff_by_id(database, signed_in["id"], signed_in["epoch"], signed_in["session"])
        return staff is not None and rule is not None and rule.admits(staff.roles)

    return welcome


def _events(
    watcher: Watcher, listener: Listener, goes_on: bool, welcome: Callable[[], bool]
) -> Iterator[bytes]:
    try:
        yield f"retry: {AGAIN_MS}\n\n".encode()
        if not goes_on:
            watcher.looked(FIRST_LOOK_SECONDS)
            yield _event(listener, EVERYTHING)
        end = time.monotonic() + STREAM_SECONDS
        asked = time.monotonic()
        while time.monotonic() < end:
            change = listener.wait(BEAT_SECONDS)
            if listener.over:
                return
            if time.monotonic() - asked >= BEAT_SECONDS:
                asked = time.monotonic()
                if not welcome():
                    return
            yield _event(listener, change)
    finally:
        listener.close()


def _event(listener: Listener, change: Change) -> bytes:
    kind, data = ("change", orjson.dumps(change.as_json())) if change else ("beat", b"{}")
    return b"event: %b\nid: %b\ndata: %b\n\n" % (kind.encode(), listener.id.encode(), data)
