"""The worker's loops: each runs at its own pace, and survives whatever goes wrong, which is written down."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.services import Services
from sync.pipeline.failures import stops_everything, wait_after
from sync.stores.contract import StoreUnavailable
from workorders.tables import WorkerLoop

log = structlog.get_logger()
IDLE_SECONDS = 0.2
"""How long a quiet loop rests: short beside the seconds a tablet's own round trip takes."""
IDLE_FACTOR = 9
"""It rests so many times as long as asking took, so that asking about many databases stays a tenth."""
MOST_IDLE_SECONDS = 2.0
TROUBLE_SECONDS = 2.0
"""Rest after a database or store that did not answer, and after an unexpected error."""
BEAT = timedelta(seconds=15)
"""How often a loop writes down that it runs."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A part of the worker's duties; `act` returns how many things it did, `pause` is the rest after none."""

    name: str
    act: Callable[[Services], int]
    pause: float | None = None
    """Seconds; None: IDLE_SECONDS, or longer where asking takes long."""


def run_loop(services: Services, loop: Loop, stop: threading.Event) -> None:
    """Run until `stop` is set. An error ends the round, never the loop."""
    beaten: datetime | None = None
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        try:
            done = loop.act(services)
            now = services.clock()
            if beaten is None or now - beaten >= BEAT:
                _write(services, loop.name, partial(_ran, now))
                beaten = now
        except Exception as error:
            survive(services, loop.name, error)
            failures += 1
            longest = max(TROUBLE_SECONDS, loop.pause or 0)
            stop.wait(min(max(TROUBLE_SECONDS, wait_after(failures).total_seconds()), longest))
            continue
        failures = 0
        if not done:
            took = time.monotonic() - began
            idle = min(max(IDLE_SECONDS, IDLE_FACTOR * took), MOST_IDLE_SECONDS)
            stop.wait(idle if loop.pause is None else loop.pause)


def survive(services: Services, name: str, error: Exception) -> None:
    """Log an error; one that is no outage is a fault of the program or its data, and is counted too."""
    if isinstance(error, StoreUnavailable) or stops_everything(error):
        log.warning("worker_waits", loop=name, reason=str(error))
        return
    log.error("worker_failed", loop=name, exc_info=error)
    now, words = services.clock(), type(error).__name__[:80]

    def count(row: WorkerLoop) -> None:
        row.failures += 1
        row.last_error, row.failed_at = words, now

    try:
        _write(services, name, count)
    except SQLAlchemyError as another:
        log.warning("worker_waits", loop=name, reason=str(another))


def _ran(now: datetime, row: WorkerLoop) -> None:
    row.ran_at = now


def _write(services: Services, name: str, change: Callable[[WorkerLoop], object]) -> None:
    with services.sessions.begin() as session:
        change(_row(session, name))


def _row(session: Session, name: str) -> WorkerLoop:
    row = session.get(WorkerLoop, name)
    if row is None:
        row = WorkerLoop(name=name, failures=0)
        session.add(row)
    return row
