"""What ingest costs: a day's events of some technicians, from the technicians' databases into facts.

Each visit brings four steps of progress and a completion with a photo; some are exchanges of a meter, some
cuts, and half of the cuts are paid at the door instead. PostgreSQL runs without waiting for the disk, SQLite
as it does in production.
"""

import argparse
import cProfile
import itertools
import pstats
import time
from dataclasses import dataclass
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from bench import results
from bench.databases import fresh_database, server_seconds
from server.db import count_rows_anew, open_engine, session_factory
from server.migrate import upgrade
from sync import collector
from sync.pipeline.ingest import IngestResult, ingest_all
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW
from workorders.tables import Meter, Order

STEPS = ("acknowledged", "en_route", "on_site", "started")
COLUMNS = (
    *("engine", "events", "in review", "events/s", "CPU ms/event", "of the server"),
    *("statements/event", "commits"),
)
TURN = 100
"""Changes of one database in a round, as the worker reads them."""
READ = 147_800
"""What every dial shows: a month of usual use."""
console = Console(width=110)


@dataclass(frozen=True, slots=True)
class Measured:
    """How long it took, what was sent to the database, and what became of the events."""

    seconds: float
    processor: float
    """Seconds of this process's own; what it waited for the disk or PostgreSQL is not among them."""
    server: float
    """Seconds of PostgreSQL's own."""
    statements: int
    commits: int
    result: IngestResult


def main(arguments: list[str] | None = None) -> None:
    """Measure each engine and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench ingest", description=__doc__)
    parser.add_argument("--orders", type=int, default=600)
    parser.add_argument("--technicians", type=int, default=10)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead of how much")
    parser.add_argument("--keep", action="store_true", help="for docs/figures.md")
    options, _ = parser.parse_known_args(arguments)
    # A line of log for each event is the operator's, not the measurement's.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    title = f"Ingest of a day: {options.orders} orders, {options.technicians} technicians"
    table, rows, load = Table(title=title), [], results.busy()
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "engine" else "right")
    for engine in ("sqlite", "postgresql"):
        if options.only in {None, engine}:
            with fresh_database(engine) as url:
                done = _measure(url, options.orders, options.technicians, profiled=options.profile)
            events = done.result.handled
            row = (
                engine,
                f"{events:,}",
                f"{done.result.review + done.result.quarantined:,}",
                f"{events / done.seconds:,.0f}",
                f"{done.processor * 1000 / events:.2f}",
                f"{done.server * 1000 / events:.2f}",
                f"{done.statements / events:.1f}",
                f"{done.commits:,}",
            )
            rows.append(row)
            table.add_row(*row)
    console.print(table)
    if options.keep:
        results.keep("ingest", title, COLUMNS, rows, load)


def _measure(url: str, orders: int, technicians: int, *, profiled: bool) -> Measured:
    engine = open_engine(url)
    upgrade(engine)
    sessions, store = session_factory(engine), SqlStore(engine)
    names = tuple(f"t{number:02d}" for number in range(1, technicians + 1))
    with sessions.begin() as session:
        world.build(session, orders, technicians=names)
        written = _day(session, orders, names)
        count_rows_anew(session)
    for technician in names:
        ensure_technician(sessions, store, technician, now=NOW)
    push(store, written)
    counts = _counting(engine)
    # As the worker does at its start.
    collector.freeze_loaded()
    profile = cProfile.Profile()
    served, begun, spent = server_seconds(engine), time.perf_counter(), time.process_time()
    result = profile.runcall(_ingest, sessions, store) if profiled else _ingest(sessions, store)
    seconds, processor = time.perf_counter() - begun, time.process_time() - spent
    served = server_seconds(engine) - served
    if profiled:
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(70)
    store.close()
    engine.dispose()
    return Measured(seconds, processor, served, counts["statements"], counts["commits"], result)


def _ingest(sessions: sessionmaker[Session], store: SqlStore) -> IngestResult:
    total = IngestResult()
    while (round_ := ingest_all(sessions, store, clock=lambda: LATER, limit=TURN)).reached:
        total += round_
    return total


def _counting(engine: Engine) -> dict[str, int]:
    counts = {"statements": 0, "commits": 0}

    def statement(*_about: Any) -> None:
        counts["statements"] += 1

    def commit(*_about: Any) -> None:
        counts["commits"] += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    return counts


def _day(session: Session, orders: int, technicians: tuple[str, ...]) -> list[dict[str, Any]]:
    """The events of everybody's day, in the order in which tablets wrote them."""
    tablets = {technician: Tablet(technician) for technician in technicians}
    turn = itertools.cycle(technicians)
    written: list[dict[str, Any]] = []
    for household in range(1, orders + 1):
        technician = next(turn)
        written += _visit(session, tablets[technician], household)
    return written


def _visit(session: Session, tablet: Tablet, household: int) -> list[dict[str, Any]]:
    kind = {3: "exchange", 5: "disconnect_np", 8: "disconnect_np"}.get(household % 10, "reread")
    extra = {"flag_reason": "estimate"} if kind == "reread" else {}
    order = world.sent(session, kind, household, tablet.technician, extra=extra)
    seen = world.last_seq(session, order.number)
    events = [tablet.event(step, order, seen=seen) for step in STEPS]
    if household % 10 == 5:
        return [*events, tablet.payment(order, world.DEBT, seen=seen)]
    return [*events, tablet.completed(order, _answers(session, tablet, order, household), seen=seen)]


def _answers(session: Session, tablet: Tablet, order: Order, household: int) -> dict[str, Any]:
    if order.type == "disconnect_np":
        return answers.cut(household, READ)
    if order.type == "reread":
        return answers.reread(household, READ)
    spare = f"X{household}"
    session.add(
        Meter(
            serial=spare,
            make="Demo",
            size="5/8",
            dials=6,
            status="in_van",
            van_technician_id=tablet.technician,
        )
    )
    return answers.exchange(household, spare, READ)
